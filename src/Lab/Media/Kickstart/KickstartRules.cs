using Lab.Definitions;
using Lab.Definitions.Yaml;

namespace Lab.Media.Kickstart;

/// <summary>What must hold between commands, and for what an option means.</summary>
internal static class KickstartRules
{
    private static readonly string[] _layout = ["part", "partition", "raid", "volgroup", "logvol", "btrfs", "mount", "reqpart"];
    private static readonly string[] _mounting = ["part", "partition", "raid", "logvol", "btrfs"];

    private static readonly string[] _address = ["--ip", "--netmask"];

    // Options, and what they need beside them.
    private static readonly (string Command, string Option, string Needs)[] _dependent =
    [
        ("network", "--bridgeopts", "--bridgeslaves"), ("network", "--bondopts", "--bondslaves"), ("network", "--teamconfig", "--teamslaves"),
        ("network", "--bridgeslaves", "--device"), ("network", "--bondslaves", "--device"), ("network", "--teamslaves", "--device"), ("network", "--vlanid", "--device"),
        ("logvol", "--thin", "--poolname"), ("logvol", "--chunksize", "--thinpool"), ("logvol", "--metadatasize", "--thinpool"), ("logvol", "--cachepvs", "--cachesize"),
        ("logvol", "--resize", "--useexisting"), ("logvol", "--resize", "--size"), ("part", "--resize", "--onpart"), ("part", "--resize", "--size"),
    ];

    // libostree knows others, and the installer does not.
    private static readonly string[] _schemes = ["http:", "https:", "file:"];

    /// <summary>Reports what does not go together.</summary>
    public static void Check(IReadOnlyList<KickstartCommand> commands, KickstartSyntax syntax, Problems problems)
    {
        CheckRepetitions(commands, syntax, problems);
        CheckLayout(commands, problems);
        foreach (var command in commands)
        {
            CheckPassword(command, problems);
            CheckNetwork(command, problems);
            CheckDevices(command, problems);
            CheckSource(command, problems);
            foreach (var (_, needy, needed) in _dependent.Where(rule => rule.Command == Canonical(command.Name) && command.Has(rule.Option) && !command.Has(rule.Needs)))
            {
                problems.Add(command.Location, $"`{needy}` of `{command.Name}` means nothing without `{needed}`", $"Add `{needed}{(syntax.Find(command.Name)!.Options!.First(option => option.Names[0] == needed).Value == OptionValue.None ? string.Empty : "=VALUE")}`.");
            }
        }
    }

    private static void CheckRepetitions(IReadOnlyList<KickstartCommand> commands, KickstartSyntax syntax, Problems problems)
    {
        var seen = new Dictionary<string, KickstartCommand>(StringComparer.Ordinal);
        foreach (var command in commands)
        {
            var known = syntax.Find(command.Name)!;
            var identity = known.Identity switch
            {
                null => string.Empty,
                "0" => command.Arguments is [var first, ..] ? first : null,
                var option => command[option],
            };
            var key = known.Repeats && known.Identity is null ? null : known.Rivals ?? $"{Canonical(command.Name)} {identity}";
            if (identity is null || key is null || seen.TryAdd(key, command))
            {
                continue;
            }

            var earlier = seen[key];
            var line = $"in line {earlier.Location.Line}";
            if (earlier.Name != command.Name && known.Rivals is not null)
            {
                problems.Add(command.Location, $"`{command.Name}` cannot be given together with `{earlier.Name}` {line}", "Remove one of the two.");
            }
            else if (known.Identity is null)
            {
                problems.Add(command.Location, $"`{command.Name}` is given twice, first {line}", "Make one line of the two: the last would win.");
            }
            else
            {
                problems.Add(command.Location, $"`{command.Name}` is given twice for `{YamlScalar.Excerpt(identity)}`, first {line}", "Make one line of the two, or give another name.");
            }
        }
    }

    private static void CheckLayout(IReadOnlyList<KickstartCommand> commands, Problems problems)
    {
        if (commands.FirstOrDefault(command => command.Name == "autopart") is { } automatic)
        {
            foreach (var other in commands.Where(command => _layout.Contains(command.Name, StringComparer.Ordinal)))
            {
                problems.Add(other.Location, $"`{other.Name}` cannot be given together with `autopart` in line {automatic.Location.Line}", "Remove one of the two.");
            }
        }

        var mounts = commands.Where(command => _mounting.Contains(command.Name, StringComparer.Ordinal) && command.Arguments is [['/', ..], ..]);
        foreach (var same in mounts.GroupBy(command => command.Arguments[0], StringComparer.Ordinal))
        {
            foreach (var surplus in same.Skip(1))
            {
                problems.Add(surplus.Location, $"`{YamlScalar.Excerpt(same.Key)}` is mounted in line {same.First().Location.Line} already", "Give one of the two another mount point.");
            }
        }
    }

    // Nothing here may repeat the password: what is said ends in logs.
    private static void CheckPassword(KickstartCommand command, Problems problems)
    {
        var password = command.Name switch
        {
            "rootpw" or "sshpw" when !command.Has("--sshkey") => command.Arguments is [var argument, ..] ? argument : null,
            "user" or "bootloader" => command["--password"],
            _ => null,
        };
        if (password is null)
        {
            if (command.Name == "rootpw" && !command.Has("--lock"))
            {
                problems.Add(command.Location, "`rootpw` has neither a password nor `--lock`", $"Add `--lock`, or `--iscrypted` and a hash. {PasswordHash.Advice}");
            }

            return;
        }

        var (isHash, advice) = command.Name == "bootloader"
            ? (password.StartsWith("grub.pbkdf2.", StringComparison.Ordinal), "Make a hash with `grub2-mkpasswd-pbkdf2`.")
            : (PasswordHash.IsPlausible(password), PasswordHash.Advice);
        if (!command.Has("--iscrypted"))
        {
            problems.Add(command.Location, $"`{command.Name}` holds a password in plain text", $"Give its hash with `--iscrypted`. {advice}");
        }
        else if (!isHash)
        {
            problems.Add(command.Location, $"`--iscrypted` of `{command.Name}` promises a hash, and the password is none", advice);
        }
    }

    private static void CheckNetwork(KickstartCommand command, Problems problems)
    {
        if (command.Name != "network")
        {
            return;
        }

        if (command["--bootproto"] is { } protocol && protocol.Equals("static", StringComparison.OrdinalIgnoreCase) && !command.Has("--noipv4"))
        {
            foreach (var missing in _address.Where(option => !command.Has(option)))
            {
                problems.Add(command.Location, $"`network` is static and has no `{missing}`", $"Add `{missing}=VALUE`, or take `--bootproto=dhcp`.");
            }
        }
    }

    private static void CheckDevices(KickstartCommand command, Problems problems)
    {
        var there = command.Has("--useexisting") || command.Has("--noformat");
        if (command.Name == "volgroup" && !there && command.Arguments.Count == 1)
        {
            problems.Add(command.Location, "`volgroup` has no partitions", "Name the physical volumes after it, as `pv.01`, or add `--useexisting`.");
        }
        else if (command.Name == "raid" && !there && !command.Has("--level"))
        {
            problems.Add(command.Location, "`raid` has no `--level`", "Add `--level=VALUE`, or `--useexisting`.");
        }
    }

    // An address may hold a password.
    private static void CheckSource(KickstartCommand command, Problems problems)
    {
        if (command.Name == "ostreesetup" && command["--url"] is { Length: > 0 } url && !_schemes.Any(scheme => url.StartsWith(scheme, StringComparison.Ordinal)))
        {
            problems.Add(command.Options.Last(option => option.Name == "--url").Location, "`--url` of `ostreesetup` is no address of a repository", "Write `http://`, `https://` or `file://` before it.");
        }
        else if (command.Name == "keyboard" && command.Arguments.Count == 0 && !command.Has("--vckeymap") && !command.Has("--xlayouts"))
        {
            problems.Add(command.Location, "`keyboard` names no keyboard", "Add `--vckeymap=VALUE`.");
        }
    }

    private static string Canonical(string name) => name switch
    {
        "authconfig" => "auth",
        "partition" => "part",
        _ => name,
    };
}
