using System.Globalization;
using System.Xml.Linq;
using Lab.Templates;

namespace Lab.Reporting;

/// <summary>
/// Draws the few shapes that timelines are made of (SVG 1.1). Colours come from the page's style sheet, by class, so that a picture
/// follows light and dark; what a shape means is its <c>title</c>, which browsers show and screen readers say.
/// </summary>
internal sealed class SvgCanvas
{
    private static readonly XNamespace Namespace = "http://www.w3.org/2000/svg";
    private readonly XElement _root;
    private XElement _target;

    /// <param name="title">What the picture shows, in a few words.</param>
    /// <param name="description">The same for those who can't see it, as sentences.</param>
    public SvgCanvas(string title, string description)
    {
        _root = new XElement(
            Namespace + "svg",
            new XAttribute("role", "img"),
            new XElement(Namespace + "title", MarkupEncoder.Carriable(title)),
            new XElement(Namespace + "desc", MarkupEncoder.Carriable(description)));
        _target = _root;
    }

    /// <summary>What one character of a picture's text takes at most, on average, in its units: the style sheet sets text at 11 of them.</summary>
    public static double CharacterWidth => 6.2;

    /// <summary>What is drawn meanwhile belongs together and means this.</summary>
    public void Group(string title, Action draw)
    {
        var outer = _target;
        _target = Add("g", null, title);
        draw();
        _target = outer;
    }

    /// <summary>A bar.</summary>
    public void Bar(double x, double y, double width, double height, string kind, string? title = null) =>
        Add("rect", kind, title, ("x", x), ("y", y), ("width", Math.Max(width, 0)), ("height", height));

    /// <summary>A line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string kind) =>
        Add("line", kind, null, ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    /// <summary>A triangle that points down to a place: something came true there.</summary>
    public void Mark(double x, double y, string kind, string? title = null) =>
        Add("path", kind, title).SetAttributeValue("d", $"M{Number(x)} {Number(y)}l-5 -8h10z");

    /// <summary>A cross over a place: something ended there.</summary>
    public void Cross(double x, double y, string kind, string? title = null) =>
        Add("path", kind, title).SetAttributeValue("d", $"M{Number(x - 4)} {Number(y - 4)}l8 8m0 -8l-8 8");

    /// <summary>A line of text.</summary>
    /// <param name="x">Where it begins; where it ends, if <paramref name="kind"/> holds <c>end</c>.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">The text.</param>
    /// <param name="kind">Its class.</param>
    public void Text(double x, double y, string text, string kind) =>
        Add("text", kind, null, ("x", x), ("y", y)).Add(MarkupEncoder.Carriable(text));

    /// <summary>The picture as an element for a page, as wide as there is room.</summary>
    public string Render(double width, double height)
    {
        _root.SetAttributeValue("viewBox", $"0 0 {Number(width)} {Number(height)}");
        return _root.ToString();
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private XElement Add(string name, string? kind, string? title, params ReadOnlySpan<(string Name, double Value)> attributes)
    {
        var element = new XElement(Namespace + name);
        if (kind is not null)
        {
            element.SetAttributeValue("class", kind);
        }

        foreach (var (attribute, value) in attributes)
        {
            element.SetAttributeValue(attribute, Number(value));
        }

        if (title is not null)
        {
            element.Add(new XElement(Namespace + "title", MarkupEncoder.Carriable(title)));
        }

        _target.Add(element);
        return element;
    }
}
