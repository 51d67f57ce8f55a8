using Lab.Cli.CommandLine;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;

namespace Lab.Cli.Labs;

/// <summary>A lab that is up, opened for one command.</summary>
internal sealed class OpenLab : IAsyncDisposable
{
    /// <param name="up">What its guests' metadata tells.</param>
    /// <param name="instance">Its guests; let go of with this.</param>
    /// <param name="hypervisor">Where it runs; closed with this.</param>
    public OpenLab(UpLab up, LabInstance instance, Hypervisor hypervisor) => (Up, Instance, Hypervisor) = (up, instance, hypervisor);

    /// <summary>What its guests' metadata tells.</summary>
    public UpLab Up { get; }

    /// <summary>Its guests.</summary>
    public LabInstance Instance { get; }

    /// <summary>Where it runs.</summary>
    public Hypervisor Hypervisor { get; }

    /// <summary>The folder of the sockets by which its segments are connected.</summary>
    public string NetworkFolder => LabInstance.NetworkFolder(Hypervisor.Home, Up.Name);

    /// <summary>Its segments.</summary>
    public Task<LabNetwork> NetworkAsync(CancellationToken cancellation) => SegmentPlan.ReadAsync(GuestPlan.LabFolder(Hypervisor.Home, Up.Name), cancellation);

    /// <summary>Opens the lab that a word means.</summary>
    /// <exception cref="CommandLineMistake">There is no such lab, or it is not up.</exception>
    public static async Task<OpenLab> FindAsync(string? named, CommandContext context, CancellationToken cancellation)
    {
        var hypervisor = await context.FindHypervisorAsync(cancellation);
        try
        {
            var up = LabChoice.Here.Up(named, hypervisor is null ? [] : await UpLab.ListAsync(hypervisor, cancellation));
            var instance = await LabInstance.FindAsync(up.Name, hypervisor!, context.Time, cancellation)
                ?? throw new CommandLineMistake($"Lab {up.Name} has just gone down.");
            return new OpenLab(up, instance, hypervisor!);
        }
        catch
        {
            await CloseAsync(hypervisor);
            throw;
        }
    }

    /// <summary>The guest that a word means.</summary>
    /// <exception cref="CommandLineMistake">There is no such guest, or it is not clear which.</exception>
    public Guest Choose(string? guest) => Instance[LabChoice.Guest(Up.Name, [.. Instance.Guests.Select(candidate => candidate.Name)], guest)];

    /// <summary>The command that logs a user in to a guest, or runs a command there as them.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="user">Who.</param>
    /// <param name="words">What to run; empty for a login shell.</param>
    /// <param name="terminal">Whether the command gets a terminal there. A login shell has one where we do.</param>
    public static Command Login(Guest guest, string user, IReadOnlyList<string> words, bool terminal)
    {
        // A connection of its own: the shared one is root's, and other lab processes may close it. The first value of an option wins (ssh_config(5)).
        var root = guest.Shell.Interactive();
        IReadOnlyList<string> tty = terminal ? ["-t"] : [];
        return new Command(root.Program, ["-o", $"User={user}", "-o", "ControlPath=none", .. tty, .. root.Arguments.Where(argument => argument != "-t"), .. words]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LetGoAsync(Instance);
        await CloseAsync(Hypervisor);
    }

    /// <summary>Lets go of a lab's guests, and of nothing that other lab processes use.</summary>
    public static async ValueTask LetGoAsync(LabInstance instance)
    {
        // Disposing a guest would end the SSH connection that it shares with other lab processes: their commands would break.
        foreach (var guest in instance.Guests)
        {
            await guest.Console.DisposeAsync();
            guest.Domain.Dispose();
        }
    }

    private static ValueTask CloseAsync(Hypervisor? hypervisor) => hypervisor?.DisposeAsync() ?? ValueTask.CompletedTask;
}
