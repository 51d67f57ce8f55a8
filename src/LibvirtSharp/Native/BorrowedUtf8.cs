using System.Runtime.InteropServices.Marshalling;

namespace LibvirtSharp.Native;

/// <summary>
/// Reads a <c>const char *</c> that libvirt keeps. The default marshaller would free it, and glibc ends the process for that.
/// </summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(BorrowedUtf8))]
internal static unsafe class BorrowedUtf8
{
    public static string? ConvertToManaged(byte* text) => Utf8StringMarshaller.ConvertToManaged(text);
}
