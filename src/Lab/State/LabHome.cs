using System.Security.Cryptography;
using System.Text;

namespace Lab.State;

/// <summary>
/// Where Lab keeps what it makes. Everything below <see cref="Root"/> but checkpoints that users named can be made again from the lab files;
/// what runs is found through the domains' own metadata, so losing this folder loses time, not track.
/// </summary>
/// <remarks>
/// Default: <c>/var/lib/lab</c> for root, <c>$XDG_DATA_HOME/lab</c> (<c>~/.local/share/lab</c>) for anyone else; <c>LAB_HOME</c> overrides both.
/// </remarks>
public sealed class LabHome
{
    /// <param name="root">The folder; made, with its parents, where it is not there.</param>
    /// <exception cref="HostException">It can't be made or written.</exception>
    public LabHome(string root)
    {
        Root = Path.GetFullPath(root);
        Key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)))[..8];
        Runtime = Path.Combine(RuntimeRoot(), Key);
        try
        {
            // QEMU runs as a user of its own where the daemon is privileged, and must pass through to reach its disks.
            Directory.CreateDirectory(Root, TraversableByAll);
            Directory.CreateDirectory(Path.GetDirectoryName(Runtime)!, Environment.IsPrivilegedProcess ? TraversableByAll : OwnerOnly);
            Directory.CreateDirectory(Runtime, Environment.IsPrivilegedProcess ? TraversableByAll : OwnerOnly);
            foreach (var folder in new[] { Trees, Images, Installers, Containers, Boxes, Labs, Checkpoints, Keys, Host, Locks })
            {
                Directory.CreateDirectory(folder, TraversableByAll);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The folder for Lab's data, {Root}, can't be used: {failure.Message}", "Set LAB_HOME to a folder you can write.", failure);
        }
    }

    /// <summary>The top folder, absolute.</summary>
    public string Root { get; }

    /// <summary>Eight hexadecimal digits that tell this home from others on the host; in domain names' metadata and runtime paths.</summary>
    public string Key { get; }

    /// <summary>Sockets and other things that must not outlive the host's boot. Short, because a socket's path holds 107 bytes at most (unix(7)).</summary>
    public string Runtime { get; }

    /// <summary>The OSTree repository of composed trees, and the key that signs them.</summary>
    public string Trees => Path.Combine(Root, "trees");

    /// <summary>Base disks by digest.</summary>
    public string Images => Path.Combine(Root, "images");

    /// <summary>What boxes were imported, by name; their disks are among the images.</summary>
    public string Boxes => Path.Combine(Root, "boxes");

    /// <summary>The base disk of a digest.</summary>
    internal string ImageFile(string digest) => Path.Combine(Images, $"{digest}.qcow2");

    /// <summary>Container images by digest.</summary>
    public string Containers => Path.Combine(Root, "containers");

    /// <summary>Installers' images by digest.</summary>
    public string Installers => Path.Combine(Root, "installers");

    /// <summary>One folder a lab that is up: overlays, seeds, consoles.</summary>
    public string Labs => Path.Combine(Root, "labs");

    /// <summary>Memory, disks and consoles of labs as they once were, by lab; they outlive the lab.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>One folder a lab with its SSH keys, which outlive it as its checkpoints do: those let nobody else in.</summary>
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>Facts measured about this host, and the private libvirt daemon's folders.</summary>
    public string Host => Path.Combine(Root, "host");

    /// <summary>Lock files; see <see cref="FileLock"/>.</summary>
    public string Locks => Path.Combine(Root, "locks");

    /// <summary>The lock of whoever composes trees or removes them.</summary>
    internal string TreeLock => Path.Combine(Locks, "trees");

    /// <summary>The lock of whoever makes or removes container images.</summary>
    internal string ContainerLock => Path.Combine(Locks, "containers");

    /// <summary>The lock of whoever makes or removes installers.</summary>
    internal string InstallerLock => Path.Combine(Locks, "installers");

    /// <summary>The lock of whoever makes or removes base disks.</summary>
    internal string ImageLock => Path.Combine(Locks, "images");

    /// <summary>The lock of whoever makes or takes a box.</summary>
    public string BoxLock => Path.Combine(Locks, "boxes");

    /// <summary>What a lab's lock is called before the lab's name.</summary>
    internal const string LabLockPrefix = "lab-";

    /// <summary>The lock of whoever changes a lab.</summary>
    public string LabLock(string lab) => Path.Combine(Locks, LabLockPrefix + lab);

    private static UnixFileMode OwnerOnly => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static UnixFileMode TraversableByAll => OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The user's own home for Lab, by the rules above.</summary>
    /// <exception cref="HostException">It can't be made or written.</exception>
    public static LabHome Default()
    {
        var configured = Environment.GetEnvironmentVariable("LAB_HOME");
        if (!string.IsNullOrEmpty(configured))
        {
            return new LabHome(configured);
        }

        return new LabHome(Environment.IsPrivilegedProcess
            ? "/var/lib/lab"
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "lab"));
    }

    private static string RuntimeRoot()
    {
        if (Environment.IsPrivilegedProcess)
        {
            return "/run/lab";
        }

        var session = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return !string.IsNullOrEmpty(session) && Directory.Exists(session)
            ? Path.Combine(session, "lab")
            : Path.Combine(Path.GetTempPath(), $"lab-{Environment.UserName}");
    }
}
