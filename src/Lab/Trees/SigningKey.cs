using Lab.Execution;
using Lab.State;

namespace Lab.Trees;

/// <summary>The key that signs this host's trees (OpenPGP; Debian's ostree verifies nothing else), without a passphrase, in a folder only its owner reads.</summary>
public sealed class SigningKey
{
    private const string Owner = "Lab trees";
    private const string Exported = ".asc";

    private SigningKey(string folder, string fingerprint) => (Folder, Fingerprint) = (folder, fingerprint);

    /// <summary>GnuPG's home folder that holds it.</summary>
    public string Folder { get; }

    /// <summary>Forty hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>Loads the key from a folder, making it the first time.</summary>
    public static async Task<SigningKey> LoadOrCreateAsync(string folder, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // Written once it was exported: to ask gpg takes longer than all else that is asked when nothing has changed.
        if (Directory.EnumerateFiles(folder, "*" + Exported).FirstOrDefault() is { } known)
        {
            return new SigningKey(folder, Path.GetFileNameWithoutExtension(known));
        }

        var fingerprint = await FindAsync(folder, cancellation);
        if (fingerprint is null)
        {
            await Gpg(folder, "--passphrase", string.Empty, "--quick-generate-key", Owner, "ed25519", "sign", "never").SucceedAsync(cancellation);
            await StopAgentAsync(folder, CancellationToken.None);
            fingerprint = await FindAsync(folder, cancellation)
                ?? throw new HostException($"gpg made no key in {folder}.", "Remove that folder and try again.");
        }

        return new SigningKey(folder, fingerprint);
    }

    /// <summary>The public half, armoured, as a remote's <c>gpgkeypath</c> takes it (ostree-remote(1)).</summary>
    public async Task<string> ExportAsync(CancellationToken cancellation = default)
    {
        var file = Path.Combine(Folder, Fingerprint + Exported);
        if (!File.Exists(file))
        {
            await WholeFile.WriteAsync(file, await Gpg(Folder, "--armor", "--export", Fingerprint).SucceedAsync(cancellation), cancellation: cancellation);
        }

        return await File.ReadAllTextAsync(file, cancellation);
    }

    /// <summary>Ends the agent that gpg leaves running behind every signature.</summary>
    public Task StopAgentAsync(CancellationToken cancellation = default) => StopAgentAsync(Folder, cancellation);

    /// <summary>Ends the agent of a folder, if one runs.</summary>
    public static async Task StopAgentAsync(string folder, CancellationToken cancellation = default)
    {
        if (Directory.Exists(folder))
        {
            await new Command("gpgconf", "--homedir", folder, "--kill", "all").RunAsync(cancellation);
        }
    }

    private static async Task<string?> FindAsync(string folder, CancellationToken cancellation)
    {
        // gpg's machine-readable listing (doc/DETAILS in its sources): field 10 of an "fpr" record. Asking for secret keys would start an agent.
        var listing = await Gpg(folder, "--with-colons", "--list-keys").SucceedAsync(cancellation);
        return listing.Split('\n').Select(line => line.Split(':')).FirstOrDefault(fields => fields[0] == "fpr")?[9];
    }

    private static Command Gpg(string folder, params string[] arguments) =>
        new("gpg", ["--homedir", folder, "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", .. arguments]);
}
