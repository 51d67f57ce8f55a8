using System.Globalization;
using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>Reads the <c>kickstart</c> of a guest. What is wrong goes to the problems; no message repeats a password or its hash.</summary>
internal sealed class GuestKickstartReader(string guest, Problems problems)
{
    private static readonly Func<YamlNode, string> _device = Value.Matching(Grammar.Interface, "an interface's name", "Write it as ip(8) does, as in `enp1s0`.");
    private static readonly Func<YamlNode, string> _service = Value.Matching(Grammar.Service, "a service's name", "Write one word, as in `podman.socket` or `http`.");

    private static readonly string[] _besideAddress = ["gateway", "nameservers"];

    public KickstartDefinition Read(YamlNode node, SourceLocation key)
    {
        var map = Map(node, $"the kickstart of guest `{guest}`", key);
        var network = map.Optional("network", Network, new KickstartNetwork());
        var (enabled, disabled) = map.Optional("services", value => Pair(value, "services", "enabled", "disabled", _service), ([], []));
        var (open, ports) = map.Optional("firewall", value => Pair(value, "firewall", "services", "ports", _service, Port), ([], []));
        var kickstart = new KickstartDefinition
        {
            Variant = map.Optional("variant", Variant, KickstartVariant.OstreeRhel9),
            Url = map.Optional("url", Url, null),
            Image = map.Optional("image", Value.Matching(Grammar.Image, "a container image", "Write it as `podman pull` takes it, as in `registry.example.com/edge/host:1`."), null),
            Packages = map.Set("packages", Value.Matching(Grammar.RpmPackage, "a package or group", "Write a name as in `%packages`: `strace`, `@core`, `-plymouth`."), package => package),
            Disk = map.Optional("disk", Disk, new KickstartDisk()),
            Network = network,
            Users = map.Named("users", User),
            RootPassword = map.Optional("root-password", Password, null),
            EnabledServices = enabled,
            DisabledServices = disabled,
            OpenServices = open,
            OpenPorts = ports,
            Keepalived = map.Optional("keepalived", value => Keepalived(value, network), null),
            Checks = map.Optional("greenboot", Checks, []),
            Pre = map.Optional("pre", Script, null),
            Post = map.Optional("post", Script, null),
            Language = map.Optional("language", Value.Matching(Grammar.Locale, "a locale", "Write it as `localectl list-locales` does, as in `en_US.UTF-8`."), KickstartDefinition.DefaultLanguage),
            Keyboard = map.Optional("keyboard", Value.Matching(Grammar.Keyboard, "a keyboard layout", "Write it as `localectl list-keymaps` does, as in `us`."), KickstartDefinition.DefaultKeyboard),
            Timezone = map.Optional("timezone", Value.Matching(Grammar.Timezone, "a time zone", "Write it as `timedatectl list-timezones` does, as in `Europe/Prague`."), KickstartDefinition.DefaultTimezone),
            PowerOff = map.Optional("end", End, false),
            Location = key,
        };
        map.Close();
        return kickstart;
    }

    private static KickstartVariant Variant(YamlNode node)
    {
        var name = Value.Text(node);
        IReadOnlyList<string> names = [.. KickstartDefinition.Variants.Keys];
        return KickstartDefinition.Variants.TryGetValue(name, out var variant)
            ? variant
            : throw node.Reject($"there is no variant `{YamlScalar.Excerpt(name)}`", $"{Spelling.DidYouMean(name, names)}The variants are {Spelling.Listed(names)}.");
    }

    private static bool End(YamlNode node) => Value.Text(node) switch
    {
        "reboot" => false,
        "poweroff" => true,
        _ => throw node.Expected("`reboot` or `poweroff`", "Write what the machine does when it is installed."),
    };

    private static string Url(YamlNode node) => KickstartDefinition.IsContentUrl(Value.Text(node))
        ? Value.Text(node)
        : throw node.Reject("it is not the URL of a content server", "Write `http://HOST:PORT/PATH`, or `https`, without a user name.");

    private KickstartDisk Disk(YamlNode node)
    {
        var map = Map(node, $"the disk of guest `{guest}`");
        var size = Value.Size(ByteSize.FromMiB(64), ByteSize.FromTiB(16));
        var disk = new KickstartDisk
        {
            Device = map.Optional("device", Value.Matching(Grammar.Disk, "a disk", "Write its name below /dev, as in `vda` or `disk/by-id/NAME`."), null),
            Lvm = map.Optional("layout", Lvm, false),
            Root = map.Optional<ByteSize?>("root", value => Value.Size(ByteSize.FromGiB(2), ByteSize.FromTiB(16))(value), null),
            Swap = map.Optional<ByteSize?>("swap", value => size(value), null),
        };
        map.Close();
        return disk;
    }

    private static bool Lvm(YamlNode node) => Value.Text(node) switch
    {
        "plain" => false,
        "lvm" => true,
        _ => throw node.Expected("`plain` or `lvm`", "Write `plain` for partitions, `lvm` for logical volumes."),
    };

    private KickstartNetwork Network(YamlNode node)
    {
        var map = Map(node, $"the network of guest `{guest}`");
        var (address, prefix) = map.Optional<(string? Address, int Prefix)>("address", value => Prefixed(value), default);
        var network = new KickstartNetwork
        {
            Device = map.Optional("device", _device, KickstartNetwork.DefaultDevice),
            Bridge = map.Optional("bridge", _device, null),
            Address = address,
            Prefix = prefix,
            Gateway = map.Optional("gateway", Address, null),
            Nameservers = map.Set("nameservers", Address, server => server),
        };
        foreach (var key in _besideAddress.Where(key => map.Has(key) && !map.Has("address")))
        {
            map.Report(key, map.Where(key), "without an `address` DHCP tells it", "Remove it, or add `address: ADDRESS/PREFIX`.");
        }

        if (map.Has("bridge") && !map.Has("device"))
        {
            map.Report("bridge", map.Where("bridge"), "it needs the interface that it is made over", "Add `device: enp1s0`, say.");
        }

        map.Close();
        return network;
    }

    private KickstartUser User(YamlEntry entry)
    {
        var name = Value.User(entry.Key);
        if (name == "root")
        {
            throw entry.Key.Reject("root is there already", "Set `root-password`, or name another user.");
        }

        var map = Map(entry.Value, $"user `{name}` of guest `{guest}`", entry.Key.Location);
        var user = new KickstartUser
        {
            Name = name,
            Groups = map.Has("groups") ? map.Set("groups", Value.User, group => group) : KickstartUser.DefaultGroups,
            Password = map.Optional("password", Password, null),
            Keys = map.Set("keys", Value.Matching(Grammar.PublicKey, "a public key", "Write the line of a `.pub` file, as in `ssh-ed25519 AAAA… me`."), key => key),
        };
        map.Close();
        return user;
    }

    private static string Password(YamlNode node) => PasswordHash.IsSafe(Value.Text(node))
        ? Value.Text(node)
        : throw node.Reject("it is not a hash by sha512crypt or yescrypt, and no password stands in a lab in plain text", PasswordHash.Advice);

    private KickstartKeepalived Keepalived(YamlNode node, KickstartNetwork network)
    {
        var map = Map(node, $"keepalived of guest `{guest}`");
        var (address, prefix) = map.Required("address", Prefixed, "address: 192.0.2.100/24");
        var carrier = network.Bridge ?? network.Device;
        if (carrier == KickstartNetwork.DefaultDevice)
        {
            map.Require("device", "device: enp1s0", ", and `network` names none either");
        }

        var keepalived = new KickstartKeepalived(
            address ?? string.Empty,
            prefix,
            map.Optional("device", _device, carrier),
            map.Optional("router", Value.Integer(1, 255), 51),
            map.Optional("priority", Value.Integer(1, 254), 100));
        map.Close();
        return keepalived;
    }

    private IReadOnlyList<KickstartCheck> Checks(YamlNode node)
    {
        var map = Map(node, $"greenboot of guest `{guest}`");
        IReadOnlyList<KickstartCheck> checks = [.. map.Named("required", entry => Check(entry, required: true)), .. map.Named("wanted", entry => Check(entry, required: false))];
        map.RequireAnyOf("required", "wanted");
        map.Close();
        return checks;
    }

    private static KickstartCheck Check(YamlEntry entry, bool required) =>
        new(Value.Matching(Grammar.ScriptName, "a script's file name", "Take letters, digits, `.`, `_` and `-`, as in `10_web.sh`.")(entry.Key), required, Script(entry.Value));

    // In a kickstart a section ends, or another begins, wherever a line says so, be it within a script.
    private static string Script(YamlNode node)
    {
        var text = Value.Text(node);
        var mark = Grammar.KickstartMark.Match(text);
        return !mark.Success
            ? text.TrimEnd('\n') + "\n"
            : throw node.Reject($"a line of it begins with `{mark.Groups["mark"].Value}`, which means something else in a kickstart", "Begin the line with another word.");
    }

    private (IReadOnlyList<string> First, IReadOnlyList<string> Second) Pair(YamlNode node, string what, string first, string second, Func<YamlNode, string> read, Func<YamlNode, string>? readSecond = null)
    {
        var map = Map(node, $"the {what} of guest `{guest}`");
        var pair = (map.Set(first, read, name => name), map.Set(second, readSecond ?? read, name => name));
        map.Close();
        return pair;
    }

    private static string Port(YamlNode node)
    {
        var match = Grammar.FirewallPort.Match(Value.Text(node));
        return match.Success && int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture) is > 0 and < 65536
            ? $"{match.Groups["port"].Value}:{(match.Groups["protocol"] is { Success: true, Value: var protocol } ? protocol : "tcp")}"
            : throw node.Expected("a port, with or without a protocol", "Write `8080`, or `8080/udp`.");
    }

    private static string Address(YamlNode node) => Value.Address(node).ToString();

    private static (string? Address, int Prefix) Prefixed(YamlNode node) =>
        Value.Text(node).Split('/') is [var address, var bits] && Value.IsAddress(address) && int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) && prefix is > 0 and < 32
            ? (address, prefix)
            : throw node.Expected("an IPv4 address and the length of its prefix", "Write it as in `192.0.2.10/24`.");

    private YamlMap Map(YamlNode node, string what, SourceLocation? owner = null) => new(node, what, owner ?? node.Location, problems);
}
