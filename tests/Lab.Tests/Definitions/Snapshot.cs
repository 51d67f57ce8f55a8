using System.Runtime.CompilerServices;
using FluentAssertions;

namespace Lab.Tests.Definitions;

/// <summary>A text that is checked in next to its test. To accept a change, copy the <c>.received</c> file over it.</summary>
internal static class Snapshot
{
    public static void ShouldMatchSnapshot(this string text, string name, [CallerFilePath] string test = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(test)!, "Snapshots", name + ".txt");
        var expected = File.Exists(file) ? File.ReadAllText(file) : string.Empty;
        if (text != expected)
        {
            File.WriteAllText(file + ".received", text);
        }

        text.Should().Be(expected, because: "{0} says so", file);
    }
}
