using System.Net;
using Lab.Definitions;
using Lab.Images;
using Lab.Templates;

namespace Lab.Media.Kickstart;

/// <summary>Writes a guest's kickstart from what its lab says. The templates are the files in <c>kickstart/</c>.</summary>
public static class KickstartTemplate
{
    private const string Serial = "console=tty0 console=ttyS0,115200";

    // Room for a small host where the root file system may grow.
    private static readonly ByteSize _leastRoot = ByteSize.FromGiB(3);

    /// <summary>Whether a variant pulls the guest's tree from the content server, rather than anything else from elsewhere.</summary>
    public static bool InstallsTree(KickstartVariant variant) => variant is KickstartVariant.OstreeRhel8 or KickstartVariant.OstreeRhel9;

    /// <summary>Sees whether a guest says all that a variant needs.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="variant">How to install it.</param>
    /// <param name="url">Where the content is; null takes the guest's.</param>
    /// <exception cref="DefinitionException">Something is missing.</exception>
    public static void Require(GuestDefinition guest, KickstartVariant variant, string? url)
    {
        if (guest.Tree is null)
        {
            throw new DefinitionException(new Diagnostic(guest.Image?.Location ?? guest.Location, $"Guest {guest.Name} begins on an image, so there is no tree that an installer could install", "Give it a `tree` instead of its `image`."));
        }

        var kickstart = Of(guest);
        switch (variant)
        {
            case KickstartVariant.ContainerRhel10 or KickstartVariant.ContainerFedora when kickstart.Image is null:
                throw Lacking(guest, variant, "image", "quay.io/centos-bootc/centos-bootc:stream10");
            case KickstartVariant.Packages when (url ?? kickstart.Url) is null:
                throw Lacking(guest, variant, "url", "http://192.0.2.1/rhel-9/BaseOS/x86_64/os");
            default:
                break;
        }
    }

    /// <summary>Renders a kickstart, and checks it as any other.</summary>
    /// <param name="lab">The lab's name.</param>
    /// <param name="guest">The guest; without a kickstart of its own, the defaults hold.</param>
    /// <param name="variant">How to install it.</param>
    /// <param name="url">Where the content is, if not where the guest's kickstart or <paramref name="content"/> says.</param>
    /// <param name="authorizedKey">The public key that gets in as root and as the guest's user.</param>
    /// <param name="content">The lab's content server, and the key that its commits are signed with; null where the variant installs no tree.</param>
    /// <exception cref="DefinitionException">The variant needs something that the guest does not say.</exception>
    public static KickstartFile Render(string lab, GuestDefinition guest, KickstartVariant variant, string? url, string authorizedKey, SeedRemote? content)
    {
        Require(guest, variant, url);
        var kickstart = Of(guest);
        var source = url ?? kickstart.Url ?? content?.Url ?? string.Empty;
        var file = $"kickstart/{NameOf(variant)}.ks";
        var model = Model(lab, guest, kickstart, authorizedKey, source);
        var remote = content is null ? null : content with { Url = source };
        model["rootType"] = InstallsTree(variant) ? null : "xfs";
        model["kernelArguments"] = InstallsTree(variant) ? TreeArguments(guest.Tree!) : Serial;
        model["trustFile"] = remote is null ? null : $"/usr/share/ostree/trusted.gpg.d/{remote.Name}.gpg";
        model["trustedKey"] = remote is null ? null : Line(Binary(remote.PublicKey));
        model["remote"] = remote?.Name;
        model["remoteKey"] = remote is null ? null : Line(remote.PublicKey);
        model["remoteKeyFile"] = remote?.KeyFile;
        model["remoteConfig"] = remote?.Config;
        model["remoteConfigFile"] = remote?.ConfigFile;
        return KickstartFile.Parse(Template.Render(file, model), file, VersionOf(variant));
    }

    /// <summary>What a guest's kickstart says, or the defaults.</summary>
    public static KickstartDefinition Of(GuestDefinition guest) => guest.Kickstart ?? new KickstartDefinition { Location = guest.Location };

    /// <summary>Whose installer a variant is written for.</summary>
    public static KickstartVersion VersionOf(KickstartVariant variant) => variant switch
    {
        KickstartVariant.OstreeRhel8 => KickstartVersion.Rhel8,
        KickstartVariant.ContainerRhel10 => KickstartVersion.Rhel10,
        KickstartVariant.ContainerFedora => KickstartVersion.Fedora,
        _ => KickstartVersion.Rhel9,
    };

    // The root file system is the installer's to name.
    private static string TreeArguments(TreeDefinition tree) =>
        string.Join(' ', tree.AllKernelArguments.Where(argument => argument is not ("rw" or "ro") && !argument.StartsWith("root=", StringComparison.Ordinal))) is { Length: > 0 } own ? own : Serial;

    // RFC 9580, 6.2: what stands between the blank line and the checksum is the key in base64. ostree's keyrings are binary.
    private static string Binary(string armoured) =>
        string.Join('\n', armoured.ReplaceLineEndings("\n").Split('\n').SkipWhile(line => line.Length > 0).TakeWhile(line => !line.StartsWith("-----END", StringComparison.Ordinal)).Where(line => line.Length > 0 && line[0] != '='));

    private static string NameOf(KickstartVariant variant) => KickstartDefinition.Variants.First(named => named.Value == variant).Key;

    private static DefinitionException Lacking(GuestDefinition guest, KickstartVariant variant, string key, string example) =>
        new(new Diagnostic(Of(guest).Location, $"the kickstart of guest `{guest.Name}` has no `{key}`, which the variant `{NameOf(variant)}` needs", $"Add `{key}: {example}`, say."));

    private static Dictionary<string, object?> Model(string lab, GuestDefinition guest, KickstartDefinition kickstart, string authorizedKey, string url)
    {
        var users = Users(guest, kickstart, authorizedKey);
        IReadOnlyList<string> sudoers = [.. users.Where(user => user.Password is null && user.Groups.Contains("wheel", StringComparer.Ordinal)).Select(user => user.Name)];
        IReadOnlyList<string> needed = [.. Needed(kickstart)];
        var (disk, network) = (kickstart.Disk, kickstart.Network);
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["lab"] = lab,
            ["guest"] = guest.Name,
            ["language"] = kickstart.Language,
            ["keyboard"] = kickstart.Keyboard,
            ["timezone"] = kickstart.Timezone,
            ["disk"] = disk.Device,
            ["lvm"] = disk.Lvm,
            ["root"] = MiB(disk.Root ?? _leastRoot),
            ["grow"] = disk.Root is null,
            ["swap"] = disk.Swap is { } swap ? MiB(swap) : null,
            ["device"] = network.Bridge ?? network.Device,
            ["slave"] = network.Bridge is null ? null : network.Device,
            ["address"] = network.Address,
            ["netmask"] = new IPAddress((uint)IPAddress.HostToNetworkOrder((int)(uint.MaxValue << (32 - network.Prefix)))).ToString(),
            ["gateway"] = network.Gateway,
            ["nameservers"] = string.Join(',', network.Nameservers),
            ["rootPassword"] = kickstart.RootPassword,
            ["users"] = users.Select(user => new { name = user.Name, groups = string.Join(',', user.Groups), password = user.Password }).ToList(),
            ["keys"] = users.SelectMany(user => user.Keys.Select(key => new { user = user.Name, key })).Prepend(new { user = "root", key = authorizedKey }).ToList(),
            ["openServices"] = string.Join(',', kickstart.OpenServices.Prepend("ssh").Distinct(StringComparer.Ordinal)),
            ["openPorts"] = string.Join(',', kickstart.OpenPorts),
            ["enabledServices"] = string.Join(',', kickstart.EnabledServices.Prepend("sshd").Concat(kickstart.Keepalived is null ? [] : ["keepalived"]).Distinct(StringComparer.Ordinal)),
            ["disabledServices"] = string.Join(',', kickstart.DisabledServices),
            ["osname"] = ImageBuilder.StateRoot,
            ["url"] = url,
            ["ref"] = guest.Tree?.Ref ?? string.Empty,
            ["image"] = kickstart.Image ?? string.Empty,
            ["packages"] = (kickstart.Packages.Count == 0 ? ["@^minimal-environment"] : kickstart.Packages).Concat(needed.Except(kickstart.Packages, StringComparer.Ordinal)).ToList(),
            ["powerOff"] = kickstart.PowerOff,
            ["pre"] = kickstart.Pre,
            ["post"] = kickstart.Post,
            ["setup"] = sudoers.Count > 0 || needed.Count > 0,
            ["sudoers"] = sudoers,
            ["keepalived"] = kickstart.Keepalived is { } shared ? new { device = shared.Device, router = shared.Router, priority = shared.Priority, address = $"{shared.Address}/{shared.Prefix}" } : null,
            ["checks"] = kickstart.Checks.Select(check => new { file = $"/etc/greenboot/check/{(check.Required ? "required" : "wanted")}.d/{check.Name}", script = check.Script }).ToList(),
        };
    }

    // The guest's own user is always there, and the lab's key lets it in as it does for seeded guests.
    private static IReadOnlyList<KickstartUser> Users(GuestDefinition guest, KickstartDefinition kickstart, string authorizedKey)
    {
        if (guest.User == "root")
        {
            return kickstart.Users;
        }

        var own = kickstart.Users.FirstOrDefault(user => user.Name == guest.User) ?? new KickstartUser { Name = guest.User };
        return [own with { Keys = [.. own.Keys.Append(authorizedKey).Distinct(StringComparer.Ordinal)] }, .. kickstart.Users.Where(user => user.Name != guest.User)];
    }

    private static IEnumerable<string> Needed(KickstartDefinition kickstart)
    {
        if (kickstart.Keepalived is not null)
        {
            yield return "keepalived";
        }

        if (kickstart.Checks.Count > 0)
        {
            yield return "greenboot";
        }
    }

    private static string Line(string text) => text.TrimEnd('\n') + "\n";

    private static long MiB(ByteSize size) => (size.Bytes + ByteSize.FromMiB(1).Bytes - 1) / ByteSize.FromMiB(1).Bytes;
}
