using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>Reads a lab's <c>containers</c>, a file each, and its <c>registry</c>. What is wrong goes to the problems.</summary>
internal sealed class ContainerReader(TreeCatalog catalog, Problems problems)
{
    private static readonly Func<YamlNode, string> _tag = Value.Matching(Grammar.ImageTag, "a tag", "Take letters, digits, `.`, `_` and `-`, beginning with none of `.` and `-`.");

    /// <summary>The registry that a lab asks for; null where it asks for none.</summary>
    public RegistryDefinition? Registry(YamlMap lab, IReadOnlyList<SegmentDefinition> segments, string folder) => lab.Optional("registry", node =>
    {
        var map = new YamlMap(node, "the registry", node.Location, problems);
        var segment = map.Required("segment", value => Segment(value, segments), "segment: SEGMENT");
        var port = map.Optional("port", Value.Port, RegistryDefinition.DefaultPort);
        var program = map.Optional("program", value => Value.Text(value).Contains('/', StringComparison.Ordinal) ? Value.ExistingFile(folder)(value) : Value.Line(value), RegistryDefinition.DefaultProgram);
        map.Close();
        return segment is null ? null : new RegistryDefinition(segment, port, program, node.Location);
    }, null);

    /// <summary>The container images of a lab.</summary>
    public IReadOnlyList<ContainerDefinition> Containers(YamlMap lab, string folder)
    {
        var containers = lab.List("containers", node => Read(Value.ExistingFile(folder)(node)));
        foreach (var same in containers.SelectMany(container => container.Tags.Select(tag => (container, tag))).GroupBy(tagged => (tagged.container.Name, tagged.tag)))
        {
            foreach (var (container, tag) in same.Skip(1))
            {
                problems.Add(container.Location, $"`{container.Name}:{tag}` is {same.First().container.Location}'s already", "Give it another tag.");
            }
        }

        if (containers.Count > 0 && !lab.Has("registry"))
        {
            lab.Report("containers", lab.Where("containers"), "there is no registry that guests could pull them from", "Add `registry: { segment: SEGMENT }`.");
        }

        return containers;
    }

    private static string Segment(YamlNode node, IReadOnlyList<SegmentDefinition> segments)
    {
        var name = Value.Text(node);
        var names = segments.Select(segment => segment.Name).ToList();
        return segments.FirstOrDefault(segment => segment.Name == name) is { Carrier: { } carrier }
            ? throw node.Reject($"segment `{name}` is carried by {carrier}, and a registry there would be everybody's", "Name a segment without `network` and `bridge`.")
            : names.Contains(name)
            ? name
            : throw node.Reject($"no segment is called `{YamlScalar.Excerpt(name)}`", names.Count == 0 ? "Add `segments`." : $"{Spelling.DidYouMean(name, names)}The lab's segments are {Spelling.Listed(names)}.");
    }

    /// <summary>A container's file; null where something in it is wrong.</summary>
    public ContainerDefinition? Read(string file)
    {
        if (YamlComposer.Load(file, problems) is not { } root)
        {
            return null;
        }

        var map = new YamlMap(root, "the container", root.Location, problems);
        var name = map.Name("container", Path.GetFileNameWithoutExtension(file), "the file's name");
        var location = map.Has("container") ? map.Where("container") : root.Location;
        var tags = map.Set("tags", _tag, tag => tag);
        map.Require("tags", "tags: [v1]");
        var content = new TreeReader(file, catalog, problems).Content(map, name, location);
        map.Require("command", "command: [/bin/busybox, httpd, -f]");
        var command = map.List("command", Value.Text);
        var ports = map.List("ports", node => (int?)Value.Port(node));
        map.Close();
        return problems.AnyIn(file) ? null : new ContainerDefinition { Name = name, Tags = tags, Content = content, Command = command, Ports = [.. ports.OfType<int>()], Location = location };
    }
}
