using FluentAssertions;
using FsCheck;
using FsCheck.NUnit;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

[Properties(Arbitrary = [typeof(StatusModelArbitrary)])]
public sealed class StatusRoundTripTests
{
    [FsCheck.NUnit.Property]
    public void What_ostree_prints_is_read_back(StatusModel model) =>
        IsReadBack(model.As(InOstree), StatusPrinter.Ostree, OstreeStatusParser.Parse);

    [FsCheck.NUnit.Property]
    public void What_the_table_of_2015_prints_is_read_back(StatusModel model) =>
        IsReadBack(model.As(InTable), StatusPrinter.Table, RpmOstreeStatusParser.Parse);

    [FsCheck.NUnit.Property]
    public void What_blocks_print_is_read_back(StatusModel model) =>
        IsReadBack(model.As(InBlocks), StatusPrinter.Blocks, RpmOstreeStatusParser.Parse);

    [FsCheck.NUnit.Property]
    public void What_json_prints_is_read_back(StatusModel model) =>
        IsReadBack(model.As(InJson), StatusPrinter.Json, RpmOstreeStatusParser.Parse);

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void A_damaged_character_never_loses_a_deployment(StatusModel model, NonNegativeInt at, char damage)
    {
        KeepsAll(model.As(InOstree), StatusPrinter.Ostree, OstreeStatusParser.Parse);
        KeepsAll(model.As(InTable), StatusPrinter.Table, RpmOstreeStatusParser.Parse);
        KeepsAll(model.As(InBlocks), StatusPrinter.Blocks, RpmOstreeStatusParser.Parse);
        KeepsAll(model.As(InJson), StatusPrinter.Json, RpmOstreeStatusParser.Parse);

        void KeepsAll(HostStatus status, Func<HostStatus, string> print, Func<string, HostStatus> parse)
        {
            var text = print(status).ToCharArray();
            foreach (var character in new[] { damage, ' ', '\n', 'x', ':' })
            {
                var damaged = (char[])text.Clone();
                damaged[at.Get % text.Length] = character;
                (ParseOrRefuse(parse, new string(damaged))?.Deployments.Count ?? status.Deployments.Count).Should().Be(status.Deployments.Count, new string(damaged));
            }
        }
    }

    [TestCase("ostree-2025-four")]
    [TestCase("ostree-2025-two-stateroots")]
    [TestCase("rpm-ostree-2015-upgraded-vendor-tree")]
    [TestCase("rpm-ostree-2016")]
    [TestCase("rpm-ostree-2017")]
    [TestCase("rpm-ostree-2021-verbose")]
    [TestCase("rpm-ostree-2021-layered")]
    [TestCase("rpm-ostree-2025-container")]
    [TestCase("rpm-ostree-2021-json")]
    public void No_damaged_character_of_a_transcript_loses_a_deployment(string name)
    {
        Func<string, HostStatus> parse = name.StartsWith("rpm", StringComparison.Ordinal) ? RpmOstreeStatusParser.Parse : OstreeStatusParser.Parse;
        var text = Transcript.Read(name);
        var count = parse(text).Deployments.Count;
        foreach (var at in Enumerable.Range(0, text.Length))
        {
            foreach (var character in " \nx:")
            {
                var damaged = string.Concat(text.AsSpan(0, at), character.ToString(), text.AsSpan(at + 1));
                (ParseOrRefuse(parse, damaged)?.Deployments.Count ?? count).Should().Be(count, damaged);
            }
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Any_text_is_read_or_refused_and_nothing_else(NonNull<string> text)
    {
        foreach (var beginning in new[] { "", "{", "{\"deployments\":[", "* ", "Deployments:\n● lab:labtree\n    ", "  TIMESTAMP (UTC)  ID  OSNAME  REFSPEC\n" })
        {
            ParseOrRefuse(OstreeStatusParser.Parse, beginning + text.Get);
            ParseOrRefuse(RpmOstreeStatusParser.Parse, beginning + text.Get);
        }
    }

    private static Deployment InOstree(Deployment deployment) => deployment with { Timestamp = null };

    private static Deployment InTable(Deployment deployment) =>
        deployment with { Commit = deployment.Commit[..10], Serial = null, Staged = false, Pinned = false, Unlocked = null };

    private static Deployment InBlocks(Deployment deployment) => deployment with { Serial = null };

    private static Deployment InJson(Deployment deployment) => deployment;

    private static void IsReadBack(HostStatus status, Func<HostStatus, string> print, Func<string, HostStatus> parse) =>
        parse(print(status)).Deployments.Should().Equal(status.Deployments, print(status));

    private static HostStatus? ParseOrRefuse(Func<string, HostStatus> parse, string text)
    {
        try
        {
            return parse(text);
        }
        catch (StatusFormatException)
        {
            return null;
        }
    }
}
