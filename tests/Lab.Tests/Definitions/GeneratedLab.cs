using System.Globalization;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Lab.Definitions;

namespace Lab.Tests.Definitions;

/// <summary>A valid lab with whatever a lab may hold, and the means to write it down.</summary>
/// <param name="Definition">The lab; its paths are relative, its locations mean nothing.</param>
/// <param name="Contents">The files that it copies, by their paths relative to the lab's folder.</param>
internal sealed record GeneratedLab(LabDefinition Definition, IReadOnlyDictionary<string, string> Contents)
{
    private static readonly SourceLocation _nowhere = SourceLocation.Whole("nowhere");

    // Names that YAML would rather read as something else are among them.
    private static readonly string[] _names = ["a", "node1", "null", "true", "no", "y", "x-----", "abcdefghijklmnopqrstuvwxyz-1234"];

    public static Arbitrary<GeneratedLab> Any() => Arb.From(Labs());

    public static Arbitrary<TreeDefinition> AnyTree() => Arb.From(Labs().Select(lab => lab.Definition.Trees[^1]));

    /// <summary>Writes the lab as files.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="seed">Chooses the style of the YAML.</param>
    public DefinitionFolder WriteTo(DefinitionFolder folder, int seed)
    {
        folder.With("lab.yaml", Printed(Definition).Print(seed));
        foreach (var tree in Definition.Trees)
        {
            folder.With(tree.File, Printed(tree).Print(seed));
        }

        foreach (var container in Definition.Containers)
        {
            folder.With(container.Content.File, Printed(container).Print(seed));
        }

        foreach (var (file, content) in Contents)
        {
            folder.With(file, content);
        }

        return folder;
    }

    private static PrintedYaml Printed(LabDefinition lab) => PrintedYaml.Map(
        ("lab", PrintedYaml.Text(lab.Name)),
        ("description", PrintedYaml.Text(lab.Description)),
        ("trees", PrintedYaml.List(lab.Trees.Select(tree => tree.File))),
        ("segments", PrintedYaml.Map(lab.Segments.Select(segment => (segment.Name, (PrintedYaml?)PrintedYaml.Map(
            ("subnet", PrintedYaml.Text(segment.Subnet.ToString())),
            ("host", PrintedYaml.Text(segment.Host.ToString())),
            ("network", segment.Carrier is { Kind: SegmentCarrierKind.Network } network ? PrintedYaml.Text(network.Name) : null),
            ("bridge", segment.Carrier is { Kind: SegmentCarrierKind.Bridge } bridge ? PrintedYaml.Text(bridge.Name) : null),
            ("names", PrintedYaml.Map(segment.Names.Select(named => (named.Name, (PrintedYaml?)PrintedYaml.Text(named.Address.ToString())))))))))),
        ("registry", lab.Registry is not { } registry ? null : PrintedYaml.Map(("segment", PrintedYaml.Text(registry.Segment)), ("port", PrintedYaml.Bare(registry.Port)), ("program", PrintedYaml.Text(registry.Program)))),
        ("containers", PrintedYaml.List(lab.Containers.Select(container => container.Content.File))),
        ("reboot-slots", PrintedYaml.Bare(lab.RebootSlots)),
        ("guests", PrintedYaml.Map(lab.Guests.Select(guest => (guest.Name, (PrintedYaml?)PrintedYaml.Map(
            ("tree", guest.Tree is null ? null : PrintedYaml.Text(guest.Tree.Name)),
            ("image", guest.Image is null ? null : Printed(guest.Image)),
            ("memory", PrintedYaml.Text(guest.Memory.ToString())),
            ("cpus", PrintedYaml.Bare(guest.Cpus)),
            ("disk", PrintedYaml.Text(guest.Disk.ToString())),
            ("firmware", PrintedYaml.Text(guest.Firmware == Firmware.Uefi ? "uefi" : "bios")),
            ("forward", PrintedYaml.List(guest.Forward.Select(port => PrintedYaml.Bare(port)))),
            ("user", PrintedYaml.Text(guest.User)),
            ("segments", PrintedYaml.Map(guest.Addresses.Select(on => (on.Segment, (PrintedYaml?)PrintedYaml.Text(on.Address.ToString()))))),
            ("health", PrintedYaml.List(guest.Health.Select(Printed))),
            ("kickstart", guest.Kickstart is null ? null : Printed(guest.Kickstart))))))));

    private static PrintedYaml Printed(KickstartDefinition kickstart) => PrintedYaml.Map(
        ("variant", PrintedYaml.Text(KickstartDefinition.Variants.First(named => named.Value == kickstart.Variant).Key)),
        ("url", Optional(kickstart.Url)),
        ("image", Optional(kickstart.Image)),
        ("packages", PrintedYaml.List(kickstart.Packages)),
        ("disk", PrintedYaml.Map(
            ("device", Optional(kickstart.Disk.Device)),
            ("layout", PrintedYaml.Text(kickstart.Disk.Lvm ? "lvm" : "plain")),
            ("root", Optional(kickstart.Disk.Root?.ToString())),
            ("swap", Optional(kickstart.Disk.Swap?.ToString())))),
        ("network", PrintedYaml.Map(
            ("device", PrintedYaml.Text(kickstart.Network.Device)),
            ("bridge", Optional(kickstart.Network.Bridge)),
            ("address", kickstart.Network.Address is null ? null : PrintedYaml.Text($"{kickstart.Network.Address}/{kickstart.Network.Prefix}")),
            ("gateway", Optional(kickstart.Network.Gateway)))),
        ("users", PrintedYaml.Map(kickstart.Users.Select(user => (user.Name, (PrintedYaml?)PrintedYaml.Map(
            ("groups", PrintedYaml.List(user.Groups)), ("password", Optional(user.Password)), ("keys", PrintedYaml.List(user.Keys))))))),
        ("root-password", Optional(kickstart.RootPassword)),
        ("services", PrintedYaml.Map(("enabled", PrintedYaml.List(kickstart.EnabledServices)), ("disabled", PrintedYaml.List(kickstart.DisabledServices)))),
        ("firewall", PrintedYaml.Map(("services", PrintedYaml.List(kickstart.OpenServices)), ("ports", PrintedYaml.List(kickstart.OpenPorts.Select(port => port.Replace(':', '/')))))),
        ("keepalived", kickstart.Keepalived is not { } shared ? null : PrintedYaml.Map(
            ("address", PrintedYaml.Text($"{shared.Address}/{shared.Prefix}")),
            ("device", PrintedYaml.Text(shared.Device)),
            ("router", PrintedYaml.Bare(shared.Router)),
            ("priority", PrintedYaml.Bare(shared.Priority)))),
        ("greenboot", kickstart.Checks.Count == 0 ? null : PrintedYaml.Map(kickstart.Checks.GroupBy(check => check.Required).Select(checks =>
            (checks.Key ? "required" : "wanted", (PrintedYaml?)PrintedYaml.Map(checks.Select(check => (check.Name, (PrintedYaml?)PrintedYaml.Text(check.Script)))))))),
        ("pre", Optional(kickstart.Pre)),
        ("post", Optional(kickstart.Post)),
        ("timezone", PrintedYaml.Text(kickstart.Timezone)),
        ("end", PrintedYaml.Text(kickstart.PowerOff ? "poweroff" : "reboot")));

    private static PrintedYaml Printed(ImageDefinition image) => image switch
    {
        BoxImage box => PrintedYaml.Text(box.Name),
        ImageFile { Checksum: null, Format: null } file => PrintedYaml.Text(file.Path),
        ImageFile file => PrintedYaml.Map(("file", PrintedYaml.Text(file.Path)), Checksum(file.Checksum), Format(file.Format)),
        ImageDownload download => PrintedYaml.Map(("url", PrintedYaml.Text(download.Url.OriginalString)), Checksum(download.Checksum), Format(download.Format)),
        _ => throw new ArgumentOutOfRangeException(nameof(image)),
    };

    private static (string, PrintedYaml?) Checksum(ImageChecksum? checksum) => (checksum?.Algorithm ?? "sha256", checksum is null ? null : PrintedYaml.Text(checksum.Hex));

    private static (string, PrintedYaml?) Format(ImageFormat? format) => ("format", format is null ? null : PrintedYaml.Text($"{format}".ToLowerInvariant()));

    private static PrintedYaml Printed(HealthCheck check) => check switch
    {
        UnitCheck unit => PrintedYaml.Map(("unit", PrintedYaml.Text(unit.Unit))),
        HttpCheck { Path: "/" } http => PrintedYaml.Map(("http", PrintedYaml.Bare(http.Port))),
        HttpCheck http => PrintedYaml.Map(("http", PrintedYaml.Text(http.Port + http.Path))),
        _ => throw new ArgumentOutOfRangeException(nameof(check)),
    };

    private static PrintedYaml Printed(TreeDefinition tree) => PrintedYaml.Map(
        ("tree", PrintedYaml.Text(tree.Name)),
        ("ref", Optional(tree.Ref)),
        ("version", Optional(tree.Version)),
        ("base", tree.Base is null ? null : PrintedYaml.Text("../" + tree.Base.File)),
        ("sources", tree.Base is not null ? null : PrintedYaml.List(tree.Sources.Select(source =>
            PrintedYaml.Map(("suite", PrintedYaml.Text(source.Suite)), ("only", PrintedYaml.List(source.Only)))))),
        ("packages", PrintedYaml.List(tree.Packages.Select(package => package is NamedPackage named ? named.Name : "../" + ((PackageFile)package).File))),
        ("remove", tree.Base is null ? null : PrintedYaml.List(tree.Remove)),
        ("users", PrintedYaml.Map(tree.Users.Select(user => (user.Name, (PrintedYaml?)PrintedYaml.Map(
            ("uid", user.Uid is null ? null : PrintedYaml.Bare(user.Uid)),
            ("groups", PrintedYaml.List(user.Groups)),
            ("shell", PrintedYaml.Text(user.Shell)),
            ("gecos", user.Gecos.Length == 0 ? null : PrintedYaml.Text(user.Gecos)),
            ("home", PrintedYaml.Text(user.Home))))))),
        ("units", PrintedYaml.Map(tree.Units.Select(unit => (unit.Name, (PrintedYaml?)PrintedYaml.Map(
            ("enabled", unit.Enabled is null ? null : PrintedYaml.Bare(unit.Enabled == true ? "true" : "false")),
            ("masked", unit.Masked ? PrintedYaml.Bare("true") : null),
            ("content", Optional(unit.Content))))))),
        ("files", PrintedYaml.Map(tree.Files.Select(file => (file.Path, (PrintedYaml?)Printed(file))))),
        ("kernel-arguments", PrintedYaml.List(tree.KernelArguments)));

    private static PrintedYaml Printed(ContainerDefinition container) => PrintedYaml.Map(
        ("container", PrintedYaml.Text(container.Name)),
        ("tags", PrintedYaml.List(container.Tags)),
        ("sources", PrintedYaml.List(container.Content.Sources.Select(source => PrintedYaml.Map(("suite", PrintedYaml.Text(source.Suite)), ("only", PrintedYaml.List(source.Only)))))),
        ("packages", PrintedYaml.List(container.Content.Packages.Select(package => package is NamedPackage named ? named.Name : "../" + ((PackageFile)package).File))),
        ("files", PrintedYaml.Map(container.Content.Files.Select(file => (file.Path, (PrintedYaml?)Printed(file))))),
        ("command", PrintedYaml.List(container.Command)),
        ("ports", PrintedYaml.List(container.Ports.Select(port => PrintedYaml.Bare(port)))));

    private static PrintedYaml Printed(TreeFile file) => file switch
    {
        InlineFile inline => PrintedYaml.Map(("content", PrintedYaml.Text(inline.Content)), ("mode", Mode(inline.Mode))),
        CopiedFile copied => PrintedYaml.Map(("source", PrintedYaml.Text("../" + copied.Source)), ("mode", Mode(copied.Mode))),
        SymbolicLink link => PrintedYaml.Map(("link", PrintedYaml.Text(link.Target))),
        _ => throw new ArgumentOutOfRangeException(nameof(file)),
    };

    // Digits are a number to YAML unless quoted; a mode is a text in every style.
    private static PrintedYaml Mode(UnixFileMode mode) => PrintedYaml.Text(Convert.ToString((int)mode, 8).PadLeft(4, '0'));

    private static PrintedYaml? Optional(string? text) => text is null ? null : PrintedYaml.Text(text);

    private static Gen<GeneratedLab> Labs() =>
        from name in Gen.Elements(_names)
        from description in Texts()
        from contents in Gen.ArrayOf(Texts(), 3)
        let files = contents.Select((content, index) => (Path: $"files/{index}.deb", Content: content)).ToDictionary(file => file.Path, file => file.Content, StringComparer.Ordinal)
        from treeNames in Some(_names).Where(names => names.Count is > 0 and < 4)
        from trees in treeNames.Aggregate(
            Gen.Constant<IReadOnlyList<TreeDefinition>>([]),
            (before, treeName) => before.SelectMany(trees => Trees(treeName, trees, files), IReadOnlyList<TreeDefinition> (trees, tree) => [.. trees, tree]))
        from guestNames in Some(_names).Where(names => names.Count > 0)
        from guests in Each(guestNames, guestName => Guests(guestName, trees, files))
        from segments in Some("edge", "null", "y").SelectMany(names => Each(names, Segments))
        let own = segments.Where(segment => segment.Carrier is null).ToList()
        from registry in own.Count == 0 ? Gen.Constant<RegistryDefinition?>(null) : Gen.Elements(null, new RegistryDefinition(own[0].Name, 5000, "docker-registry", _nowhere), new RegistryDefinition(own[^1].Name, 65535, "my registry", _nowhere))
        from containers in registry is null ? Gen.Constant<IReadOnlyList<ContainerDefinition>>([]) : Some("null", "httpd").SelectMany(names => Each(names, container => Containers(container, files)))
        from rebootSlots in Gen.Choose(1, 64)
        let placed = guests.Select((guest, index) => guest with { Addresses = [.. segments.Select(segment => new SegmentAddress(segment.Name, At(segment, index + 2), segment.Subnet.PrefixLength, segment.Carrier))] })
        select new GeneratedLab(new LabDefinition { Name = name, Description = description, File = "lab.yaml", Trees = trees, Segments = segments, Registry = registry, Containers = containers, RebootSlots = rebootSlots, Guests = [.. placed], Location = _nowhere }, files);

    private static Gen<SegmentDefinition> Segments(string name) =>
        from prefix in Gen.Choose(16, 24)
        let subnet = IPNetwork.Parse($"172.{16 + (name[^1] % 16)}.0.0/{prefix}")
        from named in Some("vip", "on")
        from carrier in Gen.Elements(null, null, null, new SegmentCarrier(SegmentCarrierKind.Network, "default"), new SegmentCarrier(SegmentCarrierKind.Bridge, "null"))
        let segment = new SegmentDefinition { Name = name, Subnet = subnet, Host = IPAddress.Parse($"172.{16 + (name[^1] % 16)}.0.1"), Carrier = carrier, Location = _nowhere }
        select segment with { Names = [.. named.Select(alias => new SegmentName(alias, At(segment, 100)))] };

    private static Gen<ContainerDefinition> Containers(string name, IReadOnlyDictionary<string, string> contents) =>
        from tags in Some("v1", "null", "_a.B-1").Where(tags => tags.Count > 0)
        from tree in Trees(name, [], contents)
        from arguments in Gen.SubListOf("-f", "null", "a: b # c").Select(some => some.ToList())
        from ports in Some(80, 8080)
        select new ContainerDefinition
        {
            Name = name,
            Tags = tags,
            Content = new TreeDefinition { Name = name, Sources = tree.Sources, Packages = tree.Packages, Files = tree.Files, File = $"containers/{name}.yaml", Location = _nowhere },
            Command = ["/bin/true", .. arguments],
            Ports = ports,
            Location = _nowhere,
        };

    private static IPAddress At(SegmentDefinition segment, int number) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{segment.Subnet.BaseAddress.ToString()[..^1]}{number}"));

    private static Gen<GuestDefinition> Guests(string name, IReadOnlyList<TreeDefinition> trees, IReadOnlyDictionary<string, string> contents) =>
        from image in Gen.OneOf(Gen.Constant<ImageDefinition?>(null), Images(contents.Keys.First()).Select(image => (ImageDefinition?)image))
        from tree in Gen.Elements(trees.Where(tree => tree.Ref is not null))
        from memory in Gen.Choose(512 * 1024, 1 << 30)
        from cpus in Gen.Choose(1, 64)
        from firmware in Gen.Elements(Firmware.Bios, Firmware.Uefi)
        from disk in Gen.Choose(4, 16 * 1024)
        from forward in Some(1, 80, 443, 8080, 65535)
        from user in Gen.Elements("core", "_apt", "x-y_9")
        from units in Some("lab-web.service", "getty@tty1.service")
        from path in Gen.Elements("/", "/healthz", "/a/b?c=%20&d=[e]", "/é: 'x'")
        from kickstart in Gen.OneOf(Gen.Constant<KickstartDefinition?>(null), Kickstarts().Select(kickstart => (KickstartDefinition?)kickstart))
        select new GuestDefinition
        {
            Name = name,
            Tree = image is null ? tree : null,
            Image = image,
            Memory = ByteSize.FromKiB(memory),
            Cpus = cpus,
            Firmware = firmware,
            Disk = ByteSize.FromGiB(disk),
            Forward = forward,
            User = user,
            Health = [.. units.Select(unit => new UnitCheck(unit, _nowhere)), .. forward.Take(2).Select(port => new HttpCheck(port, path.Replace(" ", string.Empty, StringComparison.Ordinal), _nowhere))],
            Kickstart = image is null ? kickstart : null,
            DiskLocation = _nowhere,
            Location = _nowhere,
        };

    private static Gen<ImageDefinition> Images(string file) =>
        from format in Gen.Elements<ImageFormat?>(null, ImageFormat.Qcow2, ImageFormat.Raw)
        from checksum in Gen.Elements(new ImageChecksum("sha256", new string('0', 64)), new ImageChecksum("sha512", new string('f', 128)))
        from hasChecksum in Gen.Elements(true, false)
        from url in Gen.Elements("http://192.0.2.1:8000/a.qcow2?b=c", "https://lab.test/%20", "file:///a/b.img")
        from image in Gen.Elements<ImageDefinition>(
            new BoxImage("debian-13", _nowhere), new ImageFile(file, hasChecksum ? checksum : null, format, _nowhere), new ImageDownload(new Uri(url), checksum, format, _nowhere))
        select image;

    private static Gen<KickstartDefinition> Kickstarts() =>
        from variant in Gen.Elements(Enum.GetValues<KickstartVariant>())
        from url in Gen.Elements(null, "http://192.0.2.1:8000/a?b=c", "https://lab.test/%20")
        from image in Gen.Elements(null, "quay.io/a/b:1", "localhost:5000/x@sha256:" + new string('0', 64))
        from packages in Some("strace", "@core", "@^minimal-environment", "-plymouth")
        from disk in Gen.Elements(new KickstartDisk(), new KickstartDisk { Device = "disk/by-id/x:y", Lvm = true, Root = ByteSize.FromGiB(4), Swap = ByteSize.FromMiB(512) })
        from network in Gen.Elements(new KickstartNetwork(), new KickstartNetwork { Device = "null", Bridge = "br0", Address = "192.0.2.1", Prefix = 24, Gateway = "192.0.2.254" })
        from password in Gen.Elements(null, "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC")
        from users in Some("core", "null", "_web").Select(names => names.Select(name => new KickstartUser { Name = name, Groups = name == "core" ? ["wheel", "x"] : [], Password = password, Keys = name == "null" ? [] : ["ssh-rsa AAAA it's: #1"] }))
        from services in Some("podman.socket", "no", "getty@tty1")
        from ports in Some("80:tcp", "53:udp")
        from keepalived in Gen.Elements(null, new KickstartKeepalived("192.0.2.9", 32 - 1, "eth0", 1, 254))
        from checks in Some("a.sh", "10_b").Select(names => names.Select(name => new KickstartCheck(name, name == "a.sh", "#!/bin/sh\n# %pre-text: {{x}}\n")))
        from script in Gen.Elements(null, "echo '%end'\n", "\n\tif : ; then # x\n")
        from zone in Gen.Elements("UTC", "America/Argentina/Buenos_Aires")
        from off in Gen.Elements(true, false)
        select new KickstartDefinition
        {
            Variant = variant,
            Url = url,
            Image = image,
            Packages = packages,
            Disk = disk,
            Network = network,
            Users = [.. users],
            RootPassword = password,
            EnabledServices = services,
            DisabledServices = services,
            OpenServices = services,
            OpenPorts = ports,
            Keepalived = keepalived,
            Checks = [.. checks],
            Pre = script,
            Post = script,
            Timezone = zone,
            PowerOff = off,
            Location = _nowhere,
        };

    // The first tree has sources and a ref, so that others can build on it and guests can have it.
    private static Gen<TreeDefinition> Trees(string name, IReadOnlyList<TreeDefinition> before, IReadOnlyDictionary<string, string> contents) =>
        from reference in before.Count == 0 ? Gen.Constant<string?>("labtree") : Gen.Elements<string?>(null, "labtree", "a/b_c/.d-1")
        from version in Gen.Elements("1", "1.10", "2024-01-01", "null", "a: b # c")
        from ground in before.Count == 0 ? Gen.Constant<TreeDefinition?>(null) : Gen.Elements<TreeDefinition?>([null, .. before])
        from suites in Some("forky", "bookworm-backports", "stable/updates")
        from only in Some("grub*", "src:dracut", "lib[a-c]?")
        from packages in Some("strace", "g++", "0ad", "null", "libstdc++6")
        from remove in Some("ed", "nano-tiny")
        from users in Some("core", "null", "_web").SelectMany(names => Each(names, Users))
        from units in Some("lab-web.service", "a@.timer", @"dev-x\x2dy.mount").SelectMany(names => Each(names, Units))
        from paths in Some("/etc/motd", "/usr/share/a b/ü", "/usr/lib/x:y", "/etc/# x")
        from files in Each(paths, path => Files(path, contents))
        from arguments in Some("quiet", "console=ttyS0,115200", "dyndbg=\"file a +p\"")
        let build = contents.Keys.First()
        select new TreeDefinition
        {
            Name = name,
            Ref = reference,
            Version = reference is null ? null : version,
            Base = ground,
            Sources = ground is null ? [new TreeSource("trixie", [], _nowhere), .. suites.Select(suite => new TreeSource(suite, only, _nowhere))] : [],
            Packages = [.. packages.Select(package => new NamedPackage(package, _nowhere)), .. packages.Take(1).Select(_ => new PackageFile(build, ContentDigest.OfText(contents[build]), _nowhere))],
            Remove = ground is null ? [] : remove,
            Users = users,
            Units = units,
            Files = files,
            KernelArguments = arguments,
            File = $"trees/{name}.yaml",
            Location = _nowhere,
        };

    private static Gen<TreeUser> Users(string name) =>
        from hasUid in Gen.Elements(true, false)
        from groups in Some("sudo", "null", "_x")
        from shell in Gen.Elements("/bin/bash", "/usr/bin/fish")
        from gecos in Gen.Elements("", "Core User,,,", "'O\"#")
        from home in Gen.Elements("/var/home/core", "/")
        select new TreeUser { Name = name, Uid = hasUid ? 1000 + name[0] : null, Groups = groups, Shell = shell, Gecos = gecos, Home = home + "x", Location = _nowhere };

    private static Gen<TreeUnit> Units(string name) =>
        from state in Gen.Elements(0, 1, 2, 3)
        from content in Texts()
        select state switch
        {
            0 => new TreeUnit { Name = name, Masked = true, Location = _nowhere },
            1 => new TreeUnit { Name = name, Enabled = true, Location = _nowhere },
            2 => new TreeUnit { Name = name, Enabled = false, Content = content, Location = _nowhere },
            _ => new TreeUnit { Name = name, Content = content, Location = _nowhere },
        };

    private static Gen<TreeFile> Files(string path, IReadOnlyDictionary<string, string> contents) =>
        from kind in Gen.Elements(0, 1, 2)
        from mode in Gen.Elements("0644", "0755", "4711", "0000").Select(mode => (UnixFileMode)Convert.ToInt32(mode, 8))
        from text in Texts()
        from source in Gen.Elements(contents.Keys)
        from target in Gen.Elements("../lib/x", "/usr/lib/ä b", "null")
        select kind switch
        {
            0 => (TreeFile)new InlineFile(path, text, mode, _nowhere),
            1 => new CopiedFile(path, source, ContentDigest.OfText(contents[source]), mode, _nowhere),
            _ => new SymbolicLink(path, target, _nowhere),
        };

    private static Gen<string> Texts() => Gen.Frequency(
        (3, Gen.ArrayOf(Gen.Elements("a", "B", "0", " ", "\n", "#", ": ", "- ", "'", "\"", "\\", "\t", "é", "😀", "\u001b", "\u0085", "\u2028", "%", "{", "]", "&x", "*x", "!", "|", ">")).Select(string.Concat)),
        (2, Gen.ArrayOf(Gen.Elements("[Unit]\n", "Description=x: y # z\n", "\n", "Wants=%i\n")).Select(string.Concat)),
        (1, Gen.Elements("", "null", "~", "true", "0644", "1 GiB")));

    private static Gen<IReadOnlyList<T>> Some<T>(params T[] pool) => Gen.SubListOf(pool).Select(some => (IReadOnlyList<T>)[.. some]);

    private static Gen<IReadOnlyList<T>> Each<T>(IEnumerable<string> names, Func<string, Gen<T>> make) => names.Aggregate(
        Gen.Constant<IReadOnlyList<T>>([]),
        (before, name) => before.SelectMany(_ => make(name), IReadOnlyList<T> (made, next) => [.. made, next]));
}
