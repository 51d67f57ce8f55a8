using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Lab.Definitions;

namespace Lab.Media.Installer;

/// <summary>
/// The program that installs, with the runtime that this process runs on: it reads kickstarts with the very code that writes and checks them here.
/// </summary>
internal sealed class InstallerProgram
{
    /// <summary>What it is called.</summary>
    public const string Name = "Lab.Installer";

    private const string Folder = "usr/lib/lab/installer";
    private const string RuntimeFolder = "usr/lib/dotnet";

    private readonly string _program;
    private readonly string _dotnet;
    private readonly string _runtime;

    private InstallerProgram(string program, string dotnet, string runtime) => (_program, _dotnet, _runtime) = (program, dotnet, runtime);

    /// <summary>Finds it beside this program.</summary>
    /// <exception cref="HostException">It is not there, or this program runs on a runtime that is its own alone, as a published one does.</exception>
    public static InstallerProgram Find()
    {
        // DOTNET_ROOT/shared/Microsoft.NETCore.App/VERSION/
        var runtime = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/');
        var dotnet = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        return File.Exists(Path.Combine(dotnet, "dotnet")) && File.Exists(Path.Combine(AppContext.BaseDirectory, $"{Name}.dll"))
            ? new InstallerProgram(AppContext.BaseDirectory, dotnet, runtime)
            : throw new HostException($"The installer's program, {Name}.dll, is not in {AppContext.BaseDirectory}, or no .NET runtime in {dotnet}.", "Run Lab from a checkout (`./lab`): one that brings its own runtime has none to hand on.");
    }

    /// <summary>SHA-256, in hex, over all that goes in.</summary>
    public async Task<string> DigestAsync(CancellationToken cancellation)
    {
        var digest = new StringBuilder(_runtime);
        foreach (var (_, file) in Programs())
        {
            await using var stream = File.OpenRead(file);
            digest.Append(Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation)));
        }

        return ContentDigest.OfText(digest.ToString());
    }

    /// <summary>Writes it into an initramfs.</summary>
    public async Task WriteAsync(Initramfs archive, CancellationToken cancellation)
    {
        foreach (var (path, file) in Programs().Concat(Runtime()))
        {
            await using var stream = File.OpenRead(file);
            await archive.FileAsync(path, stream, File.GetUnixFileMode(file), cancellation);
        }

        // dotnet(1), runtimeconfig.json.
        using var configuration = new MemoryStream(Encoding.UTF8.GetBytes(new JsonObject
        {
            ["runtimeOptions"] = new JsonObject
            {
                ["framework"] = new JsonObject { ["name"] = "Microsoft.NETCore.App", ["version"] = Path.GetFileName(_runtime) },
                ["configProperties"] = new JsonObject { ["System.Globalization.Invariant"] = true, ["System.GC.Concurrent"] = false, ["System.Runtime.TieredPGO"] = false },
            },
        }.ToJsonString()));
        await archive.FileAsync($"{Folder}/{Name}.runtimeconfig.json", configuration, UnixFileMode.UserRead, cancellation);
    }

    // Of what the library rests on for its other work, nothing is loaded there.
    private IEnumerable<(string Path, string File)> Programs() =>
        new[] { $"{Name}.dll", "Lab.dll" }.Select(name => ($"{Folder}/{name}", Path.Combine(_program, name)));

    private IEnumerable<(string Path, string File)> Runtime()
    {
        var version = Path.GetFileName(_runtime);
        var host = Directory.EnumerateDirectories(Path.Combine(_dotnet, "host", "fxr")).OrderBy(folder => Version.TryParse(Path.GetFileName(folder), out var known) ? known : new Version()).Last();
        return Directory.EnumerateFiles(_runtime).Order(StringComparer.Ordinal).Select(file => ($"{RuntimeFolder}/shared/Microsoft.NETCore.App/{version}/{Path.GetFileName(file)}", file))
            .Prepend(($"{RuntimeFolder}/host/fxr/{Path.GetFileName(host)}/libhostfxr.so", Path.Combine(host, "libhostfxr.so")))
            .Prepend(($"{RuntimeFolder}/dotnet", Path.Combine(_dotnet, "dotnet")));
    }
}
