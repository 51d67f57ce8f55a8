using System.Globalization;
using System.Text.Json;
using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>Reads a lab file. What is wrong goes to the problems, and then what comes back is not to be used.</summary>
internal sealed class LabReader(string file, Problems problems)
{
    private readonly TreeCatalog _catalog = new(problems);
    private readonly string _folder = Path.GetDirectoryName(file)!;

    public LabDefinition? Read()
    {
        if (YamlComposer.Load(file, problems) is not { } root)
        {
            return null;
        }

        var map = new YamlMap(root, "the lab", root.Location, problems);
        var name = map.Name("lab", Path.GetFileName(_folder), "its folder's name");
        var description = map.Optional("description", Value.Text, string.Empty);
        if (!HasOnlyImages(root))
        {
            map.Require("trees", "trees: [trees/TREE.yaml]");
        }

        var trees = map.Set("trees", node => _catalog.Load(node, _folder), tree => SourceLocation.Shorten(tree.File));
        var named = new NamedTrees(trees, AreAll: map.IsSound("trees") && trees.Count > 0 && trees.All(tree => tree.Name is not null));
        var segments = new SegmentReader(problems);
        var networks = segments.Read(map);
        var reader = new ContainerReader(_catalog, problems);
        var registry = reader.Registry(map, networks, _folder);
        var containers = reader.Containers(map, _folder);
        var rebootSlots = map.Optional("reboot-slots", Value.Integer(1, 64), 1);
        map.Require("guests", "guests: { node1: { tree: TREE } }");
        var guests = map.Named("guests", entry => Guest(entry, named, segments));
        segments.CheckNames(map, guests);
        map.Close();
        return new LabDefinition
        {
            Name = name,
            Description = description,
            File = file,
            Trees = [.. trees.Select(tree => tree.Definition).OfType<TreeDefinition>()],
            Segments = networks,
            Registry = registry,
            Containers = containers,
            RebootSlots = rebootSlots,
            Guests = guests,
            Location = map.Has("lab") ? map.Where("lab") : root.Location,
        };
    }

    private GuestDefinition? Guest(YamlEntry entry, NamedTrees trees, SegmentReader segments)
    {
        var name = Value.Name(entry.Key);
        var map = new YamlMap(entry.Value, $"guest `{name}`", entry.Key.Location, problems);
        var tree = map.Optional("tree", trees.Find, null);
        var image = map.Optional("image", node => new GuestImageReader(name, _folder, problems).Read(node, map.Where("image")), null);
        map.RequireAnyOf("tree", "image");
        map.AllowOneOf("tree", "image");
        var memory = map.Optional("memory", Value.Size(ByteSize.FromMiB(512), ByteSize.FromTiB(1)), GuestDefinition.DefaultMemory);
        var cpus = map.Optional("cpus", Value.Integer(1, 64), GuestDefinition.DefaultCpus);

        // 16 TiB is what ext4 holds with blocks of 4 KiB.
        var disk = map.Optional("disk", Value.Size(ByteSize.FromGiB(4), ByteSize.FromTiB(16)), GuestDefinition.DefaultDisk);
        var firmware = map.Optional("firmware", FirmwareOf, Firmware.Bios);
        var forward = map.Set("forward", ForwardedPort, port => port.ToString(CultureInfo.InvariantCulture));
        var user = map.Optional("user", Value.User, GuestDefinition.DefaultUser);
        var health = map.List("health", node => Health(node, name, map.IsSound("forward") ? forward : null));
        var addresses = segments.Addresses(map, name);
        var kickstart = map.Optional("kickstart", node => new GuestKickstartReader(name, problems).Read(node, map.Where("kickstart")), null);
        map.AllowOneOf("image", "kickstart");
        var ignition = map.Optional("ignition", Ignition, null);
        map.Close();
        return tree is null && image is null ? null : new GuestDefinition
        {
            Name = name,
            Tree = tree,
            Image = image,
            Ignition = ignition,
            Memory = memory,
            Cpus = cpus,
            Disk = disk,
            DiskLocation = map.Has("disk") ? map.Where("disk") : null,
            Firmware = firmware,
            Forward = forward,
            User = user,
            Health = health,
            Addresses = addresses,
            Kickstart = kickstart,
            Location = entry.Key.Location,
        };
    }

    // Such a lab composes nothing.
    private static bool HasOnlyImages(YamlNode root) =>
        root is YamlMapping lab
        && lab.Entries.FirstOrDefault(entry => entry.Key.Text == "guests")?.Value is YamlMapping { Entries.Count: > 0 } guests
        && guests.Entries.All(guest => guest.Value is YamlMapping keys && keys.Entries.Any(entry => entry.Key.Text == "image"));

    // The specification: https://coreos.github.io/ignition/specs/. What it says beyond its version is Ignition's to judge.
    private string? Ignition(YamlNode node)
    {
        var path = Value.ExistingFile(_folder)(node);
        var text = Value.FromDisk(node, () => File.ReadAllText(path));
        try
        {
            using var config = JsonDocument.Parse(text);
            return config.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("ignition", out var ignition) && ignition.ValueKind == JsonValueKind.Object
                && ignition.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.String
                ? text
                : throw node.Reject($"{SourceLocation.Shorten(path)} has no `ignition.version`", "An Ignition configuration begins `{ \"ignition\": { \"version\": \"3.4.0\" } …`.");
        }
        catch (JsonException failure)
        {
            throw node.Reject(
                $"{SourceLocation.Shorten(path)} is no JSON, line {failure.LineNumber + 1}: {failure.Message.Split(" LineNumber", 2)[0].TrimEnd('.')}",
                "Ignition takes JSON. A Butane file (YAML) is made into it with `butane`.");
        }
    }

    private static Firmware FirmwareOf(YamlNode node) => Value.Text(node) switch
    {
        "bios" => Firmware.Bios,
        "uefi" => Firmware.Uefi,
        _ => throw node.Expected("`bios` or `uefi`", "Leave it out for `bios`."),
    };

    private static int ForwardedPort(YamlNode node) => Value.Port(node) is var port and not 22
        ? port
        : throw node.Reject("22 is always forwarded, for SSH", "Remove it.");

    private HealthCheck? Health(YamlNode node, string guest, IReadOnlyList<int>? forward)
    {
        var map = new YamlMap(node, $"a health check of guest `{guest}`", node.Location, problems);
        var unit = map.Optional<HealthCheck?>("unit", value => new UnitCheck(Value.Unit(value), node.Location), null);
        var http = map.Optional<HealthCheck?>("http", value => Http(value, node.Location, forward), null);
        map.RequireAnyOf("unit", "http");
        map.AllowOneOf("unit", "http");
        map.Close();
        return unit ?? http;
    }

    private static HttpCheck Http(YamlNode node, SourceLocation location, IReadOnlyList<int>? forward)
    {
        var match = Grammar.Http.Match(Value.Text(node));
        if (!match.Success)
        {
            throw node.Expected("a port, with or without a path", "Write `80`, or `8080/healthz`.");
        }

        var port = int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture);
        if (forward is not null && !forward.Contains(port))
        {
            throw node.Reject($"port {port} is not forwarded, so the check cannot reach it", $"Add {port} to the guest's `forward`.");
        }

        return new HttpCheck(port, match.Groups["path"] is { Success: true, Value: var path } ? path : "/", location);
    }

    /// <param name="Trees">The trees that guests may name.</param>
    /// <param name="AreAll">Whether these are all, none being unreadable: only then is a name that is not among them wrong.</param>
    private sealed record NamedTrees(IReadOnlyList<LoadedTree> Trees, bool AreAll)
    {
        public TreeDefinition? Find(YamlNode node)
        {
            var name = Value.Text(node);
            var found = Trees.FirstOrDefault(tree => tree.Name == name);
            if (found is null && AreAll)
            {
                var names = Trees.Select(tree => tree.Name).OfType<string>().ToList();
                throw node.Reject($"no tree is called `{YamlScalar.Excerpt(name)}`", $"{Spelling.DidYouMean(name, names)}The lab's trees are {Spelling.Listed(names)}.");
            }

            return found?.Definition is { Ref: null }
                ? throw node.Reject($"tree `{name}` has no `ref`, so it is only a base and cannot be installed", $"Name a tree with a `ref`, or add one to {SourceLocation.Shorten(found.File)}.")
                : found?.Definition;
        }
    }
}
