using System.Globalization;
using System.Text;
using System.Text.Json;
using Lab.Updates;

namespace Lab.Tests.Updates;

/// <summary>Prints a status as the tools' sources do, for the way back through the parsers.</summary>
internal static class StatusPrinter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Ostree(HostStatus status)
    {
        var text = new StringBuilder();
        foreach (var deployment in status.Deployments)
        {
            var mark = deployment.Staged ? " (staged)" : deployment.Pending ? " (pending)" : deployment.Rollback ? " (rollback)" : string.Empty;
            text.Append($"{(deployment.Booted ? '*' : ' ')} {deployment.StateRoot} {deployment.Commit}.{deployment.Serial}{mark}\n");
            Line("Version", deployment.Version);
            Line("Unlocked", deployment.Unlocked);
            Line("Pinned", deployment.Pinned ? "yes" : null);
            Line(deployment.Refspec is null ? "origin" : "origin refspec", deployment.Refspec ?? "<unknown origin type>");
        }

        return text.ToString();

        void Line(string key, string? value) => text.Append(value is null ? string.Empty : $"    {key}: {value}\n");
    }

    public static string Table(HostStatus status)
    {
        var columns = new List<(string Name, Func<Deployment, string?> Cell)>
        {
            ("TIMESTAMP (UTC)", deployment => deployment.Timestamp!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
            ("ID", deployment => deployment.Commit),
            ("OSNAME", deployment => deployment.StateRoot),
            ("REFSPEC", deployment => deployment.Refspec),
        };
        if (status.Deployments.Any(deployment => deployment.Version is not null))
        {
            columns.Insert(1, ("VERSION", deployment => deployment.Version));
        }

        var widths = columns.Select(column => 5 + Math.Max(column.Name.Length, status.Deployments.Max(deployment => column.Cell(deployment)?.Length ?? 0))).ToList();
        var rows = status.Deployments.Select(deployment => (deployment.Booted ? "* " : "  ") + Row(columns.Select(column => column.Cell(deployment) ?? string.Empty)));
        return string.Concat(rows.Prepend("  " + Row(columns.Select(column => column.Name))).Select(row => row + "\n"));

        string Row(IEnumerable<string> cells) => string.Concat(cells.Zip(widths, (cell, width) => cell.PadRight(width)));
    }

    public static string Blocks(HostStatus status)
    {
        var text = new StringBuilder("State: idle\nDeployments:\n");
        foreach (var (deployment, index) in status.Deployments.Select((deployment, index) => (deployment, index)))
        {
            var time = deployment.Timestamp!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            text.Append(index == 0 ? string.Empty : "\n").Append($"{(deployment.Booted ? '●' : ' ')} {(deployment.Refspec is null ? deployment.Commit : "ostree://" + deployment.Refspec)}\n");
            Line(deployment.Version is null ? "Timestamp" : "Version", deployment.Version is null ? time : $"{deployment.Version} ({time})");
            Line("Commit", deployment.Commit);
            Line("Staged", deployment.Staged ? "yes" : index == 0 ? "no" : null);
            Line("StateRoot", deployment.StateRoot);
            Line("Pinned", deployment.Pinned ? "yes" : null);
            Line("Unlocked", deployment.Unlocked);
        }

        return text.ToString();

        void Line(string key, string? value) => text.Append(value is null ? string.Empty : $"  {key,24}: {value}\n");
    }

    public static string Json(HostStatus status) => JsonSerializer.Serialize(
        new
        {
            deployments = status.Deployments.Select(deployment => new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["unlocked"] = deployment.Unlocked ?? "none",
                ["osname"] = deployment.StateRoot,
                ["checksum"] = deployment.Commit,
                ["serial"] = deployment.Serial,
                ["booted"] = deployment.Booted,
                ["staged"] = deployment.Staged,
                ["pinned"] = deployment.Pinned,
                ["version"] = deployment.Version,
                ["timestamp"] = deployment.Timestamp!.Value.ToUnixTimeSeconds(),
                [deployment.Refspec?.Contains("registry", StringComparison.Ordinal) == true ? "container-image-reference" : "origin"] = deployment.Refspec,
            }),
            transaction = (object?)null,
        },
        Indented);
}
