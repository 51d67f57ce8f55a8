using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Lab.Execution;
using Lab.State;

namespace Lab.Hosting;

/// <summary>What the probe boots: Debian's cloud kernel and an initramfs of busybox and a few lines, made from the host's apt sources.</summary>
/// <param name="Kernel">The kernel image.</param>
/// <param name="Initramfs">The initramfs, as cpio's newc format (Documentation/driver-api/early-userspace/buffer-format.rst).</param>
internal sealed partial record AcceleratorProbeFiles(string Kernel, string Initramfs)
{
    /// <summary>The variable that carries the nonce: an unknown word with a value on the kernel's command line becomes init's environment.</summary>
    public const string NonceVariable = "lab_nonce";

    // No /dev: the kernel's built-in initramfs holds /dev/console, and nothing else is needed.
    private const string Init =
        $"""
        #!/bin/busybox sh
        # Answers the nonce from user space, then cuts the power: all of a boot, and nothing more.
        /bin/busybox printf %s "${NonceVariable}" | /bin/busybox sha256sum
        /bin/busybox poweroff -f

        """;

    private const string MetaPackage = "linux-image-cloud-amd64";
    private const string Busybox = "busybox-static";

    private const UnixFileMode ExecutableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Whether they are there.</summary>
    [JsonIgnore]
    public bool Exist => File.Exists(Kernel) && File.Exists(Initramfs);

    /// <summary>The files in a folder, made there where they are not there yet. Only the newest are kept.</summary>
    /// <param name="folder">Their folder. The caller holds a lock on it.</param>
    /// <param name="progress">Where the download is said.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="HostException">apt-get is missing, or knows no such packages.</exception>
    public static async Task<AcceleratorProbeFiles> PrepareAsync(string folder, IProgressSink progress, CancellationToken cancellation)
    {
        var meta = await ShowAsync(MetaPackage, cancellation);
        var kernel = await ShowAsync(Field(meta, "Depends", KernelDependency()), cancellation);
        var busybox = await ShowAsync(Busybox, cancellation);

        // By digest: apt verifies packages by these same sums, and a changed init must not meet an old initramfs.
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Field(kernel, "SHA256") + Field(busybox, "SHA256") + Init)))[..16];
        var place = Path.Combine(folder, key);
        var files = new AcceleratorProbeFiles(Path.Combine(place, "vmlinuz"), Path.Combine(place, "initramfs.cpio"));
        if (files.Exist)
        {
            return files;
        }

        using var activity = progress.Begin("fetch the probe kernel");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var scratch = Path.Combine(folder, "scratch");
        Directory.CreateDirectory(Path.Combine(scratch, "bin"));
        Directory.CreateDirectory(place);
        try
        {
            activity.Report($"download {Field(kernel, "Package")} and {Busybox}");
            await new Command("apt-get", "download", Exactly(kernel), Exactly(busybox)).In(scratch).SucceedAsync(cancellation);
            activity.Report("unpack");
            await UnpackAsync(scratch, Busybox, "/bin/busybox", Path.Combine(scratch, "bin/busybox"), cancellation);
            await File.WriteAllTextAsync(Path.Combine(scratch, "init"), Init, cancellation);
            File.SetUnixFileMode(Path.Combine(scratch, "init"), ExecutableByAll);
            await WholeFile.MakeAsync(files.Initramfs, partial => PackAsync(scratch, partial, cancellation));
            await WholeFile.MakeAsync(files.Kernel, partial => UnpackAsync(scratch, Field(kernel, "Package"), "/boot/vmlinuz-", partial, cancellation));
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        activity.Done(Field(kernel, "Version"));
        return files;
    }

    private static async Task<string> ShowAsync(string package, CancellationToken cancellation)
    {
        var result = await new Command("apt-cache", "show", "--no-all-versions", package).RunAsync(cancellation);
        return result.ExitCode == 0
            ? result.Output
            : throw new HostException(
                $"apt knows no package {package}, which the probe for KVM is made of: {result.Error.Trim()}",
                "Run `apt-get update`; on a host that is not Debian on x86-64, add Debian's archive to apt's sources.");
    }

    /// <summary>One field of a package's description, or the part of it that a pattern picks.</summary>
    private static string Field(string description, string name, Regex? part = null)
    {
        var line = description.Split('\n').FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal));
        var value = line?[(name.Length + 2)..];
        if (value is not null && part is not null)
        {
            value = part.Match(value) is { Success: true } match ? match.Value : null;
        }

        return value ?? throw new HostException($"apt's description of a package of the probe has no {name} that Lab understands:\n{description.Trim()}");
    }

    private static string Exactly(string description) => $"{Field(description, "Package")}={Field(description, "Version")}";

    /// <summary>Takes the one file whose path contains a given part out of a downloaded package.</summary>
    private static async Task UnpackAsync(string folder, string package, string part, string destination, CancellationToken cancellation)
    {
        // dpkg-deb as a stream, so that a hundred megabytes of modules never reach the disk.
        var deb = Directory.EnumerateFiles(folder, $"{package}_*.deb").Single();
        await new Command("dpkg-deb", "--fsys-tarfile", deb).WithOutputTo(async (stream, stop) =>
        {
            await using var tar = new TarReader(stream, leaveOpen: true);
            while (await tar.GetNextEntryAsync(cancellationToken: stop) is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile && entry.Name.Contains(part, StringComparison.Ordinal))
                {
                    await entry.ExtractToFileAsync(destination, overwrite: true, stop);
                }
            }

            // tar pads its end to whole blocks; left unread, it would break dpkg-deb's pipe.
            await stream.CopyToAsync(Stream.Null, stop);
        }).SucceedAsync(cancellation);
    }

    private static async Task PackAsync(string folder, string destination, CancellationToken cancellation)
    {
        await using var archive = new FileStream(destination, FileMode.Create);
        await new Command("cpio", "--create", "--format=newc", "--owner=0:0", "--quiet")
            .In(folder)
            .WithInput("init\nbin\nbin/busybox\n")
            .WithOutputTo((stream, stop) => stream.CopyToAsync(archive, stop))
            .SucceedAsync(cancellation);
    }

    [GeneratedRegex(@"linux-image-[^\s,(]+", RegexOptions.CultureInvariant)]
    private static partial Regex KernelDependency();
}
