using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Lab.Execution;
using LibvirtSharp;
using Microsoft.Win32.SafeHandles;

namespace Lab.Hosting;

/// <summary>
/// A machine's memory as libvirt saves it (its src/qemu/qemu_saveimage.h): a header, the domain's definition and a cookie in an area of fixed length,
/// and then QEMU's own stream. libvirt resumes it only as the domain that it was, by name and UUID, so a copy that is to be another machine has its
/// definition written over; that is of the host's side alone, and nothing of the stream depends on it.
/// </summary>
internal static class SavedMemory
{
    private const int HeaderBytes = 92;
    private const int VersionAt = 16;
    private const int AreaLengthAt = 20;
    private const int FormatAt = 28;
    private const int CookieAt = 32;
    private const uint Version = 2;
    private const uint Sparse = 6;

    // What libvirt leaves for a definition that grows.
    private const int Room = 64 << 10;

    // Far above any definition and its room.
    private const uint LongestArea = 16 << 20;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private static ReadOnlySpan<byte> Magic => "LibvirtQemudSave"u8;

    /// <summary>
    /// Writes a suspended machine's memory and devices to a sparse file, as libvirt would, which ends QEMU with it: here it stays, suspended, with all the code that it has
    /// translated. What it has its disks hold is in their files then, and they don't change until it is resumed. QEMU gets the file opened, so it must not be confined.
    /// </summary>
    /// <param name="domain">The machine.</param>
    /// <param name="file">The file; replaced where it is there. Only its owner reads it.</param>
    /// <param name="channels">How many pages are written at once; 1 or more.</param>
    /// <exception cref="IOException">QEMU could not write it; the machine is as it was.</exception>
    /// <exception cref="LibvirtException">libvirt does not answer, or QEMU has ended.</exception>
    public static async Task WriteAsync(Domain domain, string file, int channels)
    {
        await WriteEmptyAsync(file);
        var definition = await domain.GetXmlAsync(DomainXmlOptions.Secure | DomainXmlOptions.Migratable);
        var begin = Begin(definition);
        using var memory = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await RandomAccess.WriteAsync(memory, begin, 0);

        // https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html, "Migration"; QEMU's docs/devel/migration/mapped-ram.rst.
        var set = (await AskAsync(domain, """{"execute":"add-fd"}""", memory)).GetProperty("fdset-id").GetInt32();
        try
        {
            await SetCapabilitiesAsync(domain, "true");

            // Left to itself QEMU writes 128 MiB a second.
            await AskAsync(domain, $$$"""{"execute":"migrate-set-parameters","arguments":{"multifd-channels":{{{channels}}},"max-bandwidth":{{{long.MaxValue >> 10}}}}}""");
            await AskAsync(domain, $$$"""{"execute":"migrate","arguments":{"uri":"file:/dev/fdset/{{{set}}},offset={{{begin.Length}}}"}}""");
            while (!await IsWrittenAsync(domain))
            {
                await Task.Delay(Poll);
            }
        }
        finally
        {
            await SetCapabilitiesAsync(domain, "false");
            await AskAsync(domain, $$$"""{"execute":"remove-fd","arguments":{"fdset-id":{{{set}}}}}""");
        }
    }

    /// <summary>What a sparse file begins with, up to where QEMU's stream does.</summary>
    /// <param name="definition">The machine's definition.</param>
    internal static byte[] Begin(string definition)
    {
        var area = Encoding.UTF8.GetByteCount(definition) + 1 + Room;
        var begin = new byte[HeaderBytes + area];
        Magic.CopyTo(begin);
        BinaryPrimitives.WriteUInt32LittleEndian(begin.AsSpan(VersionAt), Version);
        BinaryPrimitives.WriteInt32LittleEndian(begin.AsSpan(AreaLengthAt), area);
        BinaryPrimitives.WriteUInt32LittleEndian(begin.AsSpan(FormatAt), Sparse);
        Encoding.UTF8.GetBytes(definition, begin.AsSpan(HeaderBytes));
        return begin;
    }

    private static async Task SetCapabilitiesAsync(Domain domain, string state) =>
        await AskAsync(
            domain,
            $$$"""{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"mapped-ram","state":{{{state}}}},{"capability":"multifd","state":{{{state}}}}]}}""");

    // The migration ends first, and then, in another of QEMU's threads, the state that does not let a machine go on.
    private static async Task<bool> IsWrittenAsync(Domain domain)
    {
        var migration = await AskAsync(domain, """{"execute":"query-migrate"}""");
        return migration.GetProperty("status").GetString() switch
        {
            "completed" => (await AskAsync(domain, """{"execute":"query-status"}""")).GetProperty("status").GetString() == "postmigrate",
            "failed" or "cancelled" => throw new IOException($"QEMU could not write the memory of {domain.Name}: {(migration.TryGetProperty("error-desc", out var why) ? why.GetString() : "it does not say why")}"),
            _ => false,
        };
    }

    private static async Task<JsonElement> AskAsync(Domain domain, string command, SafeFileHandle? file = null)
    {
        using var answer = JsonDocument.Parse(await domain.QemuMonitorCommandAsync(command, file));
        return answer.RootElement.TryGetProperty("error", out var refusal)
            ? throw new IOException($"QEMU refused to write the memory of {domain.Name}: {refusal.GetProperty("desc").GetString()} ({command})")
            : answer.RootElement.GetProperty("return").Clone();
    }

    /// <summary>Copies a file, as the memory of another machine.</summary>
    /// <param name="file">The file.</param>
    /// <param name="copy">The copy; replaced where it is there. Only its owner reads it.</param>
    /// <param name="domain">The other machine's definition, as libvirt tells it.</param>
    /// <param name="cancellation">Gives up; what there is of the copy stays.</param>
    /// <exception cref="HostException">libvirt wrote the file otherwise than this reads it, or the machines differ in more than their names, files and ports.</exception>
    public static async Task CopyAsync(string file, string copy, string domain, CancellationToken cancellation)
    {
        await WriteEmptyAsync(copy);
        await new Command("cp", "--reflink=auto", "--", file, copy).SucceedAsync(cancellation);
        await using var memory = new FileStream(copy, FileMode.Open, FileAccess.ReadWrite);
        var header = new byte[HeaderBytes];
        await memory.ReadExactlyAsync(header, cancellation);
        var area = new byte[AreaLength(header, file)];
        await memory.ReadExactlyAsync(area, cancellation);

        var changed = Rewrite(header, area, saved => Rename(saved, domain));
        memory.Position = 0;
        await memory.WriteAsync(header, cancellation);
        await memory.WriteAsync(changed, cancellation);
    }

    /// <summary>A definition with the names, files and ports of another, and all else that it had.</summary>
    /// <param name="saved">The definition.</param>
    /// <param name="other">The one whose names, files and ports it gets.</param>
    /// <exception cref="HostException">They have different devices.</exception>
    internal static string Rename(string saved, string other)
    {
        var (mine, theirs) = (XDocument.Parse(saved, LoadOptions.PreserveWhitespace).Root!, XDocument.Parse(other).Root!);
        foreach (var path in (string[])["name", "uuid", "title", "metadata", "sysinfo", "devices/disk/source", "devices/interface/source", "devices/interface/portForward", "devices/serial/log", "devices/console/log"])
        {
            var (places, replacements) = (Find(mine, path), Find(theirs, path));
            if (places.Count != replacements.Count)
            {
                throw new HostException($"The machine that was saved has {places.Count} of {path}, and the one that is to be resumed from it {replacements.Count}.", "They are not made from the same lab, or by versions of libvirt too far apart: save the checkpoint anew.");
            }

            foreach (var (place, replacement) in places.Zip(replacements))
            {
                place.ReplaceWith(replacement);
            }
        }

        return mine.ToString(SaveOptions.DisableFormatting);
    }

    private static List<XElement> Find(XElement root, string path) =>
        [.. path.Split('/').Aggregate((IEnumerable<XElement>)[root], (found, name) => found.Elements(name))];

    private static int AreaLength(ReadOnlySpan<byte> header, string file)
    {
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[VersionAt..]);
        if (!header.StartsWith(Magic) || version != Version)
        {
            throw new HostException($"{file} is none of libvirt's files of version {Version}, the only one that seats can be made of.", "`lab up --as` makes copies of a lab without it.");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[AreaLengthAt..]);
        return length <= LongestArea ? (int)length : throw new HostException($"{file} is damaged: its definition has {length} bytes.", "Save the checkpoint anew.");
    }

    /// <summary>Changes the definition in an area. The area keeps its length, because the stream begins behind it.</summary>
    internal static byte[] Rewrite(Span<byte> header, ReadOnlySpan<byte> area, Func<string, string> change)
    {
        // The definition and the cookie each end in a zero; the cookie may be missing, and then nobody points at it.
        var cookieAt = BinaryPrimitives.ReadUInt32LittleEndian(header[CookieAt..]);
        var definition = Text(area, 0);
        var cookie = cookieAt == 0 ? [] : Text(area, cookieAt);
        var xml = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(definition[..^1])) + '\0');
        if (xml.Length + cookie.Length > area.Length)
        {
            throw new HostException($"The definition of the machine that is to be resumed has {xml.Length} bytes, and the file has room for {area.Length - cookie.Length}.", "Save the checkpoint anew.");
        }

        var changed = new byte[area.Length];
        xml.CopyTo(changed, 0);
        cookie.CopyTo(changed.AsSpan(xml.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(header[CookieAt..], cookieAt == 0 ? 0 : (uint)xml.Length);
        return changed;
    }

    // With the zero that ends it.
    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> area, uint at) =>
        at < area.Length && area[(int)at..].IndexOf((byte)0) is var length and >= 0
            ? area.Slice((int)at, length + 1)
            : throw new HostException("The machine's memory has no definition where its header says: the file is damaged.", "Save the checkpoint anew.");

    private static async Task WriteEmptyAsync(string file) =>
        await new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).DisposeAsync();
}
