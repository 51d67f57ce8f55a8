using Lab.Trees;
using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Execution;

namespace Lab.Hosting;

/// <summary>Installs what the doctor found lacking, with apt-get(8): as root, or with sudo. It starts no service and needs no systemd.</summary>
/// <param name="progress">Where apt's steps are said.</param>
public sealed partial class PackageInstaller(IProgressSink progress)
{
    /// <summary>The file that a backports source is written to, on a host that has none.</summary>
    public const string BackportsFile = "/etc/apt/sources.list.d/lab-backports.sources";

    /// <summary>Where the address of a new backports source comes from; the host's own mirror by default.</summary>
    public AptMirrors Mirrors { get; init; } = new();

    /// <summary>
    /// Installs the packages that settle a report's findings; does nothing where none lacks. What a package can't settle
    /// stays as it is, so examine the host again afterwards.
    /// </summary>
    /// <param name="report">The doctor's findings on this host.</param>
    /// <param name="cancellation">Kills apt-get. dpkg survives that, but may ask for <c>dpkg --configure -a</c>.</param>
    /// <exception cref="HostException">The host is not Debian, this user may not install, or no mirror is known.</exception>
    /// <exception cref="HostCommandFailedException">apt-get failed; its last lines are in the message.</exception>
    public async Task InstallAsync(HostReport report, CancellationToken cancellation = default)
    {
        var plan = InstallPlan.For(report);
        if (plan.IsEmpty)
        {
            return;
        }

        if (!report.Os.IsDebian)
        {
            throw new HostException(
                $"Packages are installed on Debian only, and this is {report.Os.Name}.",
                $"Install by hand what Debian calls {string.Join(' ', plan.Packages)}.");
        }

        using var activity = progress.Begin($"install {plan.Packages.Count + plan.Backported.Count} packages");
        var elevation = await ElevateAsync(plan, cancellation);
        await AptGetAsync(["update"]);
        if (plan.Suite is { } suite && !await Mirrors.ServesAsync(suite, cancellation))
        {
            var source = DescribeSource(await Mirrors.FindAsync(cancellation), suite);
            activity.Report($"add {suite} in {BackportsFile}");
            await Elevated("install", "-m", "0644", "/dev/stdin", BackportsFile).WithInput(source).SucceedAsync(cancellation);
            try
            {
                await AptGetAsync(["update"]);
            }
            catch (Exception)
            {
                // A mirror without that suite: left there, its source would fail every update of the host's from now on.
                await Elevated("rm", BackportsFile).SucceedAsync(CancellationToken.None);
                throw;
            }
        }

        foreach (var unit in plan.Daemons)
        {
            // An administrator's mask goes before the package's own wish to run (systemd.unit(5)); where there is a unit of that name already, it stays as it is.
            await Elevated("sh", "-c", "mkdir -p /etc/systemd/system && ln -s /dev/null \"/etc/systemd/system/$0\" 2> /dev/null || :", unit).SucceedAsync(cancellation);
        }

        await AptGetAsync(plan.Arguments);
        activity.Done(string.Join(' ', plan.Backported.Concat(plan.Packages)));

        async Task AptGetAsync(IReadOnlyList<string> arguments)
        {
            // sudo drops the environment, env(1) brings it back. A changed configuration file of the host's stays as it is.
            var command = Elevated(
                [
                    "env", "DEBIAN_FRONTEND=noninteractive", "apt-get",
                    "-o", "APT::Status-Fd=1", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
                    .. arguments,
                ])
                .WithLines(line => Tell(activity, line));
            var result = await command.RunAsync(cancellation);
            if (result.ExitCode != 0)
            {
                throw new HostCommandFailedException(command, result, "Run `apt-get update` and `apt-get --fix-broken install` as root to see what holds apt up, then try again.");
            }
        }

        Command Elevated(params IReadOnlyList<string> command)
        {
            IReadOnlyList<string> whole = [.. elevation, .. command];
            // What sudo remembers holds for a terminal's session; and a host's package tool is better not killed.
            return new Command(whole[0], [.. whole.Skip(1)]).InSession();
        }
    }

    /// <summary>A source of one suite, as sources.list(5) has it in a <c>.sources</c> file.</summary>
    internal static string DescribeSource(AptMirror mirror, string suite) =>
        $"""
        # Written by Lab: this release's own QEMU is too old for newer guests.
        Types: deb
        URIs: {mirror.BaseUri}
        Suites: {suite}
        Components: main
        Signed-By: {mirror.Keyring}

        """;

    /// <summary>Tells what a status line of apt-get's says (apt's README.progress-reporting); other lines say the same at more length.</summary>
    internal static void Tell(IActivity activity, string line)
    {
        if (StatusLine().Match(line) is { Success: true } status)
        {
            activity.Report(status.Groups["detail"].Value, double.Parse(status.Groups["percent"].Value, CultureInfo.InvariantCulture) / 100);
        }
    }

    private static async Task<IReadOnlyList<string>> ElevateAsync(InstallPlan plan, CancellationToken cancellation)
    {
        if (Environment.IsPrivilegedProcess)
        {
            return [];
        }

        try
        {
            // With a terminal sudo may ask there for the password, and remembers it for the commands that follow.
            if (await LetsInAsync("-n", "true") || (!Console.IsInputRedirected && await LetsInAsync("-v")))
            {
                return ["sudo", "-n"];
            }
        }
        catch (HostException)
        {
            // No sudo here: the same answer as a sudo that says no.
        }

        throw new HostException(
            $"Installing {string.Join(' ', plan.Backported.Concat(plan.Packages))} takes root, and sudo does not make this user root.",
            "Run the same command as root, once; labs then need no root.");

        async Task<bool> LetsInAsync(params string[] arguments) => (await new Command("sudo", arguments).InSession().RunAsync(cancellation)).ExitCode == 0;
    }

    [GeneratedRegex(@"^(?:dl|pm)status:.+?:(?<percent>[0-9]+(?:\.[0-9]+)?):(?<detail>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex StatusLine();
}
