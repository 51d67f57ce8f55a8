using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Lab.Definitions;
using Lab.Hosting;
using Lab.Media;
using Lab.State;

namespace Lab.Guests;

/// <summary>
/// Everything about a guest that follows from its name: the same lab gets the same addresses, ports and files every time, and
/// another process finds them without asking.
/// </summary>
public sealed partial class GuestPlan
{
    // Below the ports that Linux hands out by itself (ip_local_port_range begins at 32768).
    private const int FirstPort = 20_000;
    private const int Ports = 12_000;

    /// <summary>What a guest's console is called in its folder.</summary>
    public const string ConsoleName = "console.log";

    /// <summary>What a guest's seed is called in its folder.</summary>
    public const string SeedName = "seed.iso";

    /// <summary>What a guest's Ignition configuration is called in its folder.</summary>
    public const string IgnitionName = "config.ign";

    /// <summary>What the disk that a guest boots is called in its folder.</summary>
    public const string DiskName = "disk.qcow2";

    private readonly LabHome _home;
    private readonly string _addressedAs;

    /// <param name="home">Where the lab's files are; part of every derived id, so that two homes don't meet.</param>
    /// <param name="lab">The lab's name.</param>
    /// <param name="definition">What the user wrote.</param>
    /// <param name="seat">The seat that the lab is: it has the hardware addresses of the lab that it is a copy of, for its guests know them by heart, and nobody else hears them. Null for a lab of its own.</param>
    public GuestPlan(LabHome home, string lab, GuestDefinition definition, Seat? seat = null) =>
        (_home, Lab, Definition, _addressedAs) = (home, lab, definition, seat?.Lab ?? lab);

    /// <summary>The lab's name.</summary>
    public string Lab { get; }

    /// <summary>What the user wrote.</summary>
    public GuestDefinition Definition { get; }

    /// <summary>The guest's name.</summary>
    public string Name => Definition.Name;

    /// <summary>What libvirt calls it.</summary>
    public string DomainName => $"{Lab}-{Name}";

    /// <summary>What libvirt knows it by.</summary>
    public Guid Uuid => new(Hash("uuid").AsSpan(0, 16));

    /// <summary>The hardware address of its first interface, in the range that QEMU uses.</summary>
    public string Mac => Mac48(_home, _addressedAs, $"{Name}/mac");

    /// <summary>Its interfaces on the lab's segments, after its first.</summary>
    public IReadOnlyList<SegmentNic> Nics =>
        [.. Definition.Addresses.Select(on => new SegmentNic(Name, on.Segment, $"{on.Address}/{on.Prefix}", SegmentMac(_home, _addressedAs, Name, on.Segment), PortFor(_home, Lab, $"{Name}/segment/{on.Segment}"), SegmentPort(_home, Lab, on.Segment), on.Carrier, on.Gateway?.ToString()))];

    /// <summary>The port on this host's loopback that leads to its SSH server.</summary>
    public int SshPort => ForwardFor(_home, Lab, Name, 22);

    /// <summary>Every port that leads to it: this host's, and its own.</summary>
    public IEnumerable<(int Host, int Guest)> Forwards =>
        Definition.Forward.Select(port => (ForwardFor(_home, Lab, Name, port), port)).Prepend((SshPort, 22));

    /// <summary>The folder of its files.</summary>
    public string Folder => Path.Combine(LabFolder(_home, Lab), Name);

    /// <summary>Its disk: an overlay over its tree's base image, or over its own.</summary>
    public string DiskFile => DiskIn(Folder);

    /// <summary>Its seed.</summary>
    public string SeedFile => Path.Combine(Folder, SeedName);

    /// <summary>The seed's files once more, as the credential that its firmware hands over, where it is installed with a tree.</summary>
    public string CredentialFile => Path.Combine(Folder, SeedCredentials.FilesName);

    /// <summary>Its Ignition configuration, where it has one.</summary>
    public string IgnitionFile => Path.Combine(Folder, IgnitionName);

    /// <summary>The image that installs it, where it is installed rather than made.</summary>
    public string InstallerFile => InstallerIn(Folder);

    /// <summary>What its UEFI firmware remembers, where it has such.</summary>
    public string NvramFile => NvramIn(Folder);

    /// <summary>Its console, from the first power-on.</summary>
    public string ConsoleFile => Path.Combine(Folder, ConsoleName);

    /// <summary>The disk of the guest whose files are in a folder.</summary>
    public static string DiskIn(string folder) => Path.Combine(folder, DiskName);

    /// <summary>Its further disks, where its box has several: overlays as the first is.</summary>
    /// <param name="count">How many.</param>
    public IReadOnlyList<string> FurtherDiskFiles(int count) => [.. Enumerable.Range(2, count).Select(number => Path.Combine(Folder, $"disk-{number}.qcow2"))];

    /// <summary>All disks of the guest whose files are in a folder, the one that boots first.</summary>
    public static IReadOnlyList<string> DisksIn(string folder) => [DiskIn(folder), .. Directory.EnumerateFiles(folder, "disk-*.qcow2").Order(StringComparer.Ordinal)];

    /// <summary>What the UEFI firmware of the guest whose files are in a folder remembers. libvirt makes it at the first start.</summary>
    public static string NvramIn(string folder) => Path.Combine(folder, "nvram.fd");

    /// <summary>The image that installs the guest whose files are in a folder.</summary>
    public static string InstallerIn(string folder) => Path.Combine(folder, "installer.iso");

    /// <summary>The memory that the guest whose files are in a folder is handed out with. There only until it was: what a kill leaves half handed out is told by it.</summary>
    public static string HandOutIn(string folder) => Path.Combine(folder, "handout.memory");

    /// <summary>A lab's folder.</summary>
    public static string LabFolder(LabHome home, string lab) => Path.Combine(home.Labs, lab);

    /// <summary>A port of this host that belongs to something of a lab.</summary>
    /// <param name="home">The home, so that two of them don't want the same port.</param>
    /// <param name="lab">The lab.</param>
    /// <param name="use">What it is for.</param>
    public static int PortFor(LabHome home, string lab, string use)
    {
        // Labs that differ by a number only, as seats do, have their ports side by side: were each on its own, two of twenty seats' would meet every few classes.
        var copy = Numbered().Match(lab);
        var (name, number) = copy.Success ? (copy.Groups["lab"].Value, long.Parse(copy.Groups["number"].ValueSpan, CultureInfo.InvariantCulture)) : (lab, 0);
        return FirstPort + (int)((BinaryPrimitives.ReadUInt32LittleEndian(Hash(home, name, use)) + number) % Ports);
    }

    /// <summary>The port of this host at which a lab's segment listens.</summary>
    public static int SegmentPort(LabHome home, string lab, string segment) => PortFor(home, lab, $"segment/{segment}");

    /// <summary>The port of this host that leads to a port of a guest.</summary>
    public static int ForwardFor(LabHome home, string lab, string guest, int port) => PortFor(home, lab, $"{guest}/{port}");

    /// <summary>The hardware address of a guest's interface on a segment.</summary>
    public static string SegmentMac(LabHome home, string lab, string guest, string segment) => Mac48(home, lab, $"{guest}/mac/{segment}");

    private static string Mac48(LabHome home, string lab, string use)
    {
        var hash = Hash(home, lab, use);
        return $"52:54:00:{hash[0]:x2}:{hash[1]:x2}:{hash[2]:x2}";
    }

    [GeneratedRegex(@"\A(?<lab>.+)-(?<number>[1-9][0-9]{0,2})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Numbered();

    private byte[] Hash(string use) => Hash(_home, Lab, $"{Name}/{use}");

    private static byte[] Hash(LabHome home, string lab, string use) => SHA256.HashData(Encoding.UTF8.GetBytes($"{home.Key}/{lab}/{use}"));
}
