using System.Text.RegularExpressions;
using Lab.Execution;
using Lab.Media.Installer;

namespace Lab.Guests;

/// <summary>Follows an installation on a console.</summary>
/// <param name="guest">Whose.</param>
/// <param name="begin">When its machine began.</param>
/// <param name="objects">How many objects the tree has that it fetches.</param>
/// <param name="activity">Told how far it is.</param>
internal sealed partial class InstallWatch(string guest, DateTimeOffset begin, int objects, IActivity activity)
{
    private static readonly int _phases = Enum.GetValues<InstallPhase>().Length;
    private readonly List<(InstallPhase Phase, DateTimeOffset At)> _begun = [];
    private readonly List<string> _errors = [];
    private readonly DateTimeOffset _powerOn = begin;
    private DateTimeOffset _last = begin;

    /// <summary>How it ended; null while it has not.</summary>
    public InstallEnded? Ended { get; private set; }

    /// <summary>Takes the console's next line.</summary>
    /// <exception cref="InstallFailedException">It says that the installer has failed.</exception>
    public void Add(ConsoleLine line)
    {
        _last = line.At;
        switch (InstallMessage.Read(line.Text))
        {
            case InstallPhaseBegun { Phase: InstallPhase.Kickstart }:
                // After a power cut it starts over.
                _begun.Clear();
                _errors.Clear();
                Begin(InstallPhase.Kickstart);
                break;
            case InstallPhaseBegun phase:
                Begin(phase.Phase);
                break;
            case InstallObjects pulled:
                // As long as the installer reads folders, it does not know what they hold.
                var fetched = Math.Min(pulled.Fetched, objects);
                activity.Report($"pull: {fetched:N0} of {objects:N0} objects", Fraction(InstallPhase.Pull) + (double)fetched / objects / _phases);
                break;
            case InstallError error:
                _errors.Add(error.Line);
                break;
            case InstallFailed failed:
                throw new InstallFailedException(guest, string.Join(' ', _errors), failed.Kind);
            case InstallEnded ended:
                Ended = ended;
                break;
            default:
                break;
        }

        void Begin(InstallPhase phase)
        {
            _begun.Add((phase, line.At));
            activity.Report(Words(phase), Fraction(phase));
        }
    }

    /// <summary>What was seen.</summary>
    public InstallRecord ToRecord() => new(
        Ended?.Commit ?? string.Empty,
        (_begun.Count > 0 ? _begun[0].At : _last) - _powerOn,
        [.. _begun.Select((phase, index) => new InstallTiming(phase.Phase, (index + 1 < _begun.Count ? _begun[index + 1].At : _last) - phase.At))]);

    private static double Fraction(InstallPhase phase) => (double)phase / _phases;

    // FileSystems: "file systems".
    private static string Words(InstallPhase phase) => Hump().Replace(phase.ToString(), " ").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Hump();
}
