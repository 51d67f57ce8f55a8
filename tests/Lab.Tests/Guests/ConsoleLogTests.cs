using System.Text;
using System.Text.RegularExpressions;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Guests;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Guests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ConsoleLogTests : IDisposable
{
    private const string End = "<end>";
    private readonly Hosting.HostFolder _folder = new();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(1));

    private string File => _folder["console.log"];

    public void Dispose()
    {
        _deadline.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Lines_are_seen_as_they_come()
    {
        await using var log = Follow();

        await AppendAsync(log, "one\r\n");
        Lines(log).Should().Equal("one");
        await AppendAsync(log, "two\nthree\n");
        Lines(log).Should().Equal("one", "two", "three");
        log.Count.Should().Be(3);
        log.Since(1).Select(line => line.Text).Should().Equal("two", "three");
    }

    [Test]
    public async Task A_line_carries_the_time_at_which_it_was_seen()
    {
        var before = TimeProvider.System.GetUtcNow();
        await using var log = Follow();
        await AppendAsync(log, "one\n");
        await AppendAsync(log, "two\n");

        var times = log.Since(0).Select(line => line.At).ToList();

        times.Should().BeInAscendingOrder();
        times[0].Should().BeOnOrAfter(before);
        times[1].Should().BeOnOrBefore(TimeProvider.System.GetUtcNow());
    }

    [Test]
    public async Task What_was_there_before_counts_only_when_asked_for()
    {
        await System.IO.File.WriteAllTextAsync(File, "old\n");
        await using var all = Follow(fromStart: true);
        await using var news = Follow(fromStart: false);
        var both = Task.WhenAll(WaitForAsync(all, "new"), WaitForAsync(news, "new"));

        await System.IO.File.AppendAllTextAsync(File, "new\n");
        await both;

        Lines(all).Should().Equal("old", "new");
        Lines(news).Should().Equal("new");
    }

    [Test]
    public async Task A_line_that_nobody_has_finished_counts_as_the_one_that_it_will_be()
    {
        await using var log = Follow();
        await AppendAsync(log, "one\n");
        await System.IO.File.AppendAllTextAsync(File, "node1 login: ");

        (await log.WaitForAsync(new Regex("login:"), log.Count, _deadline.Token)).Text.Should().Be("node1 login:");
        var next = log.WaitForAsync(new Regex("login:"), log.Count + 1, _deadline.Token);
        await AppendAsync(log, "\nnode2 login:\n");

        (await next).Text.Should().Be("node2 login:");
    }

    [Test]
    public async Task A_file_begun_anew_has_nothing_of_the_old_ones_last_line()
    {
        await using var log = Follow();
        await AppendAsync(log, "one\nlonger than what comes next");
        await System.IO.File.WriteAllTextAsync(File, "two\n");

        await WaitForAsync(log, "two$");

        Lines(log).Should().Equal("one", "two");
    }

    [Test]
    public async Task A_line_without_its_end_is_last_and_can_be_waited_for_and_is_no_line_yet()
    {
        await using var log = Follow();
        await AppendAsync(log, "one\n\n");
        log.Last.Should().Be("one", "an empty line says nothing");

        await AppendAsync(log, "node1 login: ");

        log.Last.Should().Be("node1 login:");
        (await WaitForAsync(log, "login:$")).Text.Should().Be("node1 login:");
        Lines(log).Should().Equal("one", "");
    }

    [Test]
    public async Task Waiting_begins_at_the_mark()
    {
        await using var log = Follow();
        await AppendAsync(log, "login:\nold\n");
        var mark = log.Count;

        var waiting = log.WaitForAsync(new Regex("login:"), mark, _deadline.Token);
        await AppendAsync(log, "new\n");
        waiting.IsCompleted.Should().BeFalse();
        await AppendAsync(log, "second login:\n");

        (await waiting).Text.Should().Be("second login:");
    }

    [Test]
    public async Task Waiting_can_be_given_up()
    {
        await using var log = Follow();
        using var patience = new CancellationTokenSource();
        var waiting = log.WaitForAsync(new Regex("never"), 0, patience.Token);

        await patience.CancelAsync();

        await waiting.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task A_file_that_begins_anew_is_followed_from_its_beginning()
    {
        await using var log = Follow();
        await AppendAsync(log, "a long line of the old file\n");

        await System.IO.File.WriteAllTextAsync(File, "new\n");
        await WaitForAsync(log, "^new$");

        Lines(log).Should().Equal("a long line of the old file", "new");
    }

    [Test]
    public async Task Control_sequences_are_taken_out_even_where_they_came_in_pieces()
    {
        await using var log = Follow();

        foreach (var piece in new[] { "\u001bc\u001b[?7l\u001b[2J\u001b[0mSea", "BIOS\r\n\u001b", "[0;1", ";32m  OK \u001b[0m] St", "arted\u0007\n" })
        {
            await AppendAsync(log, piece);
        }

        Lines(log).Should().Equal("SeaBIOS", "  OK ] Started");
    }

    // Written with the symbols for escape and bell: the runner silently drops a case whose name holds such characters.
    [TestCase("plain text", "plain text")]
    [TestCase("a\tb", "a\tb", Description = "a tab is text")]
    [TestCase("␛[1;32mgreen␛[0m", "green", Description = "CSI")]
    [TestCase("␛]0;title␇text", "text", Description = "OSC, ended as xterm does")]
    [TestCase(@"␛]3008;start=1␛\text␇", "text", Description = "OSC, ended as ECMA-48 says")]
    [TestCase("␛Mup", "up", Description = "a sequence of two characters")]
    [TestCase("␇beep␈", "beep", Description = "other controls")]
    [TestCase("end  ", "end", Description = "what is behind the last character")]
    public void A_line_is_cleaned_to_what_a_person_reads(string raw, string clean) =>
        ConsoleLog.Clean(raw.Replace('␛', '\u001b').Replace('␇', '\u0007').Replace('␈', '\b') + "\r").Should().Be(clean);

    [Test]
    public async Task A_character_that_came_in_pieces_is_whole()
    {
        await using var log = Follow();

        foreach (var single in "Günther €\U0001F600\n"u8.ToArray())
        {
            await AppendAsync(log, [single]);
        }

        Lines(log).Should().Equal("Günther €\U0001F600");
    }

    [Test]
    public async Task Bytes_that_are_no_UTF_8_do_not_end_it()
    {
        // A read's worth that ends in the first byte of a character, and another that does not go on with it.
        var read = 64 * 1024;
        await System.IO.File.WriteAllBytesAsync(File, [.. Enumerable.Repeat((byte)'a', read - 1), 0xE2, .. Enumerable.Repeat((byte)'b', read), .. "\nnext\n"u8]);
        await using var log = Follow();

        await WaitForAsync(log, "^next$");

        Lines(log)[0].Should().Be(new string('a', read - 1) + "\uFFFD" + new string('b', read));
    }

    [Property(MaxTest = 25)]
    public Property However_a_file_grows_its_lines_are_the_same() => Prop.ForAll(Arb.From(Pieces), pieces =>
    {
        LinesOfAsync(pieces).GetAwaiter().GetResult().Should().Equal(Expected(pieces));
    });

    private static Gen<byte[][]> Pieces =>
        from texts in Gen.Elements("a", "é", "€", "\U0001F600", "\n", "\r\n", "\u001b[0m", "\u001b[2;29H", "\u001b[?25l", " ", "[  OK  ]", "login: ").ArrayOf()
        let bytes = Encoding.UTF8.GetBytes(string.Concat(texts))
        from sizes in Gen.Choose(1, 5).ArrayOf(8)
        select Cut(bytes, sizes);

    private static byte[][] Cut(byte[] bytes, int[] sizes)
    {
        var pieces = new List<byte[]>();
        var at = 0;
        foreach (var size in sizes)
        {
            pieces.Add(bytes[at..Math.Min(at + size, bytes.Length)]);
            at = Math.Min(at + size, bytes.Length);
        }

        return [.. pieces.Append(bytes[at..]).Where(piece => piece.Length > 0)];
    }

    private static IEnumerable<string> Expected(byte[][] pieces) =>
        Encoding.UTF8.GetString([.. pieces.SelectMany(piece => piece)]).Split('\n').SkipLast(1).Select(ConsoleLog.Clean);

    private async Task<IReadOnlyList<string>> LinesOfAsync(byte[][] pieces)
    {
        System.IO.File.Delete(File);
        await using var log = new ConsoleLog(File, new HastyTime(), fromStart: true);
        foreach (var piece in pieces)
        {
            await AppendAsync(log, piece);
        }

        await AppendAsync(log, $"\n{End}\n");
        return [.. Lines(log).SkipLast(2)];
    }

    private ConsoleLog Follow(bool fromStart = true) => new(File, TimeProvider.System, fromStart);

    private Task AppendAsync(ConsoleLog log, string text) => AppendAsync(log, Encoding.UTF8.GetBytes(text));

    // Asked before the file grows, so that what it says is about this piece.
    private async Task AppendAsync(ConsoleLog log, byte[] bytes)
    {
        var more = log.WaitForMoreAsync(_deadline.Token);
        await System.IO.File.AppendAllBytesAsync(File, bytes);
        await more;
    }

    private Task<ConsoleLine> WaitForAsync(ConsoleLog log, string pattern) => log.WaitForAsync(new Regex(pattern), 0, _deadline.Token);

    private static List<string> Lines(ConsoleLog log) => [.. log.Since(0).Select(line => line.Text)];

    /// <summary>The system's time, whose timers fire at once.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }
}
