using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class RefspecTests
{
    [Test]
    public void A_refspec_is_a_remote_and_a_ref() =>
        Refspec.Parse("edge:rhel/8/x86_64/edge").Should().Be(new Refspec("edge", "rhel/8/x86_64/edge")).And.Subject.ToString().Should().Be("edge:rhel/8/x86_64/edge");

    [TestCase("labtree")]
    [TestCase(":labtree")]
    [TestCase("lab:")]
    [TestCase("lab:a:b")]
    [TestCase("lab:/a")]
    [TestCase("lab:a b")]
    [TestCase("lab:a\n")]
    public void A_text_of_another_form_is_the_users_mistake_and_the_form_is_shown(string text) =>
        FluentActions.Invoking(() => Refspec.Parse(text)).Should().Throw<InvalidRefspecException>()
            .Which.Should().Match<InvalidRefspecException>(failure => failure.Kind == FailureKind.Definition && failure.Remedy!.Contains("lab:labtree", StringComparison.Ordinal));
}
