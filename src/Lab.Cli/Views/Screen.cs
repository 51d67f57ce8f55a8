using Spectre.Console;

namespace Lab.Cli.Views;

/// <summary>What a text means, which a terminal shows as a colour.</summary>
internal enum Tone
{
    Plain,
    Good,
    Warning,
    Bad,
    Faint,
}

/// <summary>A piece of text and what it means.</summary>
internal readonly record struct Span(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Span(string text) => new(text);
}

/// <summary>A stream that people read: a terminal, with colours and borders, or a pipe or log, with neither.</summary>
/// <param name="Writer">Where it goes.</param>
internal sealed record Screen(TextWriter Writer)
{
    /// <summary>Whether a person looks at it.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether it shows colours.</summary>
    public bool HasColours { get; init; }

    /// <summary>A terminal's width in columns.</summary>
    public int Width { get; init; } = 80;

    /// <summary>This process's standard output.</summary>
    public static Screen OfOutput() => Of(Console.Out, Console.IsOutputRedirected);

    /// <summary>This process's standard error.</summary>
    public static Screen OfError() => Of(Console.Error, Console.IsErrorRedirected);

    /// <summary>Writes a line.</summary>
    public void Line(params IReadOnlyList<Span> spans) => Writer.WriteLine(string.Concat(spans.Select(Paint)));

    /// <summary>Writes a table.</summary>
    public void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<Span>> rows)
    {
        if (IsTerminal)
        {
            Bordered(headings, rows);
        }
        else
        {
            Plain([.. headings.Select(heading => new Span(heading))], [.. rows]);
        }
    }

    /// <summary>Shows something on a terminal again and again, in place, until it is cancelled: that is how it ends.</summary>
    /// <param name="ask">What to show.</param>
    /// <param name="view">Shows it.</param>
    /// <param name="every">The pause in between.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task WatchAsync<T>(Func<CancellationToken, Task<T>> ask, Action<T, Screen> view, TimeSpan every, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var model = await ask(cancellation);
                using var text = new StringWriter();
                view(model, this with { Writer = text, Width = Console.IsOutputRedirected ? Width : Math.Max(Console.WindowWidth, 1) });
                // ECMA-48: CUP to the corner, and ED of all below it.
                Writer.Write($"\e[H\e[2J{text}");
                Writer.Flush();
                await Task.Delay(every, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Somebody has seen enough.
        }
    }

    private static Screen Of(TextWriter writer, bool redirected)
    {
        // TERM=dumb is what editors' terminals say; NO_COLOR is no-color.org's.
        var terminal = !redirected && Environment.GetEnvironmentVariable("TERM") is not "dumb" && Environment.GetEnvironmentVariable("CI") is null or "";
        return new Screen(writer)
        {
            IsTerminal = terminal,
            HasColours = terminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "",
            Width = terminal && Console.WindowWidth > 0 ? Console.WindowWidth : 80,
        };
    }

    private static Color ColourOf(Tone tone) => tone switch
    {
        Tone.Good => Color.Green,
        Tone.Warning => Color.Olive,
        Tone.Bad => Color.Maroon,
        Tone.Faint => Color.Grey,
        _ => Color.Default,
    };

    // ECMA-48, SGR: the terminal's own palette, so that it fits light and dark ones.
    private string Paint(Span span) => !HasColours || span.Tone == Tone.Plain ? span.Text : $"\e[{span.Tone switch { Tone.Good => 32, Tone.Warning => 33, Tone.Bad => 31, _ => 90 }}m{span.Text}\e[0m";

    private void Bordered(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<Span>> rows)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns([.. headings]);
        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell.Text, new Style(ColourOf(cell.Tone)))));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = HasColours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = HasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(Writer),
        });
        console.Profile.Width = Width;
        console.Write(table);
    }

    // For logs and pipes: one line a row, and no spaces at its end. A cell's further lines stand below it.
    private void Plain(IReadOnlyList<Span> headings, IReadOnlyList<IReadOnlyList<Span>> rows)
    {
        var lines = rows.Prepend(headings).SelectMany(row =>
        {
            var cells = row.Select(cell => cell.Text.Split('\n')).ToList();
            return Enumerable.Range(0, cells.Max(cell => cell.Length)).Select(line => cells.Select(cell => line < cell.Length ? cell[line] : string.Empty).ToList());
        }).ToList();
        foreach (var line in lines)
        {
            Writer.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(lines.Max(other => other[column].Length)))).TrimEnd());
        }
    }
}
