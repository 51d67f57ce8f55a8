using Lab.Execution;
using Lab.Guests;
using Lab.Remote;

namespace Lab.Faults;

/// <summary>What can happen to a host, done to it on purpose.</summary>
public static class GuestFaults
{
    /// <summary>Its kernel panics, now (sysrq, <c>c</c>).</summary>
    public static Task PanicAsync(this Guest guest, CancellationToken cancellation = default) =>
        StrikeAsync(guest, "echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger", cancellation);

    /// <summary>
    /// It hangs: systemd itself crashes and freezes (systemd(1), CrashAction), and nothing keeps its watchdog at bay any more. A host
    /// that arms the watchdog is reset by it.
    /// </summary>
    public static Task HangAsync(this Guest guest, CancellationToken cancellation = default) =>
        StrikeAsync(guest, "kill -SEGV 1", cancellation);

    /// <summary>A service's processes die by SIGKILL, as if the kernel had run out of memory for them.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="unit">The service, with its ending.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task KillUnitAsync(this Guest guest, string unit, CancellationToken cancellation = default) =>
        guest.Shell.SucceedAsync($"systemctl kill --signal=KILL {Command.Quote(unit)}", cancellation: cancellation);

    /// <summary>Processes die by SIGKILL, whoever's they are and whatever container they are in.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="name">Their name, as the kernel has it: 15 characters at most (proc_pid_comm(5)).</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CommandFailedException">There is none of that name.</exception>
    public static Task KillProcessAsync(this Guest guest, string name, CancellationToken cancellation = default) =>
        guest.Shell.SucceedAsync($"pkill -KILL --exact {Command.Quote(name)}", cancellation: cancellation);

    /// <summary>The file system that holds the deployments has no room left, until the result is disposed.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IAsyncDisposable> FillDiskAsync(this Guest guest, CancellationToken cancellation = default)
    {
        const string file = "/var/lab-ballast";
        // Most of it at once, the rest by writing: root may use what the file system keeps back for it, up to the last block it gives out.
        await guest.Shell.SucceedAsync(
            $"fallocate -l $(($(stat -f -c '%a * %S' /var) - 1048576)) {file}; dd if=/dev/zero of={file} oflag=append conv=notrunc bs=64k 2> /dev/null; sync; ! head -c 1048576 /dev/zero > {file}.more; rm {file}.more",
            guest.Hypervisor.Scale(TimeSpan.FromMinutes(1)),
            cancellation);
        return new Undo(() => guest.Shell.SucceedAsync($"rm -f {file}; sync"));
    }

    /// <summary>An object of its repository is not what its name says any more: a file of a commit gets another first byte.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="commit">A commit that it has.</param>
    /// <param name="path">A file of that commit, longer than nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Disposing it mends the object.</returns>
    public static async Task<IAsyncDisposable> CorruptObjectAsync(this Guest guest, string commit, string path, CancellationToken cancellation = default)
    {
        var checksum = (await guest.Shell.SucceedAsync($"ostree ls --checksum {commit} {Command.Quote(path)} | awk '{{print $5}}'", cancellation: cancellation)).Trim();
        var file = $"/ostree/repo/objects/{checksum[..2]}/{checksum[2..]}.file";
        // Through a mount of its own, because /sysroot is read-only for everybody else.
        string Write(string source) => $"unshare --mount sh -ec 'mount -o remount,rw /sysroot; {source} | dd of={file} bs=1 count=1 conv=notrunc status=none'; echo 3 > /proc/sys/vm/drop_caches";
        var first = (await guest.Shell.SucceedAsync($"head -c 1 {file} | od -An -to1", cancellation: cancellation)).Trim();
        await guest.Shell.SucceedAsync(Write($"head -c 1 {file} | tr \"\\000-\\377\" \"\\001-\\377\\000\""), cancellation: cancellation);
        return new Undo(() => guest.Shell.SucceedAsync(Write($"printf \"\\\\{first}\"")));
    }

    /// <summary>Waits for a phase of an update, and for as long after it as the cut says, and then cuts the power.</summary>
    /// <param name="guest">The guest, which <see cref="PhaseWatch"/> watches.</param>
    /// <param name="cut">When.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GuestDeadException">The phase did not come.</exception>
    public static async Task CutPowerAsync(this Guest guest, PowerCut cut, TimeProvider time, CancellationToken cancellation = default)
    {
        await guest.WaitForConsoleTextAsync(PhaseWatch.SignOf(cut.Phase), TimeSpan.FromMinutes(4), cancellation);
        await Task.Delay(guest.Hypervisor.Scale(cut.Offset), time, cancellation);
        await guest.CrashAsync(cancellation);
    }

    // The guest goes while it is asked, so it does not answer.
    private static async Task StrikeAsync(Guest guest, string command, CancellationToken cancellation)
    {
        try
        {
            await guest.Shell.RunAsync($"nohup sh -c {Command.Quote($"sleep 0.5; {command}")} > /dev/null 2>&1 &", cancellation: cancellation);
        }
        catch (ConnectionLostException)
        {
            // Gone already.
        }
    }

    private sealed class Undo(Func<Task> undo) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await undo();
    }
}
