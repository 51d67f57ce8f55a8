using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Execution;
using Lab.State;

namespace Lab.Images;

/// <summary>
/// Takes images that people have already, and makes base disks of them: copied or downloaded once, checked, and kept by digest among the
/// disks made from trees. A file's name there says that it was checked.
/// </summary>
/// <param name="home">Where the images are kept.</param>
/// <param name="progress">Told of copies and downloads.</param>
public sealed partial class ImageStore(LabHome home, IProgressSink progress)
{
    private const int BufferSize = 1 << 20;

    // For an answer and for each piece of it; a whole download takes as long as it takes.
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(60);

    /// <summary>The base disk that a guest's image gives, made if it is not there.</summary>
    /// <param name="guest">The guest; it has an image.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="DefinitionException">The image is not what the definition says, none that a guest can begin on, or larger than the guest's disk.</exception>
    /// <exception cref="HostException">It can't be downloaded or read, or a tool failed.</exception>
    public async Task<BaseImage> TakeAsync(GuestDefinition guest, CancellationToken cancellation = default)
    {
        var taken = guest.Image switch
        {
            ImageFile file => await TakeAsync(file, cancellation),
            ImageDownload download => await TakeAsync(download, cancellation),
            BoxImage box => Find(box),
            _ => throw new ArgumentException("The guest has no image.", nameof(guest)),
        };
        var size = await new DiskImage(taken.File).SizeAsync(cancellation);
        if (guest.DiskLocation is { } place && size > guest.Disk)
        {
            throw new DefinitionException(new Diagnostic(place, $"`disk` of guest `{guest.Name}`: {guest.Disk} is less than the {size} of its image {guest.Image!.Name}", $"Write `{size}` or more, or leave it out."));
        }

        var disk = size > guest.Disk ? size : guest.Disk;
        return taken with { Digest = $"{taken.Digest}/{disk.Bytes}", Size = disk };
    }

    /// <summary>Makes a base disk of a file, unless there is one of that digest.</summary>
    /// <param name="file">The image.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="digest">What tells it from others.</param>
    /// <param name="format">What it holds; null finds out.</param>
    /// <param name="location">What to blame where it is no image.</param>
    /// <param name="boots">Whether it must look like a disk that boots.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="DefinitionException">It is none that a guest can begin on.</exception>
    internal async Task<BaseImage> ImportAsync(string file, string name, string digest, ImageFormat? format, SourceLocation location, bool boots, CancellationToken cancellation)
    {
        var destination = home.ImageFile(digest);
        if (File.Exists(destination))
        {
            return new BaseImage(destination, digest, Fresh: false);
        }

        DefinitionException Reject(string message, string fix) => new(new Diagnostic(location, $"image {name}: {message}", fix));
        var holds = await FormatOfAsync(file, format, boots, Reject, cancellation);
        using var guard = await FileLock.TakeAsync(home.ImageLock, cancellation: cancellation);
        if (File.Exists(destination))
        {
            return new BaseImage(destination, digest, Fresh: false);
        }

        using var activity = progress.Begin($"take image {name}");
        await WholeFile.MakeAsync(destination, partial => new Command("qemu-img", "convert", "-p", "-f", holds, "-O", "qcow2", file, partial)
            .WithLines(line => activity.Report("copying", Fraction(line)))
            .SucceedAsync(cancellation));
        activity.Done($"{new FileInfo(destination).Length / 1_000_000} MB");
        return new BaseImage(destination, digest, Fresh: true);
    }

    /// <summary>The digest of a file, and how far it is on the way.</summary>
    internal async Task<string> DigestAsync(string file, string algorithm, CancellationToken cancellation)
    {
        await using var source = File.OpenRead(file);
        using var activity = progress.Begin($"check {Path.GetFileName(file)}");
        var digest = await CopyAsync(source, Stream.Null, algorithm, source.Length, activity, cancellation);
        activity.Done();
        return digest;
    }

    private BaseImage Find(BoxImage image)
    {
        var boxes = new BoxStore(home);
        var box = boxes.Find(image.Box) ?? throw new DefinitionException(new Diagnostic(
            image.Location, $"no box is called `{image.Box}`", $"{Spelling.DidYouMean(image.Box, boxes.List().Select(known => known.Name))}`lab box import FILE --name {image.Box}` makes one of a .box file, and `lab box list` shows those that there are."));
        var disks = box.Disks.Select(digest => new BaseImage(home.ImageFile(digest), digest, Fresh: false)).ToList();
        return disks.Find(disk => !File.Exists(disk.File)) is { File: { } gone }
            ? throw new HostException($"Box {box.Name} has lost its disk {gone}.", $"Import it again: `lab box import {box.Source} --name {box.Name}`.")
            : disks[0] with { Digest = string.Join('/', box.Disks), Further = [.. disks.Skip(1)] };
    }

    private async Task<BaseImage> TakeAsync(ImageFile image, CancellationToken cancellation)
    {
        var algorithm = image.Checksum?.Algorithm ?? "sha256";
        string hex;
        try
        {
            hex = await DigestAsync(image.Path, algorithm, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DefinitionException(new Diagnostic(image.Location, $"image {image.Name} can't be read: {failure.Message}", "See its owner and mode with `ls -l`."));
        }

        Check(image.Checksum, hex, image);
        return await ImportAsync(image.Path, image.Name, DigestOf(new ImageChecksum(algorithm, hex), image.Format), image.Format, image.Location, boots: true, cancellation);
    }

    private async Task<BaseImage> TakeAsync(ImageDownload image, CancellationToken cancellation)
    {
        var digest = DigestOf(image.Checksum, image.Format);
        if (File.Exists(home.ImageFile(digest)))
        {
            return new BaseImage(home.ImageFile(digest), digest, Fresh: false);
        }

        using var guard = await FileLock.TakeAsync(
            Path.Combine(home.Locks, $"download-{digest}"), () => progress.Begin($"wait for another lab process that downloads {image.Name}").Done(), cancellation);
        var download = Path.Combine(home.Images, $"{digest}.{Environment.ProcessId}{WholeFile.Partial}");
        try
        {
            Check(image.Checksum, await DownloadAsync(image, download, cancellation), image);
            return await ImportAsync(download, image.Name, digest, image.Format, image.Location, boots: true, cancellation);
        }
        finally
        {
            File.Delete(download);
        }
    }

    private async Task<string> DownloadAsync(ImageDownload image, string file, CancellationToken cancellation)
    {
        using var activity = progress.Begin($"download {image.Name}");
        try
        {
            using var http = new HttpClient { Timeout = AnswerDeadline };
            using var answer = image.Url.IsFile ? null : await http.GetAsync(image.Url, HttpCompletionOption.ResponseHeadersRead, cancellation);
            answer?.EnsureSuccessStatusCode();
            await using var source = answer is null ? File.OpenRead(image.Url.LocalPath) : await answer.Content.ReadAsStreamAsync(cancellation);
            await using var destination = new FileStream(file, FileMode.Create, FileAccess.Write);
            var length = answer is null ? source.Length : answer.Content.Headers.ContentLength;
            if (length > new DriveInfo(home.Root).AvailableFreeSpace)
            {
                throw new HostException($"{image.Url} has {length / 1_000_000} MB, and below {home.Root} is less free.", "`lab gc` removes what no lab uses; LAB_HOME moves Lab's data to another disk.");
            }

            var digest = await CopyAsync(source, destination, image.Checksum.Algorithm, length, activity, cancellation);
            activity.Done($"{destination.Length / 1_000_000} MB");
            return digest;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UnauthorizedAccessException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            var words = failure is OperationCanceledException ? $"no answer within {AnswerDeadline.TotalSeconds:0} s" : failure.Message.TrimEnd('.');
            throw new HostException($"{image.Location}: image {image.Name} can't be downloaded from {image.Url}: {words}.", "See whether the address opens with `curl -fLO`. A file that is here already can be named by its path.", failure);
        }
    }

    /// <summary>Copies a stream and says what its digest is.</summary>
    internal static async Task<string> CopyAsync(Stream source, Stream destination, string algorithm, long? length, IActivity activity, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var done = 0L;
            while (true)
            {
                stall.CancelAfter(AnswerDeadline);
                var read = await source.ReadAsync(buffer.AsMemory(0, BufferSize), stall.Token);
                if (read == 0)
                {
                    return Convert.ToHexStringLower(hash.GetHashAndReset());
                }

                hash.AppendData(buffer, 0, read);
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellation);
                done += read;
                activity.Report($"{done / 1_000_000} MB", length > 0 ? (double)done / length : null);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Check(ImageChecksum? wanted, string found, ImageDefinition image)
    {
        if (wanted is not null && wanted.Hex != found)
        {
            throw new DefinitionException(new Diagnostic(
                image.Location, $"image {image.Name} is not what its checksum says: {wanted} was wanted, and it has {found}", "A new version of it has another checksum; take the one that its publisher gives, or name the version in the address. Nothing of it was kept."));
        }
    }

    /// <summary>What tells an image from others, and names its base disk.</summary>
    internal static string DigestOf(ImageChecksum checksum, ImageFormat? format) =>
        ContentDigest.OfText($"image/{checksum}/{format}")[..16];

    private static async Task<string> FormatOfAsync(string file, ImageFormat? format, bool boots, Func<string, string, DefinitionException> reject, CancellationToken cancellation)
    {
        string[] told = format is null ? [] : ["-f", format == ImageFormat.Raw ? "raw" : "qcow2"];
        var result = await new Command("qemu-img", ["info", "--output=json", .. told, file]).RunAsync(cancellation);
        if (result.ExitCode != 0)
        {
            throw reject(LastWords.Line(result.Error) ?? "qemu-img can't read it", "It may be cut off: fetch it again, and compare its checksum.");
        }

        var info = ImageInfo.Parse(result.Output);
        if (info.Below is { } below)
        {
            throw reject($"it rests on another file, {below}, which is not part of it", "Make one that is whole: `qemu-img convert -O qcow2 FROM TO`, where the other file is.");
        }

        if (info.IsEncrypted)
        {
            throw reject("it is encrypted", "Write an open one: `qemu-img convert`.");
        }

        return info.Format switch
        {
            "qcow2" => "qcow2",
            "raw" when !boots => "raw",
            "raw" => await CheckRawAsync(file, reject, cancellation),
            var other => throw reject($"it is in the format {other}, and guests begin on qcow2 or raw", $"Convert it: `qemu-img convert -f {other} -O qcow2 FROM TO`."),
        };
    }

    // What is no other image is raw to QEMU: a page of text, too.
    private static async Task<string> CheckRawAsync(string file, Func<string, string, DefinitionException> reject, CancellationToken cancellation)
    {
        var head = new byte[512];
        await using (var raw = File.OpenRead(file))
        {
            head = head[..await raw.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation)];
        }

        (byte[] Magic, string What, string Unpack)[] packed =
        [
            ([0x1f, 0x8b], "gzip", "gunzip"), ([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "xz", "unxz"), ([0x28, 0xb5, 0x2f, 0xfd], "zstd", "unzstd"), ([(byte)'B', (byte)'Z', (byte)'h'], "bzip2", "bunzip2"),
        ];
        if (packed.FirstOrDefault(kind => head.AsSpan().StartsWith(kind.Magic)) is { What: { } what } kind)
        {
            throw reject($"it is packed with {what}", $"Unpack it first, with `{kind.Unpack}`, and name what comes out.");
        }

        // A boot sector ends so, with GPT as well (UEFI specification, 5.2.1).
        return head.Length >= 512 && head[510] == 0x55 && head[511] == 0xaa
            ? "raw"
            : throw reject("it is no disk that boots: it has neither a format that QEMU knows nor a boot sector", "An installer's ISO is not one; a file that a server sent in place of the image is not either: look into it.");
    }

    private static double? Fraction(string line) =>
        Percent().Match(line) is { Success: true } match ? double.Parse(match.Groups["percent"].ValueSpan, CultureInfo.InvariantCulture) / 100 : null;

    [GeneratedRegex(@"\((?<percent>[0-9.]+)/100%\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Percent();
}
