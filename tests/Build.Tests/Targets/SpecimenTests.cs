namespace Pipeline.Tests.Targets;

/// <summary>Tests that <see cref="TestRunTests"/> has run in a process of their own. They pass, unless they are told to fail.</summary>
[Category(Category)]
internal sealed class SpecimenTests
{
    /// <summary>What they are called together.</summary>
    public const string Category = "Specimen";

    /// <summary>The variable that names the one to fail.</summary>
    public const string Failing = "SPECIMEN_FAILS";

    private static string? ToFail => Environment.GetEnvironmentVariable(Failing);

    [OneTimeTearDown]
    public void TearDown() => ToFail.Should().NotBe("tear-down");

    [Test]
    public void First() => ToFail.Should().NotBe("test");

    [Test]
    public void Second()
    {
        if (ToFail == "process")
        {
            Environment.Exit(7);
        }
    }
}
