using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary>What a command left on a guest.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record SshResult(string Guest, int ExitCode, string Output, string Error);

/// <summary><c>lab ssh</c>.</summary>
internal sealed class SshCommand : LabCommand
{
    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _lab = LabOption();
    private readonly Option<bool> _root = new("--root") { Description = "Log in as root instead of the lab's user" };

    public SshCommand()
        : base("ssh", "Logs in to a guest, or runs a command there. As with ssh, the command's words are joined to one line for the guest's shell.", "lab ssh", "lab ssh node1 --root -- systemctl --failed")
    {
        Add(_guest);
        Add(_lab);
        Add(_root);
    }

    public override string Trailing => "COMMAND...";

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var guest = lab.Choose(line.GetValue(_guest));
        var login = OpenLab.Login(guest, line.GetValue(_root) ? "root" : guest.Metadata.User, context.Trailing, terminal: !Console.IsInputRedirected && !Console.IsOutputRedirected);
        if (!context.Json)
        {
            return await ForegroundProcess.RunAsync(login, cancellation);
        }

        if (context.Trailing.Count == 0)
        {
            throw new CommandLineMistake("A login can't be shown as JSON.", "Give a command after `--`, or leave out `--json`.");
        }

        var result = await login.RunAsync(cancellation);
        Documents.Write(context.Output.Writer, new SshResult(guest.Name, result.ExitCode, result.Output, result.Error), Documents.All.SshResult);
        return result.ExitCode;
    }
}
