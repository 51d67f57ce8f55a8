using System.Runtime.InteropServices;

namespace Lab.Hosting;

/// <summary>libvirt's client library on this host, asked without the binding, which can't be loaded where it is missing.</summary>
internal static class LibvirtLibrary
{
    /// <summary>Its name for the dynamic linker.</summary>
    public const string Name = "libvirt.so.0";

    /// <summary>The oldest that the lab's domains can be defined with; the daemon has the same (see <see cref="HostTool"/>).</summary>
    public static readonly Version Minimum = new(9, 0);

    private delegate int GetVersion(out ulong library, nint driver, nint driverVersion);

    /// <summary>Its version (virGetVersion: major × 1,000,000 + minor × 1,000 + release), or null where it is not there.</summary>
    public static Version? ReadVersion()
    {
        if (!NativeLibrary.TryLoad(Name, out var library))
        {
            return null;
        }

        var ask = Marshal.GetDelegateForFunctionPointer<GetVersion>(NativeLibrary.GetExport(library, "virGetVersion"));
        return ask(out var version, 0, 0) == 0
            ? new Version((int)(version / 1_000_000), (int)(version / 1_000 % 1_000), (int)(version % 1_000))
            : null;
    }
}
