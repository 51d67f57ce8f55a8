using System.Runtime.CompilerServices;

namespace Labs;

/// <summary>Finds the lab that a scenario belongs to: the folder that its source file stands in.</summary>
internal static class LabFolder
{
    public static string Of([CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;
}
