using System.Text;
using System.Xml;
using HandlebarsDotNet;

namespace Lab.Templates;

/// <summary>
/// Makes any text safe inside XML and HTML, as an element's content or a quoted attribute. What guests write may hold anything:
/// characters that XML 1.0 has no place for (its production 2, Char) are left out, half a surrogate pair becomes U+FFFD.
/// </summary>
internal sealed class MarkupEncoder : ITextEncoder
{
    /// <summary>The text with only such characters as XML can carry, not escaped.</summary>
    public static string Carriable(string text)
    {
        if (text.All(character => XmlConvert.IsXmlChar(character) && !IsControl(character)))
        {
            return text;
        }

        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value > char.MaxValue || (XmlConvert.IsXmlChar((char)rune.Value) && !IsControl((char)rune.Value)))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }

    /// <inheritdoc/>
    public void Encode(StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

    /// <inheritdoc/>
    public void Encode<T>(T? text, TextWriter target)
        where T : IEnumerator<char>
    {
        var whole = new StringBuilder();
        while (text?.MoveNext() == true)
        {
            whole.Append(text.Current);
        }

        Encode(whole, target);
    }

    /// <inheritdoc/>
    public void Encode(string? text, TextWriter target)
    {
        foreach (var character in Carriable(text ?? string.Empty))
        {
            switch (character)
            {
                case '&':
                    target.Write("&amp;");
                    break;
                case '<':
                    target.Write("&lt;");
                    break;
                case '>':
                    target.Write("&gt;");
                    break;
                case '"':
                    target.Write("&quot;");
                    break;
                case '\'':
                    target.Write("&#39;");
                    break;
                default:
                    target.Write(character);
                    break;
            }
        }
    }

    // XML 1.0 carries DEL and the C1 controls, but discourages them, and HTML calls them errors.
    private static bool IsControl(char character) => char.IsControl(character) && character is not ('\t' or '\n');
}
