using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Lab.Cli.CommandLine;

/// <summary>System.CommandLine's own help, and after it what that knows nothing of: what may follow <c>--</c>, and examples.</summary>
internal sealed class ExampleHelp : SynchronousCommandLineAction
{
    private const int PlainWidth = 100;
    private const int NarrowestWidth = 60;
    private const string UsageEnd = "[options]";

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command as LabCommand;
        output.WriteLine(Usual(parseResult, command?.Trailing).TrimEnd());
        if (command is not null)
        {
            output.WriteLine();
            output.WriteLine(command.Examples.Count == 1 ? "Example:" : "Examples:");
            foreach (var example in command.Examples)
            {
                output.WriteLine($"  {example}");
            }
        }

        return 0;
    }

    private static string Usual(ParseResult line, string? trailing)
    {
        var configuration = line.InvocationConfiguration;
        var output = configuration.Output;
        using var text = new StringWriter();
        configuration.Output = text;
        try
        {
            new HelpAction { MaxWidth = Console.IsOutputRedirected ? PlainWidth : Math.Max(NarrowestWidth, Console.WindowWidth) }.Invoke(line);
        }
        finally
        {
            configuration.Output = output;
        }

        return trailing is null ? text.ToString() : text.ToString().Replace(UsageEnd, $"{UsageEnd} [-- {trailing}]", StringComparison.Ordinal);
    }
}
