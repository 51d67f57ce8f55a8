using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Media.Kickstart;

namespace Lab.Installer;

/// <summary>An account.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Password">The hash of its password; null leaves it locked.</param>
/// <param name="Groups">The groups that it is in; made where they are not there.</param>
/// <param name="Uid">Its number; null takes the next.</param>
/// <param name="Shell">Its shell; null takes the tree's default.</param>
/// <param name="Home">Its home folder; null takes the tree's default.</param>
/// <param name="Comment">Its comment field; null leaves it empty.</param>
internal sealed record Account(string Name, string? Password, IReadOnlyList<string> Groups, string? Uid = null, string? Shell = null, string? Home = null, string? Comment = null);

/// <summary>The network of the installer, and of the host afterwards.</summary>
/// <param name="Device">The interface, by its name or hardware address; <c>link</c> is the first one.</param>
/// <param name="Bridge">The bridge that it becomes part of, and which has the address then; null for none.</param>
/// <param name="Address">A fixed address with its prefix; null asks by DHCP.</param>
/// <param name="Gateway">The way out, where the address is fixed.</param>
/// <param name="NameServers">The name servers, where the address is fixed.</param>
internal sealed record NetworkPlan(string Device, string? Bridge, string? Address, string? Gateway, IReadOnlyList<string> NameServers);

/// <summary>What a kickstart wants, as far as this installer can do it.</summary>
internal sealed record InstallPlan
{
    /// <summary>The disk that is erased; null where the machine must have just one.</summary>
    public string? Disk { get; init; }

    /// <summary>What becomes of it.</summary>
    public required DiskLayout Layout { get; init; }

    /// <summary>Kernel arguments besides those that name the root file system.</summary>
    public IReadOnlyList<string> KernelArguments { get; init; } = [];

    /// <summary>The stateroot, <c>ostreesetup --osname</c>.</summary>
    public required string StateRoot { get; init; }

    /// <summary>The remote's name.</summary>
    public required string Remote { get; init; }

    /// <summary>Where the tree is fetched from.</summary>
    public required string Url { get; init; }

    /// <summary>The tree's ref.</summary>
    public required string Ref { get; init; }

    /// <summary>Whether the tree's signature is verified.</summary>
    public required bool Verifies { get; init; }

    /// <summary>The network; null where the kickstart says nothing.</summary>
    public NetworkPlan? Network { get; init; }

    /// <summary>The host's name; null leaves it to the tree.</summary>
    public string? HostName { get; init; }

    /// <summary>The hash of root's password; null locks it.</summary>
    public string? RootPassword { get; init; }

    /// <summary>Groups, and their numbers where they are fixed.</summary>
    public IReadOnlyList<(string Name, string? Gid)> Groups { get; init; } = [];

    /// <summary>The users.</summary>
    public IReadOnlyList<Account> Users { get; init; } = [];

    /// <summary>Public keys that let somebody in.</summary>
    public IReadOnlyList<(string User, string Key)> Keys { get; init; } = [];

    /// <summary>Services that start.</summary>
    public IReadOnlyList<string> EnabledServices { get; init; } = [];

    /// <summary>Services that don't.</summary>
    public IReadOnlyList<string> DisabledServices { get; init; } = [];

    /// <summary>SELinux's mode; null leaves it to the tree.</summary>
    public string? SELinux { get; init; }

    /// <summary>Arguments for firewall-offline-cmd(1); null leaves the firewall to the tree.</summary>
    public IReadOnlyList<string>? Firewall { get; init; }

    /// <summary>The language, as <c>LANG</c> has it.</summary>
    public string? Language { get; init; }

    /// <summary>The console's keyboard.</summary>
    public string? Keyboard { get; init; }

    /// <summary>The time zone, as the files below /usr/share/zoneinfo are called.</summary>
    public string? TimeZone { get; init; }

    /// <summary><c>%pre</c>, in order.</summary>
    public IReadOnlyList<KickstartSection> Before { get; init; } = [];

    /// <summary><c>%post</c>, in order.</summary>
    public IReadOnlyList<KickstartSection> After { get; init; } = [];

    /// <summary>Whether the machine reboots at the end, rather than powers off.</summary>
    public bool Reboots { get; init; }

    /// <summary>Reads a kickstart for any of the versions whose language it is in.</summary>
    /// <param name="text">All of it.</param>
    /// <param name="file">What to call it when something is wrong.</param>
    /// <exception cref="DefinitionException">It is wrong, or wants what this installer does not do; all of that is in it.</exception>
    public static InstallPlan Read(string text, string file) => Of(Parse(text, file));

    /// <summary>What a kickstart wants.</summary>
    /// <exception cref="DefinitionException">Something that this installer does not do; all of that is in it.</exception>
    public static InstallPlan Of(KickstartFile kickstart)
    {
        var problems = new Problems(kickstart.File);
        Supported.Check(kickstart, problems);
        problems.ThrowIfAny();

        KickstartCommand? One(params string[] names) => kickstart.Commands.FirstOrDefault(command => names.Contains(command.Name, StringComparer.Ordinal));
        IEnumerable<KickstartCommand> All(string name) => kickstart.Commands.Where(command => command.Name == name);
        var source = One("ostreesetup")!;
        var network = All("network").FirstOrDefault(line => line.Has("--device") || line.Has("--bootproto") || line.Has("--ip"));
        var services = One("services");
        return new InstallPlan
        {
            Disk = One("ignoredisk")?["--only-use"] ?? kickstart.Commands.Select(command => command["--ondisk"]).FirstOrDefault(disk => disk is not null),
            Layout = DiskLayout.Of(kickstart),
            KernelArguments = Words(One("bootloader")?["--append"], ' '),
            StateRoot = source["--osname"]!,
            Remote = source["--remote"] ?? source["--osname"]!,
            Url = source["--url"]!,
            Ref = source["--ref"]!,
            Verifies = !source.Has("--nogpg"),
            Network = network is null ? null : NetworkOf(network),
            HostName = All("network").Select(line => line["--hostname"]).LastOrDefault(name => name is not null),
            RootPassword = One("rootpw") is { } root && !root.Has("--lock") ? root.Arguments[0] : null,
            Groups = [.. All("group").Select(group => (group["--name"]!, group["--gid"]))],
            Users = [.. All("user").Select(user => new Account(user["--name"]!, user.Has("--lock") ? null : user["--password"], Words(user["--groups"], ','), user["--uid"], user["--shell"], user["--homedir"], user["--gecos"]))],
            Keys = [.. All("sshkey").Select(key => (key["--username"]!, key.Arguments[0]))],
            EnabledServices = Words(services?["--enabled"], ','),
            DisabledServices = Words(services?["--disabled"], ','),
            SELinux = One("selinux")?.Options is [var mode, ..] ? mode.Name[2..] : null,
            Firewall = One("firewall") is { } firewall ? FirewallOf(firewall) : null,
            Language = One("lang")?.Arguments[0],
            Keyboard = One("keyboard") is { } keyboard ? keyboard["--vckeymap"] ?? First(keyboard) : null,
            TimeZone = One("timezone") is { } zone ? First(zone) : null,
            Before = [.. kickstart.Sections.Where(section => section.Name == "%pre")],
            After = [.. kickstart.Sections.Where(section => section.Name == "%post")],
            Reboots = One("reboot") is not null,
        };
    }

    // A kickstart does not say whose language it is in: the first that knows it is taken, and the newest one's complaint shown.
    private static KickstartFile Parse(string text, string file)
    {
        DefinitionException? wrong = null;
        foreach (var version in new[] { KickstartVersion.Rhel9, KickstartVersion.Rhel10, KickstartVersion.Fedora, KickstartVersion.Rhel8 })
        {
            try
            {
                return KickstartFile.Parse(text, file, version);
            }
            catch (DefinitionException failure)
            {
                wrong ??= failure;
            }
        }

        throw wrong!;
    }

    private static NetworkPlan NetworkOf(KickstartCommand line)
    {
        var bridged = line["--bridgeslaves"];
        return new NetworkPlan(
            bridged ?? line["--device"] ?? "link",
            bridged is null ? null : line["--device"],
            line["--ip"] is { } address ? $"{address}/{Supported.PrefixOf(line["--netmask"]!)}" : null,
            line["--gateway"],
            Words(line["--nameserver"], ','));
    }

    // As Anaconda calls it.
    private static IReadOnlyList<string> FirewallOf(KickstartCommand firewall) =>
    [
        firewall.Has("--disabled") ? "--disabled" : "--enabled",
        .. Words(firewall["--service"], ',').Select(service => $"--service={service}"),
        .. Words(firewall["--port"], ',').Select(port => port.Replace(':', '/')).Select(port => $"--port={(port.Contains('/', StringComparison.Ordinal) ? port : port + "/tcp")}"),
    ];

    private static string? First(KickstartCommand command) => command.Arguments is [var first, ..] ? first : null;

    private static string[] Words(string? text, char separator) => text?.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
