using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using HandlebarsDotNet;
using HandlebarsDotNet.Iterators;
using HandlebarsDotNet.MemberAccessors;
using HandlebarsDotNet.ObjectDescriptors;
using HandlebarsDotNet.PathStructure;
using Lab.Execution;

namespace Lab.Templates;

/// <summary>
/// The files below <c>templates/</c> and <c>kickstart/</c> (Handlebars), carried in the assembly. A name that the model lacks is an error, and
/// values are escaped for the kind of file: as markup in *.xml and *.html, not elsewhere, where <c>{{json value}}</c> quotes for YAML and JSON
/// and <c>{{sh value}}</c> for shells and kickstarts. What lies in <c>kickstart/parts/</c> is for the others to include, as <c>{{&gt; disk}}</c>.
/// </summary>
public static class Template
{
    private const string Kickstarts = "kickstart/";
    private const string Parts = Kickstarts + "parts/";
    private static readonly Lazy<IHandlebars> Markup = new(() => Engine(escape: true));
    private static readonly Lazy<IHandlebars> Text = new(() => Engine(escape: false));

    // By itself: to compile the parts takes a tenth of a second, which every `lab up` would pay.
    private static readonly Lazy<IHandlebars> Kickstart = new(() => WithParts(Engine(escape: false)));

    // To compile one takes longer than to render it.
    private static readonly ConcurrentDictionary<string, Lazy<HandlebarsTemplate<object, object>>> Compiled = new(StringComparer.Ordinal);

    /// <summary>Renders a template.</summary>
    /// <param name="name">Its file name below <c>templates/</c> without <c>.hbs</c>, such as "domain.xml", or its path, such as "kickstart/packages.ks".</param>
    /// <param name="model">An object or a dictionary with every name that the template uses.</param>
    public static string Render(string name, object model) => Compiled.GetOrAdd(name, wanted => new(() => Compile(wanted))).Value(model);

    private static HandlebarsTemplate<object, object> Compile(string name)
    {
        var text = Read(name.Contains('/', StringComparison.Ordinal) ? name : $"templates/{name}.hbs") ?? throw new ArgumentException($"There is no template {name}.", nameof(name));
        var engine = Path.GetExtension(name) is ".xml" or ".html" ? Markup : name.StartsWith(Kickstarts, StringComparison.Ordinal) ? Kickstart : Text;
        return engine.Value.Compile(text);
    }

    private static string? Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static IHandlebars Engine(bool escape)
    {
        var configuration = new HandlebarsConfiguration
        {
            NoEscape = !escape,
            TextEncoder = new MarkupEncoder(),
            ThrowOnUnresolvedBindingExpression = true,
        };
        configuration.CompileTimeConfiguration.ExpressionCompiler = new Interpreter();
        configuration.ObjectDescriptorProviders.Add(new Properties());
        var engine = Handlebars.Create(configuration);
        engine.RegisterHelper("json", (writer, _, arguments) => writer.WriteSafeString($"\"{JsonEncodedText.Encode($"{arguments[0]}", JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""));
        engine.RegisterHelper("sh", (writer, _, arguments) => writer.WriteSafeString(Command.Quote($"{arguments[0]}")));
        return engine;
    }

    private static IHandlebars WithParts(IHandlebars engine)
    {
        foreach (var part in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Parts, StringComparison.Ordinal)))
        {
            engine.RegisterTemplate(Path.GetFileNameWithoutExtension(part), Read(part)!);
        }

        return engine;
    }

    // A template is rendered once or twice in the life of a process: to compile it to machine code costs more than that ever gives back.
    private sealed class Interpreter : IExpressionCompiler
    {
        public T Compile<T>(Expression<T> expression)
            where T : class, Delegate => expression.Compile(preferInterpretation: true);
    }

    // Handlebars makes a getter of its own for each property, which a program that was compiled ahead can't, and takes longer than these few values.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Models are of this assembly, which Lab.Cli keeps whole.")]
    private sealed class Properties : IObjectDescriptorProvider, IMemberAccessor
    {
        public bool TryGetDescriptor(Type type, out ObjectDescriptor value)
        {
            value = new ObjectDescriptor(type, this, (_, model) => model.GetType().GetProperties().Select(property => property.Name), self => new ObjectIterator(self));
            return !type.IsAssignableTo(typeof(IEnumerable));
        }

        public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
        {
            var property = instance.GetType().GetProperty(memberName.TrimmedValue, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            value = property?.GetValue(instance);
            return property is not null;
        }
    }
}
