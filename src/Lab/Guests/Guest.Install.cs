using System.Text.RegularExpressions;
using Lab.Execution;
using Lab.Media.Installer;
using Lab.Remote;
using Lab.Trees;

namespace Lab.Guests;

public sealed partial class Guest
{
    // Between two lines of the installer; the longest silence is that of the pull's first twentieth.
    private static readonly TimeSpan InstallSilence = TimeSpan.FromSeconds(60);

    /// <summary>The installations that this object has seen end well.</summary>
    public IReadOnlyList<InstallRecord> Installations => _installations;

    private readonly List<InstallRecord> _installations = [];

    /// <summary>Whether it installs itself and has not done so yet, by its console.</summary>
    internal async Task<bool> AwaitsInstallationAsync(CancellationToken cancellation) =>
        File.Exists(GuestPlan.InstallerIn(Folder))
        && !(await ConsoleLog.ReadAsync(Path.Combine(Folder, GuestPlan.ConsoleName), cancellation)).Any(line => InstallMessage.Read(line.Text) is InstallEnded);

    /// <summary>Powers it on, where it is off, and waits until it has installed itself and starts from its disk.</summary>
    /// <param name="activity">Told how far it is.</param>
    /// <param name="cancellation">Gives up waiting; the installation goes on.</param>
    /// <exception cref="InstallFailedException">The installer failed, or said nothing more.</exception>
    /// <exception cref="GuestDeadException">The guest is off, or failed on its console.</exception>
    public async Task<InstallRecord> InstallAsync(IActivity activity, CancellationToken cancellation = default)
    {
        using var waiting = _observer?.GuestTime();
        if (await IsOffAsync(cancellation))
        {
            await PowerOnAsync(cancellation);
        }

        var objects = await TreeComposer.Store(_hypervisor.Home).CountObjectsAsync(Metadata.Commit, cancellation);
        var watch = new InstallWatch(Name, _time.GetUtcNow(), objects, activity);
        var next = _bootMark;
        while (watch.Ended is null)
        {
            await WaitForInstallerAsync(next, cancellation);
            foreach (var line in Console.Since(next))
            {
                next++;
                watch.Add(line);
            }

            await FailIfHopelessAsync([], cancellation);
        }

        // From here on the console is the host's own, which the installer's power-off must not be taken for.
        BeginBoot(next);
        if (!watch.Ended.Reboots)
        {
            if (!await Within(_hypervisor.Scale(ShutdownDeadline), IsOffAsync, cancellation))
            {
                throw new GuestDeadException(Name, $"it is installed and did not power off. Its console ends: {Console.Last}");
            }

            await PowerOnAsync(cancellation);
        }

        var counts = await ContentServer.AskAsync(LabInstance.ContentPort(_hypervisor.Home, Metadata.Lab), cancellation);
        var record = watch.ToRecord() with { Fetched = counts?.GetValueOrDefault(Name) };
        await record.WriteAsync(Folder, cancellation);
        _installations.Add(record);
        return record;
    }

    private async Task WaitForInstallerAsync(int mark, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_hypervisor.Scale(InstallSilence));
        try
        {
            // Whether it runs at all is asked now and then, because a machine that is off says nothing.
            var said = Console.WaitForAsync(InstallerSpeaks(), mark, limit.Token);
            while (await Task.WhenAny(said, Task.Delay(LookEvery, _time, limit.Token)) != said)
            {
                limit.Token.ThrowIfCancellationRequested();
                await FailIfHopelessAsync([], limit.Token);
            }

            await said;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new InstallFailedException(Name, $"the installer said nothing for {_hypervisor.Scale(InstallSilence).TotalSeconds:0} s. Its console ends: {Console.Last}", FailureKind.Infrastructure);
        }
    }

    [GeneratedRegex(InstallMessage.Prefix, RegexOptions.ExplicitCapture)]
    private static partial Regex InstallerSpeaks();
}
