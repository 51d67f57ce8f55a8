namespace Lab.Definitions;

/// <summary>A place in a definition file, so that any later stage can point at the line it complains about.</summary>
/// <param name="File">The file's full path.</param>
/// <param name="Line">The line, from 1; 0 means the file as a whole, as when it does not exist.</param>
/// <param name="Column">The column in UTF-16 units, from 1; 0 where <paramref name="Line"/> is 0.</param>
public sealed record SourceLocation(string File, int Line, int Column)
{
    /// <summary>The file as a whole.</summary>
    /// <param name="file">The file's full path.</param>
    public static SourceLocation Whole(string file) => new(file, 0, 0);

    /// <summary><c>path:line:column</c>, as compilers write it and editors open it; the path is relative where it lies below the current directory.</summary>
    public override string ToString() => Line == 0 ? Shorten(File) : $"{Shorten(File)}:{Line}:{Column}";

    /// <summary>A path as people type it here: relative where it lies below the current directory, else as it is.</summary>
    internal static string Shorten(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
