using FluentAssertions;
using HandlebarsDotNet.Compiler;
using Lab.Images;
using Lab.Templates;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Templates;

public sealed class TemplateTests
{
    [Test]
    public void Grubs_menu_is_what_is_checked_in() => GrubMenu.Render().ShouldMatchSnapshot("grub.cfg");

    [Test]
    public void A_name_that_the_model_lacks_is_an_error() =>
        FluentActions.Invoking(() => Template.Render("meta-data", new { guest = "a" })).Should().Throw<HandlebarsUndefinedBindingException>().WithMessage("*instanceId*");

    [Test]
    public void A_template_that_is_not_there_is_named() =>
        FluentActions.Invoking(() => Template.Render("moon.cfg", new object())).Should().Throw<ArgumentException>().WithMessage("There is no template moon.cfg.*");

    [Test]
    public void Text_is_not_escaped_as_markup() =>
        Template.Render("meta-data", new { instanceId = "a<b>&'c'", guest = "g" }).Should().Contain("\"a<b>&'c'\"");

    [Test]
    public void Values_are_not_templates_themselves() =>
        Template.Render("meta-data", new { instanceId = "{{guest}}", guest = "g" }).Should().Contain("\"{{guest}}\"");
}
