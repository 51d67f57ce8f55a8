using Lab.Execution;
using Lab.Guests;

namespace Lab.Reporting;

/// <summary>
/// A whole run as a picture: its steps along the time, and a row a guest with its boots, each a bar of its stages, and the commands
/// that ran there.
/// </summary>
internal sealed class TimelinePicture
{
    private const double Width = 1000;
    private const double StepHeight = 22;
    private const double BarHeight = 24;
    private const double TextLine = 13;
    private readonly RunRecord _run;
    private readonly SvgCanvas _canvas;
    private readonly TimeAxis _axis;
    private readonly double _right = Width - 28;

    private TimelinePicture(RunRecord run)
    {
        _run = run;
        Guests = [.. run.Boots.Select(boot => boot.Guest).Concat(run.Commands.Select(command => command.Result.Guest)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var boots = run.Boots.Select(boot => $" {boot.Guest} boot {boot.Boot.Number}: {BootTable.Outcome(boot)}.");
        _canvas = new SvgCanvas("Timeline of the run", $"{run.Run.Steps.Count} steps and {run.Boots.Count()} boots in {ConsoleProgress.Elapsed(run.Duration)}.{string.Concat(boots)}");
        var names = Guests.Select(guest => guest.Length).DefaultIfEmpty().Max() * SvgCanvas.CharacterWidth * 1.2;
        _axis = new TimeAxis(new Interval(run.Run.Start, run.Run.Start + run.Duration), Math.Clamp(names + 20, 60, 200), _right);
    }

    private List<string> Guests { get; }

    /// <summary>Draws a run.</summary>
    /// <returns>An <c>svg</c> element for an HTML page.</returns>
    public static string Render(RunRecord run) => new TimelinePicture(run).Render();

    private string Render()
    {
        var steps = Lanes(_run.Run.Steps.Select(step => (_axis[step.Start], _axis[step.Start + step.Duration]))).ToList();
        var rows = new List<(string Guest, double Top)>();
        var bottom = 26 + (StepHeight * (steps.Count == 0 ? 0 : steps.Max() + 1));
        foreach (var guest in Guests)
        {
            rows.Add((guest, bottom + 22));
            bottom = rows[^1].Top + BarHeight + 10 + (LabelLanes(guest).DefaultIfEmpty(-1).Max() + 1) * ((2 * TextLine) + 6);
        }

        _axis.Draw(_canvas, 20, bottom + 6, 14);
        foreach (var (step, lane) in _run.Run.Steps.Zip(steps))
        {
            DrawStep(step, 22 + (lane * StepHeight));
        }

        foreach (var (guest, top) in rows)
        {
            DrawGuest(guest, top);
        }

        DrawLegend(bottom + 26);
        return _canvas.Render(Width, bottom + 36);
    }

    private void DrawStep(StepRecord step, double y)
    {
        var (from, to) = (_axis[step.Start], _axis[step.Start + step.Duration]);
        _canvas.Group($"{step.Name}: {ConsoleProgress.Elapsed(step.Duration)}{(step.Failure is null ? string.Empty : ", failed")}", () =>
        {
            _canvas.Bar(from, y, Math.Max(to - from - 1, 1), StepHeight - 4, step.Failure is null ? "span" : "span failed");
            var room = (int)((to - from - 10) / SvgCanvas.CharacterWidth);
            if (room >= 3)
            {
                _canvas.Text(from + 5, y + 13, step.Name.Length <= room ? step.Name : step.Name[..(room - 1)] + "…", "span-label");
            }
        });
    }

    private void DrawGuest(string guest, double top)
    {
        _canvas.Text(8, top + 16, guest, "guest");
        _canvas.Line(_axis[_run.Run.Start], top + BarHeight, _right, top + BarHeight, "base");
        foreach (var command in _run.Commands.Where(command => command.Result.Guest == guest))
        {
            var (from, to) = (_axis[command.Interval.Start], _axis[command.Interval.End]);
            _canvas.Bar(from, top + BarHeight + 1, Math.Max(to - from, 1), 5, "command", $"{command.Result.Command.Split('\n')[0]}: exit code {command.Result.ExitCode}, {ConsoleProgress.Elapsed(command.Result.Duration)}");
        }

        foreach (var (boot, lane) in BootsOf(guest).Zip(LabelLanes(guest)))
        {
            DrawBoot(boot, top, top + BarHeight + 10 + (lane * ((2 * TextLine) + 6)));
        }
    }

    private void DrawBoot(RecordedBoot boot, double top, double label)
    {
        var (name, detail) = Caption(boot);
        _canvas.Group($"{name}, {detail}: {BootTable.Outcome(boot)}", () =>
        {
            var start = _axis[boot.Interval.Start];
            _canvas.Line(start, top + BarHeight, start, label + (2 * TextLine), "leader");
            foreach (var phase in boot.Boot.Phases)
            {
                var (from, to) = (_axis[phase.Start], _axis[phase.Start + phase.Duration]);
                _canvas.Bar(from, top, to - from, BarHeight, PhaseClass(phase.Phase), $"{BootTable.Word(phase.Phase)} {ConsoleProgress.Elapsed(phase.Duration)}");
            }

            if (!boot.Boot.Failed)
            {
                _canvas.Mark(_axis[boot.Interval.End], top, "ready", BootTable.Outcome(boot));
            }
            else
            {
                _canvas.Cross(_axis[boot.Interval.End], top + (BarHeight / 2), "stopped", BootTable.Outcome(boot));
            }

            _canvas.Text(start + 4, label + TextLine - 2, name, "label strong");
            _canvas.Text(start + 4, label + (2 * TextLine) - 2, detail, "label faint");
        });
    }

    private void DrawLegend(double y)
    {
        var x = _axis[_run.Run.Start];
        foreach (var phase in Enum.GetValues<BootPhase>())
        {
            _canvas.Bar(x, y - 9, 11, 11, PhaseClass(phase));
            Say(16, BootTable.Word(phase));
        }

        _canvas.Bar(x, y - 5, 11, 5, "command");
        Say(16, "command");
        _canvas.Mark(x + 6, y, "ready");
        Say(16, "ready");
        _canvas.Cross(x + 6, y - 4, "stopped");
        Say(16, "not ready");

        void Say(double indent, string word)
        {
            _canvas.Text(x + indent, y, word, "label faint");
            x += indent + (word.Length * SvgCanvas.CharacterWidth * 1.1) + 24;
        }
    }

    private List<RecordedBoot> BootsOf(string guest) => [.. _run.Boots.Where(boot => boot.Guest == guest)];

    private (string Name, string Detail) Caption(RecordedBoot boot)
    {
        var (commit, name) = (RunRecord.ShortCommit(boot.Boot.Commit), _run.NameOf(boot.Boot.Commit));
        string?[] details = [name == commit ? null : commit, boot.Boot.Entry is { } entry ? $"GRUB entry {entry}" : null];
        return (name is null ? $"boot {boot.Boot.Number}" : $"boot {boot.Boot.Number}: {name}", string.Join(" · ", details.OfType<string>().DefaultIfEmpty("deployment unknown")));
    }

    // From the last to the first, so that a caption's line down to it never crosses the caption of a later boot.
    private IEnumerable<int> LabelLanes(string guest)
    {
        var extents = BootsOf(guest).Select(boot =>
        {
            var (name, detail) = Caption(boot);
            var x = _axis[boot.Interval.Start];
            return (x, x + 16 + (Math.Max(name.Length, detail.Length) * SvgCanvas.CharacterWidth));
        });
        var lanes = new List<(double From, int Lane)>();
        foreach (var (from, to) in extents.Reverse())
        {
            lanes.Add((from, lanes.Where(later => later.From < to).Select(later => later.Lane + 1).DefaultIfEmpty().Max()));
        }

        return lanes.Select(lane => lane.Lane).Reverse();
    }

    // Each in the first lane that is free where it begins.
    private static IEnumerable<int> Lanes(IEnumerable<(double From, double To)> extents)
    {
        var ends = new List<double>();
        foreach (var (from, to) in extents)
        {
            var lane = ends.FindIndex(end => end <= from + 0.05);
            if (lane < 0)
            {
                lane = ends.Count;
                ends.Add(0);
            }

            ends[lane] = to;
            yield return lane;
        }
    }

    private static string PhaseClass(BootPhase phase) => $"phase {BootTable.Word(phase)}";
}
