using LibvirtSharp.Native;
using Microsoft.Win32.SafeHandles;

namespace LibvirtSharp;

public sealed partial class Domain
{
    /// <summary>Opens a serial port or console of the running domain, to read what the guest prints and to type.</summary>
    /// <param name="device">The device's alias, such as <c>serial0</c>; null means the first.</param>
    /// <param name="force">Takes it from another who has it open; otherwise that is an error.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    /// <returns>
    /// A stream both ways. Only what is printed from now on arrives; what is not read yet is kept in memory. It ends when the domain
    /// stops or another takes the console; writing then fails with <see cref="IOException"/>. Disposing ends a read that waits. Dispose
    /// it before the domain is undefined, and do not type into a guest that is powering off: libvirtd (11.3) may crash on either.
    /// </returns>
    public Task<Stream> OpenConsoleAsync(string? device = null, bool force = false, CancellationToken cancellation = default) =>
        RunAsync(
            Stream (domain) =>
            {
                const uint nonBlocking = 1;
                var stream = NativeMethods.virStreamNew(_connection.Handle, nonBlocking).OrThrow();
                try
                {
                    NativeMethods.virDomainOpenConsole(domain, device, stream, force ? 1u : 0).OrThrow();
                    return new ConsoleStream(stream);
                }
                catch
                {
                    stream.Dispose();
                    throw;
                }
            },
            cancellation);

    /// <summary>Takes a picture of the running domain's screen.</summary>
    /// <param name="screen">Which screen, counted from 0.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<Screenshot> TakeScreenshotAsync(int screen = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(screen);
        return RunAsync(domain => TakeScreenshot(domain, (uint)screen), cancellation);
    }

    /// <summary>
    /// Sends a command to QEMU behind libvirt's back (<see href="https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html"/>). What it
    /// changes libvirt does not know; it marks the domain as tainted.
    /// </summary>
    /// <param name="command">A QMP command as JSON, such as <c>{"execute":"query-status"}</c>.</param>
    /// <param name="file">A file that goes along and is QEMU's too from then on, as <c>add-fd</c> wants it; the daemon must be on this host.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    /// <returns>QEMU's reply as JSON: a <c>return</c>, or an <c>error</c> where QEMU refused.</returns>
    public Task<string> QemuMonitorCommandAsync(string command, SafeFileHandle? file = null, CancellationToken cancellation = default) =>
        RunAsync(
            domain =>
            {
                var isHeld = false;
                try
                {
                    file?.DangerousAddRef(ref isHeld);
                    ReadOnlySpan<int> files = file is null ? [] : [(int)file.DangerousGetHandle()];
                    NativeMethods.virDomainQemuMonitorCommandWithFiles(domain, command, (uint)files.Length, files, 0, 0, out var reply, 0).OrThrow();
                    return reply ?? string.Empty;
                }
                finally
                {
                    if (isHeld)
                    {
                        file?.DangerousRelease();
                    }
                }
            },
            cancellation);

    private Screenshot TakeScreenshot(DomainHandle domain, uint screen)
    {
        using var stream = NativeMethods.virStreamNew(_connection.Handle, 0).OrThrow();
        var mimeType = NativeMethods.virDomainScreenshot(domain, stream, screen, 0).OrThrow();
        try
        {
            using var image = new MemoryStream();
            var buffer = new byte[65536];
            while (NativeMethods.virStreamRecv(stream, buffer, (nuint)buffer.Length).OrThrow() is var count and > 0)
            {
                image.Write(buffer, 0, count);
            }

            NativeMethods.virStreamFinish(stream).OrThrow();
            return new Screenshot(mimeType, image.ToArray());
        }
        catch (LibvirtException)
        {
            _ = NativeMethods.virStreamAbort(stream);
            throw;
        }
    }
}
