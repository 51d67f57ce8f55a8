using System.Runtime.CompilerServices;

namespace Lab.Tests.Updates;

/// <summary>What the tools printed, kept beside the tests.</summary>
internal static class Transcript
{
    public static string Read(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "Transcripts", name + ".txt"));
}
