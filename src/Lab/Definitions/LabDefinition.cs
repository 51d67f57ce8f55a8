using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>A lab as its file describes it: the trees it composes and the guests it runs. Immutable, and already checked.</summary>
public sealed record LabDefinition
{
    /// <summary>The name of a lab's file within its folder.</summary>
    public const string FileName = "lab.yaml";

    /// <summary>Its name: a lower-case letter, then lower-case letters, digits and <c>-</c>, 31 at most.</summary>
    /// <value>The folder's name unless set.</value>
    public required string Name { get; init; }

    /// <summary>What it is for, in the author's words; may be empty.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>The full path of its file.</summary>
    public required string File { get; init; }

    /// <summary>The full path of its folder, which holds all of the lab.</summary>
    public string Folder => Path.GetDirectoryName(File)!;

    /// <summary>The trees it lists, in their order. Bases that only these trees name are not among them.</summary>
    public required IReadOnlyList<TreeDefinition> Trees { get; init; }

    /// <summary>Its networks, in their order in the file; none unless it has some.</summary>
    public IReadOnlyList<SegmentDefinition> Segments { get; init; } = [];

    /// <summary>Where its container images are; null where it has none.</summary>
    public RegistryDefinition? Registry { get; init; }

    /// <summary>Its container images, in their order in the file.</summary>
    public IReadOnlyList<ContainerDefinition> Containers { get; init; } = [];

    /// <summary>How many of its guests may reboot at once, where they ask the lab's reboot lock.</summary>
    /// <value>One unless set.</value>
    public int RebootSlots { get; init; } = 1;

    /// <summary>Its guests, in their order in the file; at least one.</summary>
    public required IReadOnlyList<GuestDefinition> Guests { get; init; }

    /// <summary>The seat that it is; null for a lab that is no copy of another.</summary>
    public Seat? Seat { get; init; }

    /// <summary>Where its name stands, or where its file begins.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>The copy of it that somebody sits at.</summary>
    /// <param name="seat">A seat of this lab.</param>
    public LabDefinition For(Seat seat) => this with { Name = seat.Name, Seat = seat };

    /// <summary>Reads and checks a lab file and every tree file that it needs.</summary>
    /// <param name="path">The lab file, or the folder that holds it as <c>lab.yaml</c>.</param>
    /// <exception cref="DefinitionException">Something is wrong; everything that is, is in it.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static LabDefinition Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path);
        var file = Directory.Exists(full) ? Path.Combine(full, FileName) : full;
        var problems = new Problems(file);
        var lab = new LabReader(file, problems).Read();
        problems.ThrowIfAny();
        return lab!;
    }
}
