using System.CommandLine;

namespace Lab.Cli.CommandLine;

/// <summary>A command of <c>lab</c>: what it takes, an example of its use, and what it does.</summary>
internal abstract class LabCommand : Command
{
    /// <summary>The option that every command has.</summary>
    public const string Json = "--json";

    /// <param name="name">Its name.</param>
    /// <param name="description">What it does, as a sentence.</param>
    /// <param name="examples">How to use it; at least one.</param>
    protected LabCommand(string name, string description, params IReadOnlyList<string> examples)
        : base(name, description) => Examples = examples;

    /// <summary>How to use it, as one would type it.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>What may follow <c>--</c>, as the help shows it; null where nothing may.</summary>
    public virtual string? Trailing => null;

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    public abstract Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation);

    /// <summary>The option that every command has.</summary>
    public static Option<bool> JsonOption() => new(Json) { Description = "Print one JSON document instead of tables and text", Recursive = true };

    /// <summary>The argument that names a lab.</summary>
    protected static Argument<string?> LabArgument() => new("LAB")
    {
        Description = "The lab: its name, its folder or its lab.yaml [default: the lab.yaml here, or the only lab that is up]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The option that names a lab, where arguments name something else.</summary>
    protected static Option<string?> LabOption() => new("--lab", "-l")
    {
        Description = "The lab: its name, its folder or its lab.yaml [default: the lab.yaml here, or the only lab that is up]",
        HelpName = "LAB",
    };

    /// <summary>The argument that names a checkpoint.</summary>
    protected static Argument<string> CheckpointArgument() => new("NAME") { Description = "The checkpoint's name" };

    /// <summary>The argument that names a guest.</summary>
    protected static Argument<string?> GuestArgument() => new("GUEST")
    {
        Description = "The guest's name [default: the only guest]",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
