using System.Formats.Tar;
using Lab.Definitions;

namespace Lab.Trees;

/// <summary>A tree's own files and units as one tar file, to be laid over its base or over its packages.</summary>
internal static class TreeLayer
{
    private const string UnitFolder = "usr/lib/systemd/system";

    /// <summary>Writes the layer.</summary>
    /// <param name="tree">The tree whose files and units go in.</param>
    /// <param name="archive">The tar file to write.</param>
    /// <param name="readUnit">Reads a unit that a package brings, by name; null when there is none.</param>
    /// <param name="place">Where a path goes: a commit keeps <c>/etc</c> elsewhere than a running system.</param>
    /// <exception cref="DefinitionException">A unit that is to be enabled is not there or can't be enabled, or one of a package's is to be disabled.</exception>
    public static async Task WriteAsync(TreeDefinition tree, string archive, Func<string, Task<string?>> readUnit, Func<string, string> place)
    {
        await using var file = File.Create(archive);
        await using var writer = new TarWriter(file, TarEntryFormat.Pax);
        foreach (var entry in tree.Files)
        {
            await WriteFileAsync(writer, entry, place(entry.Path.TrimStart('/')));
        }

        foreach (var unit in tree.Units)
        {
            await WriteUnitAsync(writer, unit, readUnit, place);
        }
    }

    private static async Task WriteFileAsync(TarWriter writer, TreeFile entry, string path)
    {
        switch (entry)
        {
            case InlineFile inline:
                await writer.WriteEntryAsync(OstreeLayout.TextFile(path, inline.Content, inline.Mode));
                break;
            case CopiedFile copied:
                await using (var source = File.OpenRead(copied.Source))
                {
                    await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = copied.Mode, DataStream = source });
                }

                break;
            case SymbolicLink link:
                await writer.WriteEntryAsync(OstreeLayout.Link(path, link.Target));
                break;
        }
    }

    private static async Task WriteUnitAsync(TarWriter writer, TreeUnit unit, Func<string, Task<string?>> readUnit, Func<string, string> place)
    {
        if (unit.Content is { } content)
        {
            await writer.WriteEntryAsync(OstreeLayout.TextFile($"{UnitFolder}/{unit.Name}", content));
        }

        if (unit.Masked)
        {
            await writer.WriteEntryAsync(OstreeLayout.Link(place($"etc/systemd/system/{unit.Name}"), "/dev/null"));
        }

        if (unit is { Enabled: false, Masked: false, Content: null })
        {
            throw Wrong(unit, $"{unit.Name} comes with a package, and what its package has enabled can't be taken back", "Write `masked: true`, and nothing starts it; or leave `enabled` out, and it is as its package has it.");
        }

        if (unit.Enabled == true)
        {
            var text = unit.Content ?? await readUnit(unit.Name) ?? await readUnit(FileOf(unit.Name))
                ?? throw Wrong(unit, $"no package brings the unit {unit.Name}", "Give it `content` or `source`, or add the package that holds it.");
            var links = InstallLinks(unit.Name, text).ToList();
            if (links.Count == 0)
            {
                throw Wrong(unit, $"{unit.Name} can't be enabled: it has no WantedBy= or RequiredBy= under [Install]", "Add one, or start it from a unit that is.");
            }

            foreach (var (link, target) in links)
            {
                await writer.WriteEntryAsync(OstreeLayout.Link(link, target));
            }
        }
    }

    // systemd.unit(5), [INSTALL] SECTION OPTIONS. The links go below /usr, so that an upgrade carries them and /etc stays the user's.
    internal static IEnumerable<(string Link, string Target)> InstallLinks(string unit, string text)
    {
        var section = string.Empty;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('[') && line.EndsWith(']'))
            {
                section = line;
            }
            else if (section == "[Install]" && line.Split('=', 2) is [var key, var value])
            {
                var names = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                var folder = key.Trim() switch { "WantedBy" => ".wants/", "RequiredBy" => ".requires/", _ => null };
                foreach (var name in folder is null ? [] : names)
                {
                    yield return ($"{UnitFolder}/{name}{folder}{unit}", $"../{FileOf(unit)}");
                }

                if (key.Trim() == "Alias")
                {
                    foreach (var name in names)
                    {
                        yield return ($"{UnitFolder}/{name}", unit);
                    }
                }
            }
        }
    }

    // An instance of a template has the template's file: getty@tty1.service that of getty@.service.
    private static string FileOf(string unit) =>
        unit.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? unit[..(at + 1)] + unit[unit.LastIndexOf('.')..] : unit;

    private static DefinitionException Wrong(TreeUnit unit, string message, string fix) =>
        new([new Diagnostic(unit.Location, char.ToUpperInvariant(message[0]) + message[1..], fix)]);
}
