using System.Text;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Media;
using Lab.Tests.Definitions;
using NUnit.Framework;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Media;

public sealed class SeedCredentialsTests
{
    private const string Home = "/var/home/core";

    private static readonly Seed OnSegments = SeedIsoTests.Seed with
    {
        Network = SeedIsoTests.Seed.Network with
        {
            Segments = [new SeedSegment("edge", "52:54:00:65:43:21", "192.168.100.11/24"), new SeedSegment("wan", "52:54:00:65:43:22", "192.168.101.11/24", "192.168.101.254")],
            Hosts = "127.0.0.1 localhost\n192.168.100.100 vip\n",
        },
    };

    [Test]
    public void What_anybody_may_know_is_what_is_checked_in() =>
        string.Concat(SeedCredentials.Of(OnSegments, Home).Open.Select(credential => $"== {credential.Key}\n{credential.Value}\n")).ShouldMatchSnapshot("credentials-open");

    [Test]
    public void The_files_are_what_is_checked_in() => SeedCredentials.Of(OnSegments, Home).Files.ShouldMatchSnapshot("credentials-files");

    [Test]
    public void The_private_host_key_is_no_open_setting() =>
        SeedCredentials.Of(OnSegments, Home).Open.Values.Should().NotContain(value => value.Contains("PRIVATE", StringComparison.Ordinal));

    [Test]
    public void A_guest_without_segments_and_content_keeps_the_trees_own_names_and_remotes() =>
        SeedCredentials.Of(SeedIsoTests.Seed with { Content = null }, Home).Files.Should().NotContain("/etc/hosts").And.NotContain("/etc/ostree");

    // tmpfiles.d(5): seven fields on a line, where quotes, backslashes and percent signs mean something.
    [Property]
    public Property Whatever_a_file_holds_is_one_field_of_one_line() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyString>(),
        text =>
        {
            var seed = SeedIsoTests.Seed with { Network = SeedIsoTests.Seed.Network with { Hosts = text.Get } };
            var fields = SeedCredentials.Of(seed, Home).Files.Split('\n').Single(line => line.Contains(" /etc/hosts ", StringComparison.Ordinal)).Split(' ');
            return fields.Length == 7 && Encoding.UTF8.GetString(Convert.FromBase64String(fields[6])) == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
        });
}
