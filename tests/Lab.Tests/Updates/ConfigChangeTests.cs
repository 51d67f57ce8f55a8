using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class ConfigChangeTests
{
    [Test]
    public void Changes_are_read_in_the_tools_order() =>
        ConfigChange.ParseAll(Transcript.Read("ostree-2025-config-diff")).Should().Equal(
            new ConfigChange(ConfigChangeKind.Modified, "motd"),
            new ConfigChange(ConfigChangeKind.Removed, "gone.conf"),
            new ConfigChange(ConfigChangeKind.Added, "lab.d"),
            new ConfigChange(ConfigChangeKind.Added, "lab.d/new.conf"));

    [Test]
    public void An_unchanged_etc_has_no_changes() => ConfigChange.ParseAll(string.Empty).Should().BeEmpty();

    [TestCase("X    motd")]
    [TestCase("M")]
    [TestCase("motd")]
    public void Other_lines_are_refused(string line) =>
        FluentActions.Invoking(() => ConfigChange.ParseAll($"A    new\n{line}\n")).Should().Throw<StatusFormatException>().Which.LineNumber.Should().Be(2);
}
