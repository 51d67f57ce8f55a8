using Lab.Execution;

namespace Lab.Remote;

/// <summary>
/// The keys of one lab: the user's, which lets its owner in, and one host key a guest, made here and seeded into the guest,
/// so that the very first connection is verified. Files in a folder of the lab's own, readable by their owner only.
/// </summary>
public sealed class SshIdentity
{
    private readonly string _folder;

    private SshIdentity(string folder) => _folder = folder;

    /// <summary>The private key that ssh(1) offers.</summary>
    public string KeyFile => Path.Combine(_folder, "id_ed25519");

    /// <summary>The known hosts of this lab (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"), by guest name.</summary>
    public string KnownHostsFile => Path.Combine(_folder, "known_hosts");

    /// <summary>Loads a lab's keys, making those that are not there.</summary>
    /// <param name="folder">The lab's key folder.</param>
    /// <param name="guests">The guests that need a host key.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SshIdentity> LoadOrCreateAsync(string folder, IEnumerable<string> guests, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var identity = new SshIdentity(folder);
        await MakeKeyAsync(identity.KeyFile, "lab", cancellation);
        var known = new List<string>();
        foreach (var guest in guests)
        {
            await MakeKeyAsync(identity.HostKeyFile(guest), guest, cancellation);
            known.Add($"{guest} {await identity.PublicHostKeyAsync(guest, cancellation)}\n");
        }

        await State.WholeFile.WriteAsync(identity.KnownHostsFile, string.Concat(known), cancellation: cancellation);
        return identity;
    }

    /// <summary>The public key that guests let in, as a line of authorized_keys.</summary>
    public async Task<string> PublicKeyAsync(CancellationToken cancellation = default) =>
        (await File.ReadAllTextAsync(KeyFile + ".pub", cancellation)).Trim();

    /// <summary>A guest's private host key (OpenSSH's PEM), for its seed.</summary>
    public Task<string> HostKeyAsync(string guest, CancellationToken cancellation = default) =>
        File.ReadAllTextAsync(HostKeyFile(guest), cancellation);

    /// <summary>A guest's public host key, as sshd reads it.</summary>
    public async Task<string> PublicHostKeyAsync(string guest, CancellationToken cancellation = default) =>
        (await File.ReadAllTextAsync(HostKeyFile(guest) + ".pub", cancellation)).Trim();

    private static async Task MakeKeyAsync(string file, string comment, CancellationToken cancellation)
    {
        if (!File.Exists(file + ".pub"))
        {
            // A key without its public half is what a kill in the middle leaves.
            File.Delete(file);
            await new Command("ssh-keygen", "-q", "-t", "ed25519", "-N", string.Empty, "-C", comment, "-f", file).SucceedAsync(cancellation);
        }
    }

    private string HostKeyFile(string guest) => Path.Combine(_folder, $"host_{guest}");
}
