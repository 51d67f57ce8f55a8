using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Lab;
using Lab.Definitions.Yaml;

namespace Pipeline;

/// <summary>One parameter of a build: its names, its type, and how text becomes its value.</summary>
internal sealed partial class Parameter
{
    private static readonly (string Name, TimeSpan Length)[] _units =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1))];

    private readonly Type _type;
    private readonly Type _element;
    private readonly Func<object, object?> _get;
    private readonly Action<object, object> _set;

    private Parameter(MemberInfo member, ParameterAttribute attribute)
    {
        (_type, _get, _set) = member is PropertyInfo property
            ? (property.PropertyType, property.GetValue, property.SetValue)
            : (((FieldInfo)member).FieldType, (Func<object, object?>)((FieldInfo)member).GetValue, (Action<object, object>)((FieldInfo)member).SetValue);
        var element = _type.GetElementType() ?? _type;
        _element = Nullable.GetUnderlyingType(element) ?? element;
        (Name, Description, IsOwn) = (member.Name, attribute.Description, member.DeclaringType == typeof(PipelineBuild));
        var words = WordBoundary().Replace(Name.TrimStart('_'), "-");
        Option = "--" + words.ToLowerInvariant();
        var variable = words.Replace('-', '_').ToUpperInvariant();
        Variables = IsOwn ? [] : ["LAB_" + variable, variable];
    }

    public string Name { get; }

    public string Description { get; }

    /// <summary>Whether it is the pipeline's own, which only the command line fills.</summary>
    public bool IsOwn { get; }

    /// <summary>As the command line has it: <c>--test-filter</c>.</summary>
    public string Option { get; }

    /// <summary>As the environment has it, the first first: <c>LAB_TEST_FILTER</c>, <c>TEST_FILTER</c>.</summary>
    public IReadOnlyList<string> Variables { get; }

    public bool IsFlag => _type == typeof(bool) || _type == typeof(bool?);

    public bool IsList => _type.IsArray;

    /// <summary>What stands for a value in the help: <c>&lt;number&gt;</c>, <c>&lt;Debug|Release&gt;</c>; empty for a flag.</summary>
    public string Placeholder => IsFlag ? string.Empty
        : (_element.IsEnum ? $"<{string.Join('|', Enum.GetNames(_element))}>"
        : _element == typeof(int) ? "<number>"
        : _element == typeof(TimeSpan) ? "<duration>"
        : IsOwn ? "<target>" : "<text>") + (IsList ? "…" : string.Empty);

    /// <summary>Reads the parameters off a build's properties and fields.</summary>
    public static IReadOnlyList<Parameter> Of(PipelineBuild build) =>
    [
        .. build.GetType().GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(member => (Member: member, Attribute: member.GetCustomAttribute<ParameterAttribute>()))
            .Where(found => found.Attribute is not null)
            .Select(found => new Parameter(found.Member, found.Attribute!))
            .OrderBy(parameter => parameter.Option, StringComparer.Ordinal),
    ];

    /// <summary>The value as the help shows it; empty where there is none.</summary>
    public string ValueIn(PipelineBuild build) => _get(build) switch
    {
        Array list => string.Join(',', list.Cast<object>()),
        false => string.Empty,
        TimeSpan duration => $"{duration.TotalSeconds:0.###}s",
        var value => $"{value}",
    };

    /// <summary>Gives it a value.</summary>
    /// <param name="build">The build whose parameter it is.</param>
    /// <param name="texts">The value as text; one, or any number for a list.</param>
    /// <param name="source">Where the text stood, for the message.</param>
    /// <exception cref="PipelineException">The text isn't of the parameter's type.</exception>
    public void Set(PipelineBuild build, IReadOnlyList<string> texts, string source)
    {
        var values = texts.Select(text => Convert(text, source)).ToArray();
        if (!IsList)
        {
            _set(build, values.Length == 1 ? values[0] : throw Bad(string.Join(',', texts), source, "one value, not a list"));
            return;
        }

        var list = Array.CreateInstance(_type.GetElementType()!, values.Length);
        values.CopyTo(list, 0);
        _set(build, list);
    }

    private object Convert(string text, string source)
    {
        var (value, expected) = _element switch
        {
            { IsEnum: true } => (Member(text), string.Join(" or ", Enum.GetNames(_element))),
            _ when _element == typeof(string) => (text, string.Empty),
            _ when _element == typeof(bool) => (Flag(text), "true or false"),
            _ when _element == typeof(int) => ((object?)(int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null), "a whole number"),
            _ when _element == typeof(TimeSpan) => (Duration(text), "a duration such as 500ms, 90s, 5m, 1.5h or 2d"),
            _ => throw new PipelineException(FailureKind.Definition, $"Parameter {Name} is of type {_element.Name}, which can't be read from text.", "Use string, int, bool, TimeSpan, an enum, or an array of these."),
        };
        return value ?? throw Bad(text, source, expected);
    }

    private object? Member(string text) =>
        Array.Find(Enum.GetNames(_element), name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse(_element, name) : null;

    private static object? Flag(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" => true,
        "FALSE" or "0" => false,
        _ => null,
    };

    // Not TimeSpan.Parse: a bare number would be days to it, which nobody means.
    private static object? Duration(string text) =>
        Array.Find(_units, unit => text.EndsWith(unit.Name, StringComparison.Ordinal)) is { Name: { } name } unit
        && double.TryParse(text[..^name.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number < 1_000_000
            ? unit.Length * number
            : null;

    private PipelineException Bad(string text, string source, string expected) =>
        new(FailureKind.Definition, $"{source} is `{text}`, but must be {expected}.", Spelling.DidYouMean(text, _element.IsEnum ? Enum.GetNames(_element) : []).TrimEnd());

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")]
    private static partial Regex WordBoundary();
}
