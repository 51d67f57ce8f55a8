using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Lab.Definitions.Yaml;

/// <summary>
/// Readers of single values, for <see cref="YamlMap"/>. Each returns the value or throws a <see cref="DefinitionException"/>
/// that points at it; those with settings of their own return a reader.
/// </summary>
internal static class Value
{
    /// <summary>Any text but none: numbers and truth values are taken as they are written, so <c>version: 1.10</c> stays 1.10.</summary>
    public static string Text(YamlNode node) => node is YamlScalar { IsNull: false } scalar
        ? scalar.Text
        : throw node.Expected("a text", "Write one, in quotes if it holds `: ` or ` #`.");

    /// <summary>A text of one line that is not blank.</summary>
    public static string Line(YamlNode node)
    {
        var text = Text(node);
        return !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl)
            ? text
            : throw node.Expected("a text of one line", "Write it on one line.");
    }

    public static Func<YamlNode, string> Matching(Regex pattern, string what, string fix) => node =>
    {
        var text = Text(node);
        return pattern.IsMatch(text) ? text : throw node.Reject($"`{YamlScalar.Excerpt(text)}` is not {what}", fix);
    };

    public static Func<YamlNode, string> Name { get; } = Matching(Grammar.Name, "a name", NameRule);

    public static Func<YamlNode, string> Unit { get; } = Matching(Grammar.Unit, "a unit's name", "Write it in full, as in `lab-web.service`.");

    public static Func<YamlNode, string> User { get; } = Matching(Grammar.User, "a user or group name", "Take 1 to 32 lower-case letters, digits, `_` and `-`, beginning with a letter or `_`.");

    public static Func<YamlNode, string> AccountPath { get; } = Matching(Grammar.AccountPath, "an absolute path", "Begin with `/`, and leave out `.`, `..`, blanks, colons and a closing `/`.");

    public static Func<YamlNode, int> Port { get; } = Integer(1, 65535);

    public static IPAddress Address(YamlNode node) =>
        IsAddress(Text(node)) ? IPAddress.Parse(Text(node)) : throw node.Expected("an IPv4 address", "Write it as in `192.0.2.1`.");

    // .NET also reads `1` and `0x7f.1` as addresses, as inet_aton(3) does.
    public static bool IsAddress(string text) => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;

    public const string NameRule = "Take 1 to 31 lower-case letters, digits and `-`, beginning with a letter.";

    public static Func<YamlNode, int> Integer(int minimum, int maximum) => node =>
        node is YamlScalar { IsNumber: true } scalar
        && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= minimum
        && number <= maximum
            ? number
            : throw node.Expected($"a whole number from {minimum} to {maximum}", node is YamlScalar { IsPlain: false } ? "Write a number, without quotes." : $"Write a number in that range, as in `{minimum}`.");

    public static bool Flag(YamlNode node) => node switch
    {
        YamlScalar { IsPlain: true, Text: "true" } => true,
        YamlScalar { IsPlain: true, Text: "false" } => false,
        _ => throw node.Expected("`true` or `false`", "Write `true` or `false`, in lower case and without quotes."),
    };

    public static Func<YamlNode, ByteSize> Size(ByteSize minimum, ByteSize maximum) => node =>
    {
        if (node is not YamlScalar { IsNull: false } scalar)
        {
            throw node.Expected("a size", $"Write a number and a unit, as in `{minimum}`.");
        }

        if (!ByteSize.TryParse(scalar.Text, out var size))
        {
            throw node.Reject($"`{YamlScalar.Excerpt(scalar.Text)}` is not a size", ByteSize.Advice(scalar.Text));
        }

        if (size < minimum || size > maximum)
        {
            throw node.Reject($"{size} is out of range", $"Write a size from `{minimum}` to `{maximum}`.");
        }

        // libvirt counts memory in KiB, and a disk is made of whole sectors.
        return size.Bytes % 1024 == 0 ? size : throw node.Reject($"{size} is not a whole number of KiB", $"Write `{ByteSize.FromKiB((size.Bytes / 1024) + 1)}`.");
    };

    /// <summary>A mode as chmod(1) takes it. Only in quotes: YAML tools disagree on what a bare 0644 is.</summary>
    public static UnixFileMode Mode(YamlNode node)
    {
        if (node is YamlScalar { IsNumber: true } number)
        {
            throw node.Expected("an octal mode in quotes", Grammar.Mode.IsMatch(number.Text)
                ? $"Write `\"{number.Text.PadLeft(4, '0')}\"`: without quotes it is a decimal number."
                : "Write a mode as chmod(1) takes it, as in `\"0644\"`.");
        }

        var text = Text(node);
        return Grammar.Mode.IsMatch(text)
            ? (UnixFileMode)Convert.ToInt32(text, 8)
            : throw node.Reject($"`{YamlScalar.Excerpt(text)}` is not an octal mode", "Write three or four digits from 0 to 7 in quotes, as in `\"0644\"`.");
    }

    /// <summary>A file that exists, its path being relative to a folder.</summary>
    /// <returns>A reader of its full path.</returns>
    public static Func<YamlNode, string> ExistingFile(string folder) => node =>
    {
        var path = Path.GetFullPath(Line(node), folder);
        if (File.Exists(path))
        {
            return path;
        }

        throw Directory.Exists(path)
            ? node.Reject($"{SourceLocation.Shorten(path)} is a folder, not a file", "Name a file in it.")
            : node.Reject($"{SourceLocation.Shorten(path)} does not exist", MissingFile.Advice(path));
    };

    /// <summary>What <paramref name="read"/> makes of something on disk that a node names; that it cannot be read is the node's fault.</summary>
    public static T FromDisk<T>(YamlNode node, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw node.Reject($"it cannot be read: {failure.Message.TrimEnd('.')}", "See its owner and mode with `ls -l`.");
        }
    }
}
