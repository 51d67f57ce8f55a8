using System.Net.NetworkInformation;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>Everything on this host that a lab could leave behind.</summary>
internal static class Leftovers
{
    /// <summary>What there is of a lab, in words; nothing, if it left nothing.</summary>
    /// <param name="lab">The lab; no other thing on this host may carry its name.</param>
    /// <param name="hypervisor">Where it ran.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(LabDefinition lab, Hypervisor hypervisor)
    {
        var home = hypervisor.Home;
        // QEMU, passt, ssh and the content server all have the lab's name or its sockets' folder on their command lines.
        return [.. await DomainsAsync(lab, hypervisor), .. Processes(lab.Name, LabInstance.SocketFolder(home, lab.Name)), .. Files(lab, home), .. Ports(lab, home), .. Locks(lab, home)];
    }

    private static async Task<IReadOnlyList<string>> DomainsAsync(LabDefinition lab, Hypervisor hypervisor)
    {
        var found = new List<string>();
        foreach (var (domain, metadata) in await GuestDomain.ListAsync(hypervisor))
        {
            using (domain)
            {
                if (metadata.Lab == lab.Name)
                {
                    found.Add($"domain {domain.Name}");
                }
            }
        }

        return found;
    }

    /// <summary>Processes with one of some signs on their command lines, or in the folder that they work in.</summary>
    public static IEnumerable<string> Processes(params string[] signs) =>
        from folder in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), out var pid) && pid != Environment.ProcessId
        let line = CommandLine(folder)
        where signs.Any(sign => line.Contains(sign, StringComparison.Ordinal))
        select $"process {Path.GetFileName(folder)}: {line}";

    /// <summary>Waits until no process has such a sign any more.</summary>
    /// <exception cref="OperationCanceledException">One still has.</exception>
    public static async Task ProcessesEndAsync(params string[] signs)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (Processes(signs).Any())
        {
            await looks.WaitForNextTickAsync(patience.Token);
        }
    }

    private static string CommandLine(string process)
    {
        try
        {
            var at = File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName;
            return $"{File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ')}(in {at})";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Gone between the listing and the look, or not ours to look at.
            return string.Empty;
        }
    }

    private static IEnumerable<string> Files(LabDefinition lab, LabHome home) =>
        new[] { GuestPlan.LabFolder(home, lab.Name), LabInstance.SocketFolder(home, lab.Name) }.Where(Directory.Exists)
            .Concat(Directory.EnumerateFileSystemEntries(home.Runtime, "*", SearchOption.AllDirectories).Where(entry => Path.GetFileName(entry).Contains(lab.Name, StringComparison.Ordinal)))
            .Select(entry => $"file {entry}");

    private static IEnumerable<string> Ports(LabDefinition lab, LabHome home)
    {
        var plans = lab.Guests.Select(guest => new GuestPlan(home, lab.Name, guest)).ToList();
        var derived = plans.SelectMany(plan => plan.Forwards.Select(forward => forward.Host)).Append(LabInstance.ContentPort(home, lab.Name));
        var ofSegments = plans.SelectMany(plan => plan.Nics.SelectMany(nic => new[] { nic.Port, nic.SwitchPort }));
        var host = IPGlobalProperties.GetIPGlobalProperties();
        return derived.Intersect(host.GetActiveTcpListeners().Select(listener => listener.Port)).Concat(ofSegments.Intersect(host.GetActiveUdpListeners().Select(listener => listener.Port))).Select(port => $"port {port}");
    }

    // A lock's file stays; what counts is whether somebody holds it.
    private static IEnumerable<string> Locks(LabDefinition lab, LabHome home)
    {
        foreach (var file in Directory.EnumerateFiles(home.Locks, $"*{lab.Name}"))
        {
            using var free = FileLock.TryTake(file);
            if (free is null)
            {
                yield return $"lock {file}";
            }
        }
    }
}
