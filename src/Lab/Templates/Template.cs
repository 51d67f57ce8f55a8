using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using HandlebarsDotNet;

namespace Lab.Templates;

/// <summary>
/// The files below <c>templates/</c> (Handlebars), carried in the assembly. A name that the model lacks is an error, and
/// values are escaped for the kind of file: as markup in *.xml and *.html, not elsewhere, where <c>{{json value}}</c> quotes for YAML and JSON.
/// </summary>
public static class Template
{
    private static readonly IHandlebars Markup = Engine(escape: true);
    private static readonly IHandlebars Text = Engine(escape: false);
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Renders a template.</summary>
    /// <param name="name">Its file name below <c>templates/</c> without <c>.hbs</c>, such as "domain.xml".</param>
    /// <param name="model">An object or a dictionary with every name that the template uses.</param>
    public static string Render(string name, object model)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"templates/{name}.hbs")
            ?? throw new ArgumentException($"There is no template {name}.", nameof(name));
        using var reader = new StreamReader(stream);
        var engine = Path.GetExtension(name) is ".xml" or ".html" ? Markup : Text;
        return engine.Compile(reader.ReadToEnd())(model);
    }

    private static IHandlebars Engine(bool escape)
    {
        var engine = Handlebars.Create(new HandlebarsConfiguration
        {
            NoEscape = !escape,
            TextEncoder = new MarkupEncoder(),
            ThrowOnUnresolvedBindingExpression = true,
        });
        engine.RegisterHelper("json", (writer, _, arguments) => writer.WriteSafeString(JsonSerializer.Serialize(arguments[0], Readable)));
        return engine;
    }
}
