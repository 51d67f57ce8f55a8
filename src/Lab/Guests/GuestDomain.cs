using System.Xml.Linq;
using Lab.Definitions;
using Lab.Hosting;
using Lab.Media;
using Lab.Templates;
using LibvirtSharp;

namespace Lab.Guests;

/// <summary>What a domain's own metadata says about the guest it is. Enough to find and end it with all of our files gone.</summary>
/// <param name="Lab">The lab it belongs to.</param>
/// <param name="Guest">Its name there.</param>
/// <param name="HomeKey">The home that made it.</param>
/// <param name="LabFile">The lab file it was made from.</param>
/// <param name="Definition">A digest of what it was made from.</param>
/// <param name="Tree">The tree it was installed with; empty where it began on an image.</param>
/// <param name="Commit">That tree's commit, or empty.</param>
/// <param name="User">Its login user.</param>
/// <param name="SshPort">The port of this host's loopback that leads to its SSH server.</param>
public sealed record GuestMetadata(string Lab, string Guest, string HomeKey, string LabFile, string Definition, string Tree, string Commit, string User, int SshPort)
{
    /// <summary>The XML namespace of the element, ours alone.</summary>
    public const string Namespace = "urn:lab:guest:1";

    /// <summary>The image it began on; null where it was installed with a tree.</summary>
    public string? Image { get; init; }

    /// <summary>What it was handed out as; null where it is no seat's.</summary>
    public HandOut? HandOut { get; init; }

    /// <summary>The lab whose hardware addresses it has: its own, or the one that it is a copy of.</summary>
    internal string AddressedAs => HandOut?.Seat.Lab ?? Lab;

    /// <summary>Reads it from a domain; null where the domain is not one of ours, or has gone meanwhile.</summary>
    public static async Task<GuestMetadata?> ReadAsync(Domain domain, CancellationToken cancellation = default)
    {
        var element = (await GuestDomain.DefinitionAsync(domain, cancellation))?.Root?.Element("metadata")?.Element(XName.Get("guest", Namespace));
        return element is null ? null : new GuestMetadata(
            Text("lab"), Text("name"), Text("key"), Text("file"), Text("definition"), Text("tree"), Text("commit"), Text("user"),
            int.TryParse(Text("ssh"), out var port) ? port : 0) { Image = (string?)element.Attribute("image"), HandOut = HandOut.Read(element.Element(XName.Get("seat", Namespace))) };

        string Text(string name) => (string?)element.Attribute(name) ?? string.Empty;
    }
}

/// <summary>What a seat's guest was when it was handed out.</summary>
/// <param name="Seat">The seat.</param>
/// <param name="Checkpoint">The checkpoint of the seat's lab that it was resumed from.</param>
/// <param name="Definition">The digest of what the guest in that checkpoint was made from.</param>
public sealed record HandOut(Seat Seat, string Checkpoint, string Definition)
{
    internal static HandOut? Read(XElement? element) => element is null ? null : new HandOut(
        new Seat((string?)element.Attribute("of") ?? string.Empty, (int?)element.Attribute("number") ?? 0, (string?)element.Attribute("student") ?? string.Empty),
        (string?)element.Attribute("from") ?? string.Empty,
        (string?)element.Attribute("definition") ?? string.Empty);
}

/// <summary>Guests as libvirt has them.</summary>
public static class GuestDomain
{
    /// <summary>The address of every guest in its own private network.</summary>
    public const string Address = "10.0.2.15";

    /// <summary>The length of that network's prefix, in bits.</summary>
    public const int Prefix = 24;

    /// <summary>An unused address in that network. passt answers for all of them, so it serves as the way to the host.</summary>
    public const string Via = "10.0.2.2";

    /// <summary>The domain's definition (https://libvirt.org/formatdomain.html).</summary>
    /// <param name="plan">The guest.</param>
    /// <param name="metadata">What it is to know about itself.</param>
    /// <param name="accelerator">What executes it.</param>
    /// <param name="confined">Whether the daemon's security driver applies.</param>
    /// <param name="furtherDisks">How many disks it has besides its first.</param>
    /// <param name="credentials">What its firmware hands over to systemd; null for nothing.</param>
    /// <param name="installs">Whether it has the image that installs it, and boots that as long as its disk boots nothing.</param>
    public static string Xml(GuestPlan plan, GuestMetadata metadata, AcceleratorKind accelerator, bool confined, int furtherDisks = 0, SeedCredentials? credentials = null, bool installs = false) =>
        Template.Render("domain.xml", new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["type"] = accelerator == AcceleratorKind.Kvm ? "kvm" : "qemu",
            // With the default of a gigabyte, what earlier boots left in the cache slows each reboot down: 26 s to the login instead of 44.
            ["emulated"] = accelerator == AcceleratorKind.Tcg,
            ["cpuMode"] = accelerator == AcceleratorKind.Kvm ? "host-passthrough" : "maximum",
            ["name"] = plan.DomainName,
            ["uuid"] = plan.Uuid.ToString(),
            ["guest"] = plan.Name,
            ["metadataNamespace"] = GuestMetadata.Namespace,
            ["metadata"] = metadata,
            ["memory"] = plan.Definition.Memory.Bytes,
            ["cpus"] = plan.Definition.Cpus,
            ["nvram"] = plan.Definition.Firmware == Firmware.Uefi ? plan.NvramFile : null,
            ["disk"] = plan.DiskFile,
            ["furtherDisks"] = plan.FurtherDiskFiles(furtherDisks).Select((file, index) => new { file, name = $"vd{(char)('c' + index)}", slot = Slot(plan.Nics.Count + index) }).ToList(),
            ["seed"] = plan.SeedFile,
            ["credentials"] = credentials?.VendorStrings.ToList(),
            ["firmwareFiles"] = FirmwareFiles(plan, credentials).Select(handed => new { name = handed.Name, file = handed.File }).ToList(),
            ["installer"] = installs ? plan.InstallerFile : null,
            ["console"] = plan.ConsoleFile,
            ["mac"] = plan.Mac,
            ["address"] = Address,
            ["prefix"] = Prefix,
            ["nics"] = plan.Nics.Select((nic, index) => new { mac = nic.Mac, port = nic.Port, switchPort = nic.SwitchPort, network = nic.Carrier is { Kind: SegmentCarrierKind.Network } network ? network.Name : null, slot = Slot(index), bridge = nic.Carrier is { Kind: SegmentCarrierKind.Bridge } bridge ? bridge.Name : null, index = index + 1 }).ToList(),
            ["forwards"] = plan.Forwards.Select(forward => new { host = forward.Host, guest = forward.Guest }).ToList(),
            ["confined"] = confined,
        });

    // Those of the template end at 0x07, and q35's own devices begin at 0x1d. What finds no room stands where libvirt puts it.
    private static string? Slot(int further) => further + 0x08 is var slot and < 0x1d ? $"0x{slot:x2}" : null;

    /// <summary>All domains of a home, with what they say about themselves.</summary>
    public static async Task<IReadOnlyList<(Domain Domain, GuestMetadata Metadata)>> ListAsync(Hypervisor hypervisor, CancellationToken cancellation = default)
    {
        var found = new List<(Domain, GuestMetadata)>();
        foreach (var domain in await hypervisor.Connection.ListDomainsAsync(cancellation: cancellation))
        {
            if (await GuestMetadata.ReadAsync(domain, cancellation) is { } metadata && metadata.HomeKey == hypervisor.Home.Key)
            {
                found.Add((domain, metadata));
            }
            else
            {
                domain.Dispose();
            }
        }

        return found;
    }

    /// <summary>The files that a domain's disks are in; null where it has gone meanwhile.</summary>
    public static async Task<IReadOnlyList<string>?> FilesAsync(Domain domain, CancellationToken cancellation = default) =>
        (await DefinitionAsync(domain, cancellation))?.Descendants("source").Attributes("file").Select(file => file.Value).ToList();

    /// <summary>A domain as libvirt has it; null where it has gone meanwhile.</summary>
    public static async Task<XDocument?> DefinitionAsync(Domain domain, CancellationToken cancellation = default) =>
        await UnlessGoneAsync(() => domain.GetXmlAsync(cancellation: cancellation)) is { } xml ? XDocument.Parse(xml) : null;

    /// <summary>What a domain does, and why; null where it has gone meanwhile.</summary>
    public static Task<DomainStatus?> StatusAsync(Domain domain, CancellationToken cancellation = default) =>
        UnlessGoneAsync(() => domain.GetStatusAsync(cancellation));

    /// <summary>Ends a domain, running or not, and makes libvirt forget it. Never fails because it is gone already.</summary>
    public static async Task RemoveAsync(Domain domain, CancellationToken cancellation = default)
    {
        await DestroyAsync(domain, cancellation);
        await IgnoreGoneAsync(() => domain.UndefineAsync(
            DomainUndefineOptions.ManagedSave | DomainUndefineOptions.SnapshotsMetadata | DomainUndefineOptions.Nvram | DomainUndefineOptions.CheckpointsMetadata, cancellation));
    }

    /// <summary>Ends a domain's machine, running or not. Never fails because it is off already.</summary>
    public static Task DestroyAsync(Domain domain, CancellationToken cancellation = default) => IgnoreGoneAsync(() => domain.DestroyAsync(cancellation: cancellation));

    // QEMU has room for some dozen, so all that is no secret is in SMBIOS.
    private static IEnumerable<(string Name, string File)> FirmwareFiles(GuestPlan plan, SeedCredentials? credentials)
    {
        if (plan.Definition.Ignition is not null)
        {
            yield return ("opt/com.coreos/config", plan.IgnitionFile);
        }

        if (credentials is not null)
        {
            yield return (SeedCredentials.FirmwareFile, plan.CredentialFile);
        }
    }

    private static async Task<T?> UnlessGoneAsync<T>(Func<Task<T>> question)
        where T : class
    {
        try
        {
            return await question();
        }
        catch (LibvirtException failure) when (failure.Code == LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }

    private static async Task IgnoreGoneAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (LibvirtException failure) when (failure.Code is LibvirtErrorCode.NoDomain or LibvirtErrorCode.OperationInvalid)
        {
            // Gone, or off, which is what was wanted.
        }
    }
}
