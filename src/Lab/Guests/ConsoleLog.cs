using System.Text;
using System.Text.RegularExpressions;

namespace Lab.Guests;

/// <summary>A line that a guest wrote to its serial console.</summary>
/// <param name="At">When this process saw it.</param>
/// <param name="Text">The line without terminal control sequences.</param>
public sealed record ConsoleLine(DateTimeOffset At, string Text);

/// <summary>
/// Follows the file that QEMU copies a guest's serial console to, from power-on. Lines get the time at which they were seen,
/// which is how boot timelines are measured from outside.
/// </summary>
public sealed partial class ConsoleLog : IAsyncDisposable
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(40);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<ConsoleLine> _lines = [];
    private readonly TimeProvider _time;
    private readonly string _file;
    private readonly Task _following;
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _unfinished = string.Empty;

    /// <param name="file">The console's file; may appear later.</param>
    /// <param name="time">The clock of the lines.</param>
    /// <param name="fromStart">Whether lines already there count; false follows from the file's present end.</param>
    public ConsoleLog(string file, TimeProvider time, bool fromStart)
    {
        (_file, _time) = (file, time);
        var start = !fromStart && File.Exists(file) ? new FileInfo(file).Length : 0;
        _following = Task.Run(() => FollowAsync(start, _stop.Token));
    }

    /// <summary>How many lines there are so far; a mark for <see cref="Since"/>.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>The last line, finished or not, for messages about a guest that says nothing more.</summary>
    public string Last
    {
        get
        {
            lock (_gate)
            {
                return _unfinished.Trim().Length > 0 ? Clean(_unfinished) : _lines.LastOrDefault(line => line.Text.Trim().Length > 0)?.Text ?? string.Empty;
            }
        }
    }

    /// <summary>The lines from a mark on.</summary>
    public IReadOnlyList<ConsoleLine> Since(int mark)
    {
        lock (_gate)
        {
            return _lines.Skip(mark).ToList();
        }
    }

    /// <summary>Waits for a line, finished or not, that matches.</summary>
    /// <param name="pattern">What to look for.</param>
    /// <param name="mark">The first line that counts.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ConsoleLine> WaitForAsync(Regex pattern, int mark, CancellationToken cancellation)
    {
        for (var next = mark; ;)
        {
            Task grown;
            lock (_gate)
            {
                for (; next < _lines.Count; next++)
                {
                    if (pattern.IsMatch(_lines[next].Text))
                    {
                        return _lines[next];
                    }
                }

                if (_lines.Count >= mark && pattern.IsMatch(Clean(_unfinished)))
                {
                    return new ConsoleLine(_time.GetUtcNow(), Clean(_unfinished));
                }

                grown = _grown.Task;
            }

            await grown.WaitAsync(cancellation);
        }
    }

    /// <summary>Waits until the console says something more.</summary>
    public Task WaitForMoreAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            return _grown.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>A console as it is now, from power-on; nobody knows when each line came.</summary>
    /// <param name="file">The console's file; no lines where it is not there.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IReadOnlyList<ConsoleLine>> ReadAsync(string file, CancellationToken cancellation = default) =>
        File.Exists(file) ? [.. (await File.ReadAllLinesAsync(file, cancellation)).Select(line => new ConsoleLine(default, Clean(line)))] : [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _stop.Dispose();
    }

    /// <summary>A console line as a person reads it: without ECMA-48 control sequences, carriage returns and other control characters.</summary>
    public static string Clean(string raw) => Controls().Replace(raw, string.Empty).TrimEnd();

    private async Task FollowAsync(long start, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        var decoder = Encoding.UTF8.GetDecoder();
        var characters = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
        var position = start;
        try
        {
            while (true)
            {
                if (File.Exists(_file))
                {
                    await using var file = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                    if (file.Length < position)
                    {
                        // A log daemon may have begun a new file under the same name; the old one's last line was never finished.
                        position = 0;
                        decoder.Reset();
                        lock (_gate)
                        {
                            _unfinished = string.Empty;
                        }
                    }

                    file.Position = position;
                    for (int read; (read = await file.ReadAsync(buffer, cancellation)) > 0; position += read)
                    {
                        Add(characters.AsSpan(0, decoder.GetChars(buffer, 0, read, characters, 0)));
                    }
                }

                await Task.Delay(PollEvery, _time, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private void Add(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            var parts = (_unfinished + text.ToString()).Split('\n');
            foreach (var line in parts[..^1])
            {
                _lines.Add(new ConsoleLine(now, Clean(line)));
            }

            _unfinished = parts[^1];
            _grown.TrySetResult();
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [GeneratedRegex(@"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\^_c])|[\x00-\x08\x0b-\x1f\x7f]", RegexOptions.ExplicitCapture)]
    private static partial Regex Controls();
}
