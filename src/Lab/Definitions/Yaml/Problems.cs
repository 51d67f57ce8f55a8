namespace Lab.Definitions.Yaml;

/// <summary>Gathers what is wrong across all files of one reading, so that it can be told together.</summary>
internal sealed class Problems(string root)
{
    // Files in the order in which something was found in them, the one that was asked for first.
    private readonly List<string> _files = [root];
    private readonly HashSet<Diagnostic> _found = [];

    public void Add(SourceLocation location, string message, string fix) => Add(new Diagnostic(location, message, fix));

    public void Add(Diagnostic diagnostic)
    {
        // A node behind an alias is read once a use, and is still wrong only once.
        if (_found.Add(diagnostic) && !_files.Contains(diagnostic.Location.File, StringComparer.Ordinal))
        {
            _files.Add(diagnostic.Location.File);
        }
    }

    public bool AnyIn(string file) => _found.Any(diagnostic => diagnostic.Location.File == file);

    public void ThrowIfAny()
    {
        if (_found.Count > 0)
        {
            throw new DefinitionException([.. _found
                .OrderBy(diagnostic => _files.IndexOf(diagnostic.Location.File))
                .ThenBy(diagnostic => diagnostic.Location.Line)
                .ThenBy(diagnostic => diagnostic.Location.Column)
                .ThenBy(diagnostic => diagnostic.Message, StringComparer.Ordinal)]);
        }
    }
}
