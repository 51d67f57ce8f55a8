using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Lab.Cli.CommandLine;
using Lab.Cli.Commands;
using Lab.Cli.Views;

namespace Lab.Cli;

/// <summary>
/// The <c>lab</c> program. Exit codes: 0 all is well, 1 the product failed, 2 the user's mistake, 3 the host's, 70 a defect of lab itself
/// (sysexits.h, EX_SOFTWARE), 128 + n ended by signal n.
/// </summary>
/// <param name="output">Where results go.</param>
/// <param name="error">Where progress and failures go.</param>
internal sealed class LabProgram(Screen output, Screen error)
{
    private const int Defect = 70;

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, Interruption interruption)
    {
        // What follows `--` belongs to a guest, however much it looks like options of ours.
        var words = arguments.TakeWhile(word => word != "--").ToList();
        var trailing = words.Count < arguments.Count ? arguments.Skip(words.Count + 1).ToList() : null;
        var failures = new FailureView(error, words.Contains(LabCommand.Json, StringComparer.Ordinal) ? output.Writer : null);
        try
        {
            return await RunAsync(words, trailing, interruption.Token);
        }
        catch (Exception failure) when (interruption.Token.IsCancellationRequested)
        {
            // At a terminal Ctrl-C reaches our child processes too: whatever they made of it, this is why.
            failures.WriteInterruption(failure);
            return interruption.ExitCode;
        }
        catch (LabException failure)
        {
            failures.Write(failure);
            return (int)failure.Kind;
        }
        catch (Exception failure) when (HostFailure.Of(failure) is { } known)
        {
            failures.Write(known);
            return (int)known.Kind;
        }
        catch (Exception defect)
        {
            failures.WriteDefect(defect);
            return Defect;
        }
    }

    /// <summary>The whole of the command line.</summary>
    internal static RootCommand Commands()
    {
        var root = new RootCommand("Provisions atomic Linux hosts as labs of virtual machines, and tests them.")
        {
            new UpCommand(),
            new PlanCommand(),
            new StatusCommand(),
            new SshCommand(),
            new ExecCommand(),
            new ForwardCommand(),
            new ConsoleCommand(),
            new LogCommand(),
            new RunCommand(),
            new StopCommand(),
            new StartCommand(),
            new ResetCommand(),
            new InspectCommand(),
            new DownCommand(),
            new ListCommand(),
            new GcCommand(),
            new DoctorCommand(),
            new Command("checkpoint", "Keeps labs as they are at a moment, and takes them back there.") { new CheckpointSaveCommand(), new CheckpointListCommand(), new CheckpointRestoreCommand(), new CheckpointDeleteCommand() },
            new Command("net", "Shows, breaks, mends and listens to a lab's segments.") { new NetStatusCommand(), new NetBreakCommand(), new NetLinkCommand(), new NetHealCommand(), new NetCaptureCommand() },
            new Command("image", "Lists, pushes and tags the container images in a lab's registry.") { new ImageListCommand(), new ImagePushCommand(), new ImageTagCommand() },
            new Command("box", "Makes boxes for Vagrant of trees and guests, and takes boxes as disks for guests.") { new BoxExportCommand(), new BoxImportCommand(), new BoxListCommand(), new BoxDeleteCommand() },
            new VagrantfileCommand(),
            new Command("tree", "Composes, lists, compares and serves OSTree trees.") { new TreeComposeCommand(), new TreeListCommand(), new TreeDiffCommand(), new TreeServeCommand() },
            new Command("media", "Writes and reads what hosts are installed from, and what guests are given at their first boot.") { new MediaSeedCommand(), new MediaKickstartCommand(), new MediaCheckCommand(), new MediaEmbedCommand(), new MediaInspectCommand() },
        };
        root.HelpName = "lab";
        root.Add(LabCommand.JsonOption());
        root.Options.OfType<HelpOption>().Single().Action = new ExampleHelp();
        return root;
    }

    private async Task<int> RunAsync(IReadOnlyList<string> words, IReadOnlyList<string>? trailing, CancellationToken cancellation)
    {
        // A word that begins with @ is a word, not a file of more words.
        var parser = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var root = Commands();
        var line = root.Parse(words, parser);
        var invocation = new InvocationConfiguration { Output = output.Writer, Error = error.Writer, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        if (line.Action is not null and not ParseErrorAction)
        {
            // --help, --version and shell completion.
            return await line.InvokeAsync(invocation, cancellation);
        }

        CommandLineMistake.ThrowIfAny(line, trailing);
        if (line.CommandResult.Command is not LabCommand command)
        {
            return await root.Parse([.. words, "--help"], parser).InvokeAsync(invocation, cancellation);
        }

        using var context = new CommandContext(output, error, line.GetValue<bool>(LabCommand.Json), trailing ?? []);
        return await command.RunAsync(line, context, cancellation);
    }
}
