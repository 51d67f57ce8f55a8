using System.Runtime.CompilerServices;
using Lab.Definitions;

namespace Lab.EndToEnd;

/// <summary>The lab of one atomic host, as the checkout has it: its trees and disks are composed once and shared by all that run it.</summary>
internal static class AtomicHost
{
    /// <summary>Its folder.</summary>
    public static string Folder { get; } = Path.GetFullPath("../../labs/atomic-host", SourceFolder());

    /// <summary>The lab under another name, so that it never meets the one somebody works in.</summary>
    public static LabDefinition Named(string name) => LabDefinition.Load(Folder) with { Name = name };

    private static string SourceFolder([CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;
}
