using System.Text.RegularExpressions;
using Lab.Definitions;
using Lab.Execution;

namespace Lab.Installer;

/// <summary>The volume that this installer was started from, found by the kernel argument that <c>lab media embed</c> has written.</summary>
/// <param name="Device">Its block device.</param>
/// <param name="Kickstart">The kickstart on it.</param>
internal sealed partial record InstallerVolume(string Device, string Kickstart)
{
    // Where Anaconda has it as well.
    private const string MountPoint = "/run/install/repo";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Mounts it.</summary>
    /// <exception cref="DefinitionException">No kickstart is named, it lies where this installer does not look, or the volume does not come up.</exception>
    public static async Task<InstallerVolume> MountAsync()
    {
        var line = await File.ReadAllTextAsync("/proc/cmdline");
        var named = Argument().Match(line);
        if (!named.Success)
        {
            throw Wrong("no `inst.ks` says which kickstart to follow", "Put one on this image with `lab media embed`.");
        }

        var place = Place().Match(named.Groups["place"].Value);
        if (!place.Success)
        {
            throw Wrong($"`inst.ks={named.Groups["place"].Value}` is not on the installer's own volume", "Write `inst.ks=hd:LABEL=NAME:/PATH`, as `lab media embed` does.");
        }

        var label = Escape().Replace(place.Groups["label"].Value, hex => $"{(char)Convert.ToInt32(hex.Groups["code"].Value, 16)}");
        var device = await FindAsync(label);
        Directory.CreateDirectory(MountPoint);
        await new Command("mount", "-o", "ro", device, MountPoint).SucceedAsync();
        var file = MountPoint + place.Groups["path"].Value;
        return File.Exists(file) ? new InstallerVolume(device, file) : throw Wrong($"there is no {place.Groups["path"].Value} on the volume {label}", "Put a kickstart on this image with `lab media embed`.");
    }

    // Drivers find their disks in their own time.
    private static async Task<string> FindAsync(string label)
    {
        using var limit = new CancellationTokenSource(Deadline);
        while (true)
        {
            var found = await new Command("blkid", "-c", "/dev/null", "-l", "-o", "device", "-t", $"LABEL={label}").RunAsync(CancellationToken.None);
            if (found.ExitCode == 0 && found.Output.Trim() is { Length: > 0 } device)
            {
                return device;
            }

            if (limit.IsCancellationRequested)
            {
                throw Wrong($"no volume is called {label}", "The disc or stick that the installer was started from must stay in.");
            }

            await Task.Delay(LookEvery, CancellationToken.None);
        }
    }

    private static DefinitionException Wrong(string message, string fix) => new(new Diagnostic(SourceLocation.Whole("boot arguments"), message, fix));

    [GeneratedRegex(@"(^|\s)inst\.ks=(?<place>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Argument();

    [GeneratedRegex(@"^hd:LABEL=(?<label>[^:]+):(?<path>/.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();

    [GeneratedRegex(@"\\x(?<code>[0-9a-f]{2})", RegexOptions.ExplicitCapture)]
    private static partial Regex Escape();
}
