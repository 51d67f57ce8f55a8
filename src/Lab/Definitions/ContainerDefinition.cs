using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>A container image as its file describes it: packages and files, from nothing else. Immutable, and already checked.</summary>
public sealed record ContainerDefinition
{
    /// <summary>Its name in the registry: a lower-case letter, then lower-case letters, digits and <c>-</c>, 31 at most. Several files may share one, as versions of it.</summary>
    public required string Name { get; init; }

    /// <summary>The tags that it is pushed under, when a lab comes up; at least one, and no two files of a name share any.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>What it holds: the packages, unpacked and not configured, and files over them.</summary>
    public required TreeDefinition Content { get; init; }

    /// <summary>What runs: a program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The TCP ports that it listens on.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>Where its name stands, or where its file begins.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>SHA-256, in hex, over all that makes the image. Not over its name and tags, which can be given anew.</summary>
    public string Digest => ContentDigest.OfText($"{Content.Digest}/{string.Join('\0', Command)}/{string.Join(',', Ports)}");

    /// <summary>Reads and checks a container's file, and only reads.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DefinitionException">Something in it is wrong.</exception>
    public static ContainerDefinition Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = Path.GetFullPath(path);
        var problems = new Problems(file);
        var container = new ContainerReader(new TreeCatalog(problems), problems).Read(file);
        problems.ThrowIfAny();
        return container!;
    }
}

/// <summary>The registry of a lab: where its container images are, on a segment, at this host's address there.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Port">The TCP port.</param>
/// <param name="Program">What serves it: a build of the distribution project's registry, as a name to be found on PATH or as a file.</param>
/// <param name="Location">Where the lab file asks for it.</param>
public sealed record RegistryDefinition(string Segment, int Port, string Program, SourceLocation Location)
{
    internal const int DefaultPort = 5000;

    // Debian's name for it.
    internal const string DefaultProgram = "docker-registry";
}
