using System.Text;
using Lab.Definitions;

namespace Lab.Media;

/// <summary>
/// A seed as systemd takes it by itself (systemd.system-credentials(7), from version 257 on all of it): credentials that a virtual machine's
/// firmware hands over. They are there at every boot and make what is missing then; what somebody changed on the guest stays, but for its
/// host name and /etc/hosts.
/// </summary>
/// <param name="Open">What anybody may know, by credential: name, user, network.</param>
/// <param name="Files">The credential <see cref="FilesName"/>: the files, in the format of tmpfiles.d(5). It holds the guest's private host key.</param>
public sealed record SeedCredentials(IReadOnlyDictionary<string, string> Open, string Files)
{
    /// <summary>The name of the credential that makes files.</summary>
    public const string FilesName = "tmpfiles.extra";

    /// <summary>The name of the file in QEMU's firmware configuration where systemd looks for that credential.</summary>
    public const string FirmwareFile = $"opt/io.systemd.credentials/{FilesName}";

    // The first that Debian and Fedora give to people.
    private const int FirstUid = 1000;

    /// <summary>The open ones as the vendor strings of a machine's SMBIOS (type 11) where systemd looks for them.</summary>
    public IEnumerable<string> VendorStrings => Open.Select(credential => $"io.systemd.credential.binary:{credential.Key}={Base64(credential.Value)}");

    /// <summary>The credentials of a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="home">The login user's home folder on the guest, with no link in its path.</param>
    public static SeedCredentials Of(Seed seed, string home) => new(Settings(seed, home), string.Concat(Lines(seed, home).Select(line => line + "\n")));

    private static SortedDictionary<string, string> Settings(Seed seed, string home)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["system.hostname"] = seed.Guest,
            ["ssh.authorized_keys.root"] = seed.AuthorizedKey + "\n",
            ["sysusers.extra"] = $"u {seed.User} {FirstUid} - {home} {TreeUser.DefaultShell}\n",
            ["network.network.10-lab0"] = Network(seed.Network.Mac, seed.Network.Address) + $"\n[Route]\nDestination={seed.Network.HostAddress}/32\nGateway={seed.Network.Via}\n",
        };
        foreach (var segment in seed.Network.Segments)
        {
            settings[$"network.link.10-lab-{segment.Name}"] = segment.Link;
            settings[$"network.network.10-lab-{segment.Name}"] =
                Network(segment.Mac, segment.Address) + (segment.Gateway is { } gateway ? $"Gateway={gateway}\nDNS={gateway}\n" : string.Empty) + "\n[Link]\nRequiredForOnline=no\n";
        }

        return settings;
    }

    // systemd.network(5). Closed but for what the lab asks for.
    private static string Network(string mac, string address) =>
        $"[Match]\nMACAddress={mac}\n\n[Network]\nAddress={address}\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n";

    private static IEnumerable<string> Lines(Seed seed, string home)
    {
        yield return File("/etc/hostname", "0644", "root", seed.Guest + "\n");
        yield return Folder(home, seed.User);
        yield return Folder(home + "/.ssh", seed.User);
        yield return File($"{home}/.ssh/authorized_keys", "0600", seed.User, seed.AuthorizedKey + "\n");
        yield return File($"/etc/sudoers.d/90-lab-{seed.User}", "0440", "root", $"{seed.User} ALL=(ALL) NOPASSWD:ALL\n");
        yield return File("/etc/ssh/ssh_host_ed25519_key", "0600", "root", seed.HostKey);
        yield return File("/etc/ssh/ssh_host_ed25519_key.pub", "0644", "root", seed.PublicHostKey + "\n");
        if (seed.Network.Hosts.Length > 0)
        {
            // Trees bring one of their own.
            yield return File("/etc/hosts", "0644", "root", seed.Network.Hosts, type: "f+~");
        }

        if (seed.Content is { } content)
        {
            yield return File(content.ConfigFile, "0644", "root", content.Config);
            yield return File(content.KeyFile, "0644", "root", content.PublicKey);
        }
    }

    // A colon: only where it is made, not where it is there. In base64, where neither escapes nor specifiers mean anything.
    private static string File(string path, string mode, string owner, string content, string type = "f~") =>
        $"{type} {path} :{mode} :{owner} :{owner} - {Base64(content)}";

    private static string Folder(string path, string owner) => $"d {path} :0700 :{owner} :{owner} -";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
