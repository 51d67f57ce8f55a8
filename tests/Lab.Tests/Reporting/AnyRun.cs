using FsCheck;
using FsCheck.Fluent;
using Lab.Remote;
using Lab.Reporting;

namespace Lab.Tests.Reporting;

/// <summary>The sample run with texts in it that no report may trip over.</summary>
internal static class AnyRun
{
    // What upsets XML, HTML, or a template engine; half of a surrogate pair among them.
    private static readonly string[] Tokens =
    [
        "<", ">", "&", "\"", "'", "]]>", "<!--", "-->", "</pre>", "</script>", "</svg>", "&amp;", "&#0;", "{{", "}}", "{{{json x}}}", "{{/each}}", "\\",
        "\0", "\u0001", "\u0008", "\u000b", "\u001b[31m", "\u001b]0;title\u0007", "\u007f", "\u0085", "\u2028", "\ufffe", "\uffff", "\ud800", "\udfff", "😀", "é", "\r", "\n", "\r\n", "\t", " ",
    ];

    public static Arbitrary<RunRecord> Hostile => Arb.From(from text in Text select With(text));

    private static Gen<string> Text => Gen.OneOf(
        Gen.Elements(Tokens).ArrayOf().Select(string.Concat),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get));

    private static RunRecord With(string text)
    {
        var sample = SampleRun.Failed;
        var step = sample.Run.Steps[1];
        return sample with
        {
            Lab = text,
            Scenario = text,
            Facts = [new Fact(text, text)],
            Trees = [new PublishedTree(text, text, SampleRun.One)],
            Consoles = [new ConsoleTranscript(text, [SampleRun.Line(1, text), SampleRun.Line(2, $"Kernel panic - not syncing{text}")])],
            Attachments = [new Attachment(text, text)],
            Run = sample.Run with
            {
                Notes = [text],
                Steps =
                [
                    step with
                    {
                        Name = text,
                        Notes = [text],
                        Failure = new RecordedFailure(FailureKind.Product, SampleRun.At(1), text, text, text, text, text),
                        Findings = [new RecordedFinding(text, new Lab.Guests.ConsoleFinding(text, false, SampleRun.Line(3, text)), true)],
                        Commands = [new RecordedCommand(SampleRun.At(1), new RemoteResult(text, text, 1, text, text, TimeSpan.FromSeconds(1)))],
                        Boots = [new RecordedBoot(text, SampleRun.Boot(1, 2, [1, 2], SampleRun.One, ready: true) with { Entry = text, OstreeArgument = text })],
                        Measurements = [new Measurement(text, 1, text)],
                    },
                ],
            },
        };
    }
}
