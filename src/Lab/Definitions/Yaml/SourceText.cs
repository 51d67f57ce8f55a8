using System.Text;

namespace Lab.Definitions.Yaml;

/// <summary>The text of a definition file, and where in it a character stands.</summary>
internal sealed class SourceText
{
    // Far above any definition that people write, and small enough to read whole.
    private const int MaximumBytes = 1 << 20;

    private readonly List<int> _lineStarts = [0];

    private SourceText(string file, string text)
    {
        File = file;
        Text = text;
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == '\n')
            {
                _lineStarts.Add(index + 1);
            }
        }
    }

    public string File { get; }

    public string Text { get; }

    /// <exception cref="DefinitionException">The file is missing, unreadable, too large, or not text in UTF-8.</exception>
    public static SourceText Load(string file)
    {
        if (!System.IO.File.Exists(file))
        {
            throw Directory.Exists(file)
                ? Reject("is a folder, not a file", "Name the file itself.")
                : Reject("does not exist", MissingFile.Advice(file));
        }

        byte[] bytes;
        try
        {
            using var stream = System.IO.File.OpenRead(file);
            var buffer = new byte[MaximumBytes + 1];
            bytes = buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Reject($"cannot be read: {failure.Message.TrimEnd('.')}", "See its owner and mode with `ls -l`.");
        }

        if (bytes.Length > MaximumBytes)
        {
            throw Reject($"is larger than {new ByteSize(MaximumBytes)}, which no definition is", "Name the right file, and keep large contents in files of their own.");
        }

        return Decode(file, bytes);

        DefinitionException Reject(string message, string fix) => new(new Diagnostic(SourceLocation.Whole(file), message, fix));
    }

    /// <summary>Where a character stands; the end of the file for anything beyond it.</summary>
    public SourceLocation At(long index)
    {
        var within = (int)Math.Clamp(index, 0, Text.Length);
        var found = _lineStarts.BinarySearch(within);
        var line = found >= 0 ? found : ~found - 1;
        return new SourceLocation(File, line + 1, within - _lineStarts[line] + 1);
    }

    /// <summary>A line without its break; lines count from 1.</summary>
    public string Line(int number) =>
        Text[_lineStarts[number - 1]..(number < _lineStarts.Count ? _lineStarts[number] : Text.Length)].TrimEnd('\r', '\n');

    public int LineCount => _lineStarts.Count;

    private static SourceText Decode(string file, byte[] bytes)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var body = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        SourceText source;
        try
        {
            source = new SourceText(file, utf8.GetString(body));
        }
        catch (DecoderFallbackException failure)
        {
            var sound = new SourceText(file, utf8.GetString(body[..failure.Index]));
            throw NotText(sound.At(sound.Text.Length), "is not UTF-8 from here on");
        }

        var control = source.Text.AsSpan().IndexOfAny(Grammar.ControlCharacters);
        return control < 0 ? source : throw NotText(source.At(control), $"holds the control character U+{(int)source.Text[control]:X4}");

        static DefinitionException NotText(SourceLocation location, string how) =>
            new(new Diagnostic(location, $"the file {how}, so it is not a text", "Name the right file, or save this one as UTF-8 text."));
    }
}
