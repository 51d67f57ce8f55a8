using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace Lab.Hosting;

/// <summary>Whose libvirt daemon a lab uses.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LibvirtDaemonKind>))]
public enum LibvirtDaemonKind
{
    /// <summary>The host's, which runs already (<c>qemu:///system</c>).</summary>
    System,

    /// <summary>The user's, which libvirt starts by itself (<c>qemu:///session</c>).</summary>
    Session,

    /// <summary>One of the lab's own, for root on a host where none runs; libvirt starts no session daemon for root.</summary>
    Private,
}

/// <summary>The libvirt daemon that a lab would use, and why that one.</summary>
/// <param name="Kind">Whose it is.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record LibvirtDaemon(LibvirtDaemonKind Kind, string Reason)
{
    // The monolithic daemon's socket, and the modular QEMU daemon's (libvirt.org/daemons.html).
    private static readonly string[] Sockets = ["run/libvirt/libvirt-sock", "run/libvirt/virtqemud-sock"];

    /// <summary>Finds it: the host's where it answers and lets this user in, else the user's own, or a private one for root.</summary>
    /// <param name="root">The folder that the host's file system is at.</param>
    /// <param name="privileged">Whether the user is root.</param>
    /// <param name="cancellation">Stops knocking.</param>
    public static async Task<LibvirtDaemon> FindAsync(string root, bool privileged, CancellationToken cancellation = default)
    {
        var obstacle = "no system daemon runs";
        foreach (var socket in Sockets.Select(path => Path.Combine(root, path)).Where(File.Exists))
        {
            var refusal = await KnockAsync(socket, cancellation);
            if (refusal is null)
            {
                return new LibvirtDaemon(LibvirtDaemonKind.System, $"The system daemon answers at {socket}.");
            }

            obstacle = refusal;
        }

        return privileged
            ? new LibvirtDaemon(LibvirtDaemonKind.Private, $"As root, and {obstacle}: a private daemon is started.")
            : new LibvirtDaemon(LibvirtDaemonKind.Session, $"As an ordinary user, and {obstacle}: libvirt starts the user's own.");
    }

    /// <summary>Knocks at a daemon's socket.</summary>
    /// <returns>What is in the way, as a clause; null where somebody answers.</returns>
    internal static async Task<string?> KnockAsync(string path, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return null;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AccessDenied)
        {
            return $"{path} is closed to this user (group libvirt opens it)";
        }
        catch (SocketException)
        {
            return $"nobody answers at {path}";
        }
    }
}
