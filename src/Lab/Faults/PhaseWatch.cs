using Lab.Execution;
using Lab.Guests;
using Lab.Remote;

namespace Lab.Faults;

/// <summary>
/// Says on a guest's console which phase of an update it is in. The phases up to the reboot are told by a script on the guest that
/// outlives its shutdown; those after it by what every boot writes to its console.
/// </summary>
public static class PhaseWatch
{
    // Bash waits without starting a process: the guest's processor is what the update needs.
    private const string Script = """
        exec 9<> <(:)
        await() { until "$@"; do read -rt 0.02 -u 9 _; done; }
        say() { echo "Lab: update phase $1" > /dev/console; }
        any() { compgen -G "$1" > /dev/null; }
        works() { local process=; { read -r process < "$1"; } 2> /dev/null; [[ -n $process ]]; }
        spare=/boot/loader.1
        [[ $(readlink /boot/loader) == loader.1 ]] && spare=/boot/loader.0
        deployment=/ostree/deploy/$1/deploy/$2.*
        await any '/ostree/repo/tmp/staging-*'; say Pulling
        await any "$deployment[0-9]"; say Deploying
        await test -e /run/ostree/staged-deployment; say Staged
        await works /sys/fs/cgroup/system.slice/ostree-finalize-staged.service/cgroup.procs; say Finalizing
        await any "$deployment[0-9]/etc"; say EtcMerge
        await test -e "$spare"; say BootloaderSwap
        """;

    /// <summary>Begins to watch for an update to a commit. Ends with the boot that it is started in.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="stateRoot">The stateroot that is updated.</param>
    /// <param name="commit">The commit that it is updated to; no deployment of it may be there.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task StartAsync(Guest guest, string stateRoot, string commit, CancellationToken cancellation = default) =>
        guest.Shell.SucceedAsync(
            $"systemd-run --quiet --collect --unit=lab-phases -p DefaultDependencies=no -p IgnoreOnIsolate=yes bash -c {Command.Quote(Script)} watch {Command.Quote(stateRoot)} {commit}",
            cancellation: cancellation);

    /// <summary>The console's text that a phase begins with (.NET regular expression).</summary>
    public static string SignOf(UpdatePhase phase) => phase switch
    {
        UpdatePhase.FirstBoot => @"\] Linux version \d",
        UpdatePhase.HealthChecks => "Running Required Health Check Scripts",
        UpdatePhase.Rollback => "FALLBACK BOOT DETECTED",
        _ => $"Lab: update phase {phase}",
    };
}
