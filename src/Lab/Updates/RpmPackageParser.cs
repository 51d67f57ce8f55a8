using System.Text.RegularExpressions;

namespace Lab.Updates;

/// <summary>
/// Reads the packages that <c>rpm-ostree db list</c> and <c>rpm-ostree db diff --format=diff</c> print, each as
/// <c>name-[epoch:]version-release.architecture</c>.
/// </summary>
public static partial class RpmPackageParser
{
    /// <summary>Reads the output of <c>rpm-ostree db list COMMIT</c>: the commit, then its packages, each indented by one.</summary>
    /// <exception cref="StatusFormatException">A line is neither.</exception>
    public static PackageSet ParseList(string text) =>
        new(Lines(text, "ostree commit: ").Select(line => line.Text is [' ', .. var package] ? Read(package, line) : throw line.Unexpected("a package, indented by one")));

    /// <summary>
    /// Reads the output of <c>rpm-ostree db diff --format=diff FROM TO</c>: <c>+</c> added, <c>-</c> removed,
    /// <c>!</c> the old form of a changed package, followed by <c>=</c> its new one.
    /// </summary>
    /// <exception cref="StatusFormatException">A line is none of these.</exception>
    public static PackageDifference ParseDiff(string text)
    {
        var (added, removed, changed) = (new List<Package>(), new List<Package>(), new List<PackageChange>());
        (ToolLine Line, Package Package)? old = null;
        foreach (var line in Lines(text, "ostree diff commit "))
        {
            var package = Read(line.Text[1..], line);
            switch (line.Text[0], old)
            {
                case ('+', null):
                    added.Add(package);
                    break;
                case ('-', null):
                    removed.Add(package);
                    break;
                case ('!', null):
                    old = (line, package);
                    break;
                case ('=', { Package: var from }) when from.Name == package.Name:
                    changed.Add(new PackageChange(from, package));
                    old = null;
                    break;
                default:
                    throw line.Unexpected("+, - or ! and a package; after !, = and the same package");
            }
        }

        return old is null ? new PackageDifference(added, removed, changed) : throw old.Value.Line.Unexpected("= and the same package after this line");
    }

    private static IEnumerable<ToolLine> Lines(string text, string heading) =>
        ToolLine.Of(text).Where(line => !line.IsBlank && !line.Text.StartsWith(heading, StringComparison.Ordinal));

    private static Package Read(string nevra, ToolLine line) =>
        Nevra().Match(nevra) is { Success: true } match
            ? new Package(match.Groups["name"].Value, match.Groups["version"].Value, match.Groups["architecture"].Value)
            : throw line.Unexpected("name-[epoch:]version-release.architecture");

    [GeneratedRegex(@"\A(?<name>\S+)-(?<version>[^\s-]+-[^\s-]+)\.(?<architecture>[^\s.-]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Nevra();
}
