namespace Lab.Updates;

/// <summary>Reads dpkg's database of packages, <c>status</c>: stanzas of <c>Field: value</c> with an empty line between them (dpkg(1), deb-control(5)).</summary>
public static class DpkgStatusParser
{
    /// <summary>Reads the whole file and keeps what is installed; what was removed or only unpacked is left out.</summary>
    /// <exception cref="StatusFormatException">A line is no field, or an installed package lacks its name, version or architecture.</exception>
    public static PackageSet Parse(string text)
    {
        var packages = new List<Package>();
        var stanza = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in ToolLine.Of(text).Append(default))
        {
            if (string.IsNullOrEmpty(line.Text))
            {
                packages.AddRange(Installed(stanza, line));
                stanza.Clear();
            }
            else if (line.Text[0] is not (' ' or '\t'))
            {
                var colon = line.Text.IndexOf(':', StringComparison.Ordinal);
                stanza[colon > 0 ? line.Text[..colon] : throw line.Unexpected("'Field: value'")] = line.Text[(colon + 1)..].Trim();
            }
        }

        return new PackageSet(packages);
    }

    // "Status: want flag state": only the state tells whether the package is there.
    private static IEnumerable<Package> Installed(Dictionary<string, string> stanza, ToolLine end)
    {
        if (stanza.GetValueOrDefault("Status")?.EndsWith(" installed", StringComparison.Ordinal) == true)
        {
            yield return new Package(Field("Package"), Field("Version"), Field("Architecture"));
        }

        string Field(string name) => stanza.TryGetValue(name, out var value) ? value : throw end.Unexpected($"a {name} field before the end of the stanza");
    }
}
