using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Definitions;
using Lab.State;

namespace Lab.Hosting;

/// <summary>A private network of a lab as this host makes it: a switch on the loopback, to which each guest's QEMU sends its frames.</summary>
/// <param name="Name">Its name in the lab.</param>
/// <param name="Host">Where this host is on it, with the length of the prefix: <c>192.168.100.1/24</c>.</param>
/// <param name="Port">The UDP port of the loopback at which the switch listens.</param>
/// <param name="Nics">The guests on it.</param>
/// <param name="Carrier">The network of this host that carries it in place of the switch; null for the switch.</param>
public sealed record SegmentPlan(string Name, string Host, int Port, IReadOnlyList<SegmentNic> Nics, SegmentCarrier? Carrier = null)
{
    /// <summary>What this host is called on the switch.</summary>
    public const string HostPort = "host";

    private const string FileName = "segments.json";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Everybody on it by name: the guests and this host.</summary>
    [JsonIgnore]
    public IEnumerable<string> Ports => Nics.Select(nic => nic.Guest).Append(HostPort);

    /// <summary>Keeps the segments of a lab in its folder, where whichever process serves the lab finds them.</summary>
    public static Task WriteAsync(string labFolder, LabNetwork network, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(labFolder);
        return WholeFile.WriteAsync(Path.Combine(labFolder, FileName), JsonSerializer.Serialize(network, LabNetwork.NetworkJson.Default.LabNetwork), Owner, cancellation);
    }

    /// <summary>The segments kept in a lab's folder; none where nothing is kept.</summary>
    public static async Task<LabNetwork> ReadAsync(string labFolder, CancellationToken cancellation = default)
    {
        var file = Path.Combine(labFolder, FileName);
        return File.Exists(file) ? JsonSerializer.Deserialize(await File.ReadAllTextAsync(file, cancellation), LabNetwork.NetworkJson.Default.LabNetwork)! : LabNetwork.None;
    }
}

/// <summary>A guest's interface on a segment.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="Segment">The segment.</param>
/// <param name="Address">Its address there, with the length of the prefix.</param>
/// <param name="Mac">The hardware address.</param>
/// <param name="Port">The UDP port of the loopback at which its QEMU listens.</param>
/// <param name="SwitchPort">The UDP port of the loopback at which the segment's switch listens.</param>
/// <param name="Carrier">The network of this host that it is on in place of a switch; null for the switch.</param>
/// <param name="Gateway">The guest's default route, and its name server; null for neither.</param>
public sealed record SegmentNic(string Guest, string Segment, string Address, string Mac, int Port, int SwitchPort, SegmentCarrier? Carrier = null, string? Gateway = null);

/// <summary>A registry on a segment.</summary>
/// <param name="Program">What serves it: a build of the distribution project's registry, such as Debian's docker-registry.</param>
/// <param name="Address">Where it listens: this host's address on the segment, and the port.</param>
/// <param name="Folder">Where it keeps what is pushed.</param>
public sealed record RegistryPlan(string Program, string Address, string Folder)
{
    /// <summary>Its configuration (https://distribution.github.io/distribution/about/configuration/).</summary>
    internal string Configuration => $"version: 0.1\nlog: {{ level: info, accesslog: {{ disabled: true }} }}\nstorage:\n  filesystem: {{ rootdirectory: \"{JsonEncodedText.Encode(Folder)}\" }}\n  delete: {{ enabled: true }}\nhttp: {{ addr: \"{JsonEncodedText.Encode(Address)}\" }}\n";
}

/// <summary>What whoever serves a lab is to know of it: its segments, and the names that its machines know each other by.</summary>
/// <param name="Segments">The segments.</param>
/// <param name="Hosts">The names, in the format of hosts(5).</param>
/// <param name="Registry">The lab's registry; null where it has none.</param>
/// <param name="RebootSlots">How many of its guests may reboot at once.</param>
public sealed partial record LabNetwork(IReadOnlyList<SegmentPlan> Segments, string Hosts, RegistryPlan? Registry = null, int RebootSlots = 1)
{
    /// <summary>The segments that the lab has a switch of its own for.</summary>
    [JsonIgnore]
    public IEnumerable<SegmentPlan> Switched => Segments.Where(segment => segment.Carrier is null);

    /// <summary>Whether it says the same.</summary>
    public bool IsSame(LabNetwork other) => JsonSerializer.Serialize(this, NetworkJson.Default.LabNetwork) == JsonSerializer.Serialize(other, NetworkJson.Default.LabNetwork);

    /// <summary>Of a lab that has no segments.</summary>
    public static LabNetwork None { get; } = new([], string.Empty);

    [JsonSerializable(typeof(LabNetwork))]
    internal sealed partial class NetworkJson : JsonSerializerContext;
}
