using Lab.Definitions;
using Lab.Execution;
using Lab.State;
using Lab.Templates;

namespace Lab.Media;

/// <summary>What a guest is told at its first boot.</summary>
/// <param name="Lab">The lab's name.</param>
/// <param name="Guest">The guest's name; its host name.</param>
/// <param name="User">The login user.</param>
/// <param name="AuthorizedKey">The public key that gets in, as root and as the user.</param>
/// <param name="HostKey">The guest's private SSH host key.</param>
/// <param name="PublicHostKey">Its public half.</param>
/// <param name="Network">The guest's address and the one host it may reach.</param>
/// <param name="Content">Where updates come from, or null for none.</param>
public sealed record Seed(string Lab, string Guest, string User, string AuthorizedKey, string HostKey, string PublicHostKey, SeedNetwork Network, SeedRemote? Content);

/// <summary>A guest's network.</summary>
/// <param name="Mac">The interface's hardware address.</param>
/// <param name="Address">Address and prefix length, such as 10.0.2.15/24.</param>
/// <param name="HostAddress">The address at which the guest finds this host's loopback.</param>
/// <param name="Via">An address in the guest's own subnet through which <paramref name="HostAddress"/> is reached.</param>
public sealed record SeedNetwork(string Mac, string Address, string HostAddress, string Via)
{
    /// <summary>Its further interfaces, on segments of its lab.</summary>
    public IReadOnlyList<SeedSegment> Segments { get; init; } = [];

    /// <summary>The names that it knows, in the format of hosts(5); empty leaves its own file as it is.</summary>
    public string Hosts { get; init; } = string.Empty;
}

/// <summary>A guest's interface on a segment.</summary>
/// <param name="Name">The segment's name, which is the interface's in the guest.</param>
/// <param name="Mac">The hardware address.</param>
/// <param name="Address">Address and prefix length.</param>
/// <param name="Gateway">The guest's default route, and its name server; null for neither.</param>
public sealed record SeedSegment(string Name, string Mac, string Address, string? Gateway = null)
{
    /// <summary>What names the interface: systemd.link(5).</summary>
    internal string Link => $"[Match]\nMACAddress={Mac}\n\n[Link]\nName={Name}\n";
}

/// <summary>An OSTree remote.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Its address, as the guest sees it.</param>
/// <param name="PublicKey">The key that its commits are signed with, armoured.</param>
public sealed record SeedRemote(string Name, string Url, string PublicKey)
{
    /// <summary>Where a host keeps the key.</summary>
    internal string KeyFile => $"/etc/ostree/{Name}.gpg";

    /// <summary>Where a host's configuration of the remote is.</summary>
    internal string ConfigFile => $"/etc/ostree/remotes.d/{Name}.conf";

    /// <summary>The configuration: ostree.repo-config(5), [remote "name"].</summary>
    internal string Config => $"[remote \"{Name}\"]\nurl={Url}\ngpg-verify=true\ngpg-verify-summary=true\ngpgkeypath={KeyFile}\n";
}

/// <summary>
/// NoCloud seed images: an ISO 9660 volume named <c>cidata</c> with user-data, meta-data and network-config (cloud-init's
/// documentation, "NoCloud"). The same seed gives the same bytes.
/// </summary>
public static class SeedIso
{
    /// <summary>The volume's name, by which cloud-init finds it.</summary>
    public const string VolumeId = "cidata";

    // The only time in the image, so that it says nothing about when it was made.
    private const string Epoch = "2000010100000000";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The files of a seed by name.</summary>
    public static IReadOnlyDictionary<string, string> Render(Seed seed)
    {
        var userData = Template.Render("user-data", new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["lab"] = seed.Lab,
            ["guest"] = seed.Guest,
            ["user"] = seed.User,
            ["hostKey"] = seed.HostKey,
            ["publicHostKey"] = seed.PublicHostKey,
            ["authorizedKey"] = seed.AuthorizedKey,
            ["writesFiles"] = seed.Content is not null || seed.Network.Hosts.Length > 0,
            ["hosts"] = seed.Network.Hosts,
            ["segments"] = seed.Network.Segments.Select(segment => new { name = segment.Name, link = segment.Link }).ToList(),
            ["remoteUrl"] = seed.Content?.Url ?? string.Empty,
            ["remoteConfigFile"] = seed.Content?.ConfigFile ?? string.Empty,
            ["remoteKeyFile"] = seed.Content?.KeyFile ?? string.Empty,
            ["remoteKey"] = seed.Content?.PublicKey ?? string.Empty,
            ["remoteConfig"] = seed.Content?.Config ?? string.Empty,
        });
        var network = Template.Render("network-config", new
        {
            mac = seed.Network.Mac,
            address = seed.Network.Address,
            hostRoute = seed.Network.HostAddress + "/32",
            via = seed.Network.Via,
            segments = seed.Network.Segments,
        });
        // cloud-init applies a seed once per instance id: another seed must be another instance.
        var instance = ContentDigest.OfText(userData + network)[..16];
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["user-data"] = userData,
            ["meta-data"] = Template.Render("meta-data", new { instanceId = $"{seed.Lab}-{seed.Guest}-{instance}", guest = seed.Guest }),
            ["network-config"] = network,
        };
    }

    /// <summary>Writes a seed image, readable by its owner only: it holds the guest's host key.</summary>
    /// <param name="seed">What goes in.</param>
    /// <param name="file">The image; replaced where it is there.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="HostCommandFailedException">xorriso failed.</exception>
    public static async Task WriteAsync(Seed seed, string file, CancellationToken cancellation = default)
    {
        var work = file + ".d";
        if (Directory.Exists(work))
        {
            // What a kill left behind would go into the image.
            Directory.Delete(work, recursive: true);
        }

        Directory.CreateDirectory(work, Owner | UnixFileMode.UserExecute);
        try
        {
            foreach (var (name, text) in Render(seed))
            {
                await WholeFile.WriteAsync(Path.Combine(work, name), text, cancellation: cancellation);
            }

            await WholeFile.MakeAsync(file, async partial =>
            {
                // xorriso fills a file that is there, so that nobody else can read it meanwhile either.
                await WholeFile.WriteAsync(partial, string.Empty, Owner, cancellation);
                await new Command(
                    "xorriso", "-as", "mkisofs", "-quiet", "-volid", VolumeId, "-joliet", "-rock",
                    $"--modification-date={Epoch}", "--set_all_file_dates", Epoch, "-uid", "0", "-gid", "0", "-file-mode", "0600", "-dir-mode", "0700",
                    "-output", partial, work).SucceedAsync(cancellation);
            });
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
