using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Remote;

namespace Lab.Updates;

/// <summary>Who takes a host back when an update fails.</summary>
public enum RollbackFlavour
{
    /// <summary>Nobody: a host stays in what it was given.</summary>
    None,

    /// <summary>greenboot up to 0.15: armed when an update is finalized, counted by GRUB, undone by the deployment fallen back to.</summary>
    Greenboot,

    /// <summary>greenboot 0.16 (greenboot-rs): armed by the first failed health check; the failing deployment rolls itself back.</summary>
    GreenbootRs,

    /// <summary>ostree's <c>sysroot.boot-counting-tries</c> (2025.3): counted by a bootloader that follows the Boot Loader Specification's counting.</summary>
    OstreeBootCounting,
}

/// <summary>What becomes of an update, so far as its author knows.</summary>
public enum UpdateFate
{
    /// <summary>It works.</summary>
    Healthy,

    /// <summary>It boots, and a required health check fails or does not end.</summary>
    Unhealthy,

    /// <summary>It does not come as far as its health checks: a panic, a missing root.</summary>
    Unbootable,
}

/// <summary>How a host undoes an update that fails: by what, and after how many boots.</summary>
/// <param name="Flavour">By what.</param>
/// <param name="Attempts">How many boots of an update may fail; 0 where nobody counts.</param>
public sealed partial record RollbackPolicy(RollbackFlavour Flavour, int Attempts)
{
    /// <summary>greenboot's own default: <c>GREENBOOT_MAX_BOOT_ATTEMPTS</c>.</summary>
    public const int DefaultAttempts = 3;

    // The unit that arms the counter is what tells the two generations apart. `.` where the configuration is a shell's, as both read it.
    private const string Question = """
        if systemctl cat greenboot-grub2-set-counter.service > /dev/null 2>&1; then echo classic
        elif systemctl cat greenboot-healthcheck.service > /dev/null 2>&1; then echo rs
        fi
        sed -n 's/^GREENBOOT_MAX_BOOT_ATTEMPTS=/attempts /p' /etc/greenboot/greenboot.conf 2> /dev/null
        ostree config --repo=/ostree/repo get sysroot.boot-counting-tries 2> /dev/null | sed 's/^/tries /'
        true
        """;

    /// <summary>Asks a host how it undoes updates.</summary>
    /// <param name="shell">The host.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<RollbackPolicy> ReadAsync(IRemoteShell shell, CancellationToken cancellation = default) =>
        Parse(await shell.SucceedAsync(Question, cancellation: cancellation));

    /// <summary>The boots that an update leads to.</summary>
    /// <param name="from">The commit that runs.</param>
    /// <param name="to">The commit that was staged.</param>
    /// <param name="fate">What becomes of it.</param>
    public RollbackPrediction Predict(string from, string to, UpdateFate fate) => 
        new(from, to, fate, [.. Boots(from, to, fate)], Flavour is RollbackFlavour.Greenboot or RollbackFlavour.GreenbootRs);

    internal static RollbackPolicy Parse(string answer)
    {
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var attempts = Setting(lines, "attempts ") ?? DefaultAttempts;
        return lines.Contains("classic") ? new RollbackPolicy(RollbackFlavour.Greenboot, attempts)
            : lines.Contains("rs") ? new RollbackPolicy(RollbackFlavour.GreenbootRs, attempts)
            : Setting(lines, "tries ") is { } tries and > 0 ? new RollbackPolicy(RollbackFlavour.OstreeBootCounting, tries)
            : new RollbackPolicy(RollbackFlavour.None, 0);
    }

    private IEnumerable<ExpectedBoot> Boots(string from, string to, UpdateFate fate)
    {
        var bootable = fate != UpdateFate.Unbootable;
        switch (Flavour, fate)
        {
            case (RollbackFlavour.Greenboot, UpdateFate.Healthy):
                yield return new ExpectedBoot("0", to, Fails: false, Attempts, Attempts - 1);
                break;
            case (_, UpdateFate.Healthy):
                yield return new ExpectedBoot("0", to, Fails: false);
                break;
            case (RollbackFlavour.Greenboot, _):
                for (var left = Attempts; left > 0; left--)
                {
                    yield return new ExpectedBoot("0", to, Fails: true, left, left - 1);
                }

                yield return new ExpectedBoot("1", from, Fails: false, 0, -1);
                break;

            // The first failure arms the counter, so it comes on top; then the failing deployment itself makes the other the default.
            case (RollbackFlavour.GreenbootRs, UpdateFate.Unhealthy):
                for (var boot = 0; boot <= Attempts; boot++)
                {
                    yield return new ExpectedBoot("0", to, Fails: true);
                }

                yield return new ExpectedBoot("0", from, Fails: false);
                break;
            case (RollbackFlavour.OstreeBootCounting, UpdateFate.Unbootable):
                for (var boot = 0; boot < Attempts; boot++)
                {
                    yield return new ExpectedBoot("0", to, Fails: true);
                }

                yield return new ExpectedBoot("1", from, Fails: false);
                break;

            // Nobody counts this: what can't boot tries for ever, and two boots of it are enough to see.
            case (_, UpdateFate.Unbootable):
                yield return new ExpectedBoot("0", to, Fails: true);
                yield return new ExpectedBoot("0", to, Fails: true);
                break;

            // Nobody looks, so nothing is seen to fail, and the host stays in what it was given.
            default:
                yield return new ExpectedBoot("0", to, Fails: false);
                break;
        }
    }

    private static int? Setting(IEnumerable<string> lines, string key) =>
        lines.Where(line => line.StartsWith(key, StringComparison.Ordinal)).Select(line => Digits().Match(line[key.Length..])).FirstOrDefault(match => match.Success) is { } found
            ? int.Parse(found.Groups["n"].ValueSpan, CultureInfo.InvariantCulture)
            : null;

    [GeneratedRegex(@"^[""']?(?<n>\d{1,4})", RegexOptions.ExplicitCapture)]
    private static partial Regex Digits();
}
