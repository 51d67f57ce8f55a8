namespace Pipeline;

/// <summary>Colours for single lines on a terminal; none elsewhere (ECMA-48 SGR).</summary>
internal sealed class Palette(bool colours)
{
    public string Title(string text) => Paint("1;36", text);

    public string Good(string text) => Paint("32", text);

    public string Bad(string text) => Paint("31", text);

    public string Of(TargetStatus status, string text) => status == TargetStatus.Succeeded ? Good(text) : Bad(text);

    private string Paint(string code, string text) => colours ? $"\e[{code}m{text}\e[0m" : text;
}
