using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FluentAssertions;
using NUnit.Framework;

namespace Lab.Tests;

/// <summary>The layout is the architecture: data flows one way through the folders.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Flow = ["Definitions", "Trees", "Images", "Media", "Hosting", "Containers", "Remote", "Updates", "Guests", "Faults", "Reporting"];

    // What every stage stands on.
    private static readonly string[] Ground = ["Execution", "State", "Templates"];

    [Test]
    public void Every_folder_of_the_library_has_a_place_in_the_flow() =>
        Directory.EnumerateDirectories(Library()).Select(Path.GetFileName).Except(["bin", "obj"]).Should().BeSubsetOf(Flow.Concat(Ground));

    [TestCaseSource(nameof(Flow))]
    public void A_folder_knows_nothing_to_its_right(string folder)
    {
        var allowed = Flow.TakeWhile(stage => stage != folder).Append(folder).Concat(Ground);
        UsedBy(folder).Should().BeSubsetOf(allowed);
    }

    [TestCaseSource(nameof(Ground))]
    public void The_ground_knows_nothing_of_the_flow(string folder) => UsedBy(folder).Should().BeSubsetOf(Ground);

    private static IEnumerable<string> UsedBy(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Library(), folder), "*.cs", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Select(line => Using().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups["folder"].Value)
            .Distinct();

    private static string Library([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "src", "Lab"));

    [GeneratedRegex(@"^using Lab\.(?<folder>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Using();
}
