namespace Lab.Execution;

/// <summary>
/// Shows progress on a console. A terminal gets one line that is redrawn in place, and a lasting line for each end;
/// anything else gets a line at each begin and end, and between them one every 15 s while there is news.
/// </summary>
/// <remarks>
/// Safe for concurrent and nested activities: a terminal shows the youngest and counts the others. What guests and tools say
/// is stripped of control characters, so that it can't steer the terminal. The sequences used are ECMA-48's.
/// </remarks>
public sealed class ConsoleProgress : IProgressSink, IDisposable
{
    private const string EraseLine = "\r\e[2K";
    private const string Frames = "|/-\\";
    private static readonly TimeSpan _frameEvery = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan _heartbeatEvery = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly TextWriter _writer;
    private readonly bool _interactive;
    private readonly TimeProvider _clock;
    private readonly Func<int> _width;
    private readonly List<Activity> _running = [];
    private int _frame;

    /// <param name="writer">Where the lines go; not disposed.</param>
    /// <param name="interactive">Whether the writer is a terminal that understands ECMA-48.</param>
    /// <param name="clock">Time for durations and heartbeats.</param>
    /// <param name="width">The terminal's width in columns, asked at each drawing; the console's own by default.</param>
    public ConsoleProgress(TextWriter writer, bool interactive, TimeProvider clock, Func<int>? width = null)
    {
        _writer = writer;
        _interactive = interactive;
        _clock = clock;
        _width = width ?? ConsoleWidth;
    }

    /// <summary>A duration as people say it: <c>0.4 s</c>, <c>12 s</c>, <c>1 min 12 s</c>, <c>2 h 5 min</c>. Rounded down.</summary>
    public static string Elapsed(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => $"{Math.Floor(duration.TotalSeconds * 10) / 10:0.0} s",
        { TotalMinutes: < 1 } => $"{duration.Seconds} s",
        { TotalHours: < 1 } => $"{duration.Minutes} min {duration.Seconds} s",
        _ => $"{(int)duration.TotalHours} h {duration.Minutes} min",
    };

    /// <inheritdoc/>
    public IActivity Begin(string what)
    {
        lock (_gate)
        {
            var activity = new Activity(this, Plain(what));
            _running.Add(activity);
            if (_interactive)
            {
                Draw();
            }
            else
            {
                _writer.WriteLine($"{activity.What} …");
            }

            return activity;
        }
    }

    /// <summary>Writes a line of its own, above the one that shows progress.</summary>
    /// <param name="line">The line; it is the caller's, colours and all.</param>
    public void WriteLine(string line)
    {
        lock (_gate)
        {
            Erase();
            _writer.WriteLine(line);
            Draw();
        }
    }

    /// <summary>Stops showing; whatever still runs is forgotten.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Erase();
            _running.ForEach(activity => activity.StopTimer());
            _running.Clear();
        }
    }

    private static int ConsoleWidth()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string Plain(string text) => string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)).Trim();

    private void Tick(Activity activity)
    {
        lock (_gate)
        {
            // The timer may fire once more after its activity's end.
            if (!_running.Contains(activity))
            {
                return;
            }

            if (!_interactive)
            {
                if (activity.TakeNews() is { } news)
                {
                    _writer.WriteLine($"{news}, after {activity.Elapsed}");
                }
            }
            else if (activity == _running[^1])
            {
                _frame++;
                Draw();
            }
        }
    }

    private void Update(Activity activity, Action change)
    {
        lock (_gate)
        {
            if (_running.Contains(activity))
            {
                change();
            }
        }
    }

    private void End(Activity activity, string verdict)
    {
        lock (_gate)
        {
            if (_running.Contains(activity))
            {
                Erase();
                activity.StopTimer();
                _running.Remove(activity);
                _writer.WriteLine($"{activity.What}: {verdict}");
                Draw();
            }
        }
    }

    private void Erase()
    {
        if (_interactive && _running.Count > 0)
        {
            _writer.Write(EraseLine);
        }
    }

    private void Draw()
    {
        if (!_interactive || _running.Count == 0)
        {
            return;
        }

        var activity = _running[^1];
        var others = _running.Count > 1 ? $" (+{_running.Count - 1} more)" : string.Empty;
        var (text, tail) = ($"{Frames[_frame % Frames.Length]} {activity.News}", $", {activity.Elapsed}{others}");

        // A line that reached the last column would wrap, and the next drawing would erase only its end.
        var width = _width() is > 0 and var columns ? columns - 1 : 79;
        var room = Math.Max(0, width - tail.Length);
        var line = text.Length <= room ? text + tail : string.Concat(text.AsSpan(0, Math.Max(0, room - 1)), "…", tail);
        _writer.Write(EraseLine + (line.Length <= width ? line : line[..width]));
        _writer.Flush();
    }

    private sealed class Activity : IActivity
    {
        private readonly ConsoleProgress _owner;
        private readonly long _started;
        private readonly ITimer _timer;
        private string _detail = string.Empty;
        private string _toldNews;

        public Activity(ConsoleProgress owner, string what)
        {
            _owner = owner;
            What = what;
            _toldNews = what;
            _started = owner._clock.GetTimestamp();
            var period = owner._interactive ? _frameEvery : _heartbeatEvery;
            _timer = owner._clock.CreateTimer(_ => owner.Tick(this), state: null, period, period);
        }

        public string What { get; }

        public string News => _detail.Length == 0 ? What : $"{What}: {_detail}";

        public string Elapsed => ConsoleProgress.Elapsed(_owner._clock.GetElapsedTime(_started));

        public void Report(string detail, double? fraction = null) => _owner.Update(this, () =>
        {
            var percent = fraction is { } part ? $"{Math.Floor(Math.Clamp(part, 0, 1) * 100):0} %" : string.Empty;
            _detail = string.Join(", ", new[] { Plain(detail), percent }.Where(text => text.Length > 0));
        });

        public void Done(string? outcome = null) =>
            _owner.End(this, $"done in {Elapsed}{(string.IsNullOrWhiteSpace(outcome) ? string.Empty : ", " + Plain(outcome))}");

        public void Dispose() => _owner.End(this, $"failed after {Elapsed}{(_detail.Length == 0 ? string.Empty : ", last: " + _detail)}");

        public void StopTimer() => _timer.Dispose();

        public string? TakeNews()
        {
            var news = News;
            (var told, _toldNews) = (_toldNews, news);
            return told == news ? null : news;
        }
    }
}
