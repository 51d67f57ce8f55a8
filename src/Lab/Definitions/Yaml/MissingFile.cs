namespace Lab.Definitions.Yaml;

/// <summary>What to say about a file that is not there.</summary>
internal static class MissingFile
{
    /// <summary>Names the file that was probably meant, if one lies beside it.</summary>
    public static string Advice(string file)
    {
        var folder = Path.GetDirectoryName(file);
        if (!Directory.Exists(folder))
        {
            return $"There is no folder {SourceLocation.Shorten(folder ?? file)} either: see the path.";
        }

        try
        {
            var siblings = Directory.EnumerateFileSystemEntries(folder).Select(sibling => Path.GetFileName(sibling));
            return Spelling.DidYouMean(Path.GetFileName(file), siblings) + "Create it, or correct the path.";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"Its folder cannot be listed either ({failure.Message.TrimEnd('.')}): see its owner and mode.";
        }
    }
}
