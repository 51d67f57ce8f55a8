using FluentAssertions;
using Lab.Execution;
using NUnit.Framework;

namespace Lab.Tests.Execution;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ConsoleProgressTests : IDisposable
{
    private const string Erase = "\r\e[2K";

    private readonly StringWriter _written = new() { NewLine = "\n" };
    private readonly ManualClock _clock = new();
    private int _width = 60;

    public void Dispose() => _written.Dispose();

    [Test]
    public void A_log_gets_a_line_at_the_begin_and_one_at_the_end_with_duration_and_outcome()
    {
        using var progress = Log();

        using (var activity = progress.Begin("compose tree labtree-1"))
        {
            _clock.Advance(TimeSpan.FromSeconds(3.25));
            activity.Done("241 MB, 13,600 objects");
        }

        _written.ToString().Should().Be("compose tree labtree-1 …\ncompose tree labtree-1: done in 3.2 s, 241 MB, 13,600 objects\n");
    }

    [Test]
    public void What_ends_without_being_done_has_failed_and_says_what_it_did_last()
    {
        using var progress = Log();

        using (var activity = progress.Begin("boot guest a"))
        {
            activity.Report("waiting for ssh");
            _clock.Advance(TimeSpan.FromSeconds(72));
        }

        Lines().Should().EndWith("boot guest a: failed after 1 min 12 s, last: waiting for ssh");
    }

    [Test]
    public void A_log_hears_of_news_at_most_every_15_seconds()
    {
        using var progress = Log();
        using var activity = progress.Begin("download");

        for (var second = 1; second <= 40; second++)
        {
            activity.Report($"package {second}", second / 50.0);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Lines().Should().Equal("download …", "download: package 15, 30 %, after 15 s", "download: package 30, 60 %, after 30 s");
    }

    [Test]
    public void A_log_hears_nothing_while_there_is_no_news()
    {
        using var progress = Log();
        using var activity = progress.Begin("download");

        activity.Report("package 1");
        _clock.Advance(TimeSpan.FromMinutes(5));

        Lines().Should().Equal("download …", "download: package 1, after 15 s");
    }

    [Test]
    public void An_end_is_told_once_and_nothing_follows_it()
    {
        using var progress = Log();
        var activity = progress.Begin("seal");

        activity.Done("unchanged");
        activity.Done("changed");
        activity.Report("late");
        activity.Dispose();
        _clock.Advance(TimeSpan.FromMinutes(1));

        Lines().Should().Equal("seal …", "seal: done in 0.0 s, unchanged");
    }

    [Test]
    public void A_terminal_gets_one_line_that_is_redrawn_and_one_that_stays()
    {
        using var progress = Terminal();

        using (var activity = progress.Begin("boot a"))
        {
            activity.Report("kernel", 0.259);
            _clock.Advance(TimeSpan.FromMilliseconds(240));
            activity.Done();
        }

        _written.ToString().Should().Be(
            $"{Erase}| boot a, 0.0 s" +
            $"{Erase}/ boot a: kernel, 25 %, 0.1 s" +
            $"{Erase}- boot a: kernel, 25 %, 0.2 s" +
            $"{Erase}boot a: done in 0.2 s\n");
    }

    [Test]
    public void A_terminal_shows_the_youngest_activity_and_counts_the_others()
    {
        using var progress = Terminal();

        using var outer = progress.Begin("up");
        using var inner = progress.Begin("boot a");
        LastDrawn().Should().Be("| boot a, 0.0 s (+1 more)");

        inner.Done();
        LastDrawn().Should().Be("| up, 0.0 s");
    }

    [Test]
    public void An_outer_activity_may_end_before_an_inner_one()
    {
        using var progress = Terminal();
        using var outer = progress.Begin("up");
        using var inner = progress.Begin("boot a");

        outer.Done();

        LastDrawn().Should().Be("| boot a, 0.0 s");
        _written.ToString().Should().Contain($"{Erase}up: done in 0.0 s\n");
    }

    [Test]
    public void A_line_never_reaches_the_terminals_last_column_and_keeps_its_end()
    {
        _width = 30;
        using var progress = Terminal();

        using var activity = progress.Begin("compose a tree with a very long name");

        LastDrawn().Should().Be("| compose a tree with…, 0.0 s").And.HaveLength(29);
    }

    [TestCase(5)]
    [TestCase(1)]
    public void A_terminal_of_hardly_any_width_gets_no_wrapped_line(int width)
    {
        _width = width;
        using var progress = Terminal();

        using var activity = progress.Begin("compose");

        LastDrawn().Length.Should().BeLessThan(width);
    }

    [Test]
    public void A_line_of_ones_own_stands_above_the_progress()
    {
        using var progress = Terminal();
        using var activity = progress.Begin("test");

        progress.WriteLine("Lab.Tests passed");

        _written.ToString().Should().EndWith($"{Erase}Lab.Tests passed\n{Erase}| test, 0.0 s");
    }

    [Test]
    public void What_a_guest_says_cannot_steer_the_terminal()
    {
        using var progress = Terminal();

        using (var activity = progress.Begin("boot\nfast"))
        {
            activity.Report("\e[2Jgot\tyou\r");
            _clock.Advance(TimeSpan.FromMilliseconds(120));
            activity.Done("fine\e]0;title\a");
        }

        _written.ToString().Replace(Erase, "<", StringComparison.Ordinal)
            .Should().Be("<| boot fast, 0.0 s</ boot fast: [2Jgot you, 0.1 s<boot fast: done in 0.1 s, fine ]0;title\n");
    }

    [Test]
    public void Disposing_leaves_a_clean_line_and_no_timers()
    {
        var progress = Terminal();
        _ = progress.Begin("compose");

        progress.Dispose();
        _clock.Advance(TimeSpan.FromMinutes(1));

        _written.ToString().Should().EndWith(Erase);
        _clock.Timers.Should().Be(0);
    }

    [Test]
    public async Task Activities_on_many_threads_never_mix_their_lines()
    {
        using var progress = Log();

        await Task.WhenAll(Enumerable.Range(0, 64).Select(number => Task.Run(() =>
        {
            using var activity = progress.Begin($"a{number}");
            activity.Report("half", 0.5);
            progress.WriteLine($"line {number}");
            activity.Done($"b{number}");
        })));

        Lines().Should().BeEquivalentTo(Enumerable.Range(0, 64).SelectMany(number => new[] { $"a{number} …", $"line {number}", $"a{number}: done in 0.0 s, b{number}" }));
        _clock.Timers.Should().Be(0);
    }

    [TestCase(0.0, "0.0 s")]
    [TestCase(9.99, "9.9 s")]
    [TestCase(59.9, "59 s")]
    [TestCase(72, "1 min 12 s")]
    [TestCase(3599.9, "59 min 59 s")]
    [TestCase(7500, "2 h 5 min")]
    [TestCase(180000, "50 h 0 min")]
    public void A_duration_reads_as_people_say_it(double seconds, string text) =>
        ConsoleProgress.Elapsed(TimeSpan.FromSeconds(seconds)).Should().Be(text);

    private ConsoleProgress Log() => new(_written, interactive: false, _clock);

    private ConsoleProgress Terminal() => new(_written, interactive: true, _clock, () => _width);

    private string[] Lines() => _written.ToString().TrimEnd('\n').Split('\n');

    private string LastDrawn() => _written.ToString().Split(Erase)[^1];

    /// <summary>Time that moves only when told, and fires what falls due on the way.</summary>
    private sealed class ManualClock : TimeProvider
    {
        private readonly Lock _gate = new();
        private readonly List<ManualTimer> _timers = [];
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public int Timers => _timers.Count;

        public override long GetTimestamp() => _now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ManualTimer(this, callback, state, _now + dueTime, period);
            lock (_gate)
            {
                _timers.Add(timer);
            }

            return timer;
        }

        public void Advance(TimeSpan time)
        {
            var end = _now + time;
            while (_timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due) is { } next)
            {
                _now = next.Due;
                next.Fire();
            }

            _now = end;
        }

        private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state, TimeSpan due, TimeSpan period) : ITimer
        {
            public TimeSpan Due { get; private set; } = due;

            public void Fire()
            {
                Due += period;
                callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

            public void Dispose()
            {
                lock (clock._gate)
                {
                    clock._timers.Remove(this);
                }
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
