using System.Text.RegularExpressions;

namespace Lab.Updates;

/// <summary>
/// Reads what <c>ostree admin status</c> prints: a line for each deployment, then its attributes, indented by four.
/// The format is <c>src/ostree/ot-admin-builtin-status.c</c>; forms up to 2025 are known.
/// </summary>
public static partial class OstreeStatusParser
{
    /// <summary>Reads the whole output.</summary>
    /// <exception cref="StatusFormatException">A line is neither a deployment nor an attribute of one, or there is none.</exception>
    public static HostStatus Parse(string text)
    {
        var lines = ToolLine.Of(text);
        if (text.Trim() == "No deployments.")
        {
            return new HostStatus([]);
        }

        var entries = new List<(ToolLine Line, Deployment Deployment)>();
        foreach (var line in lines.Where(line => !line.IsBlank))
        {
            if (Heading().Match(line.Text) is { Success: true } heading)
            {
                entries.Add((line, Begin(heading)));
            }
            else if (entries.Count > 0 && Attribute().Match(line.Text) is { Success: true } attribute && !Checksum().IsMatch(line.Text))
            {
                entries[^1] = entries[^1] with { Deployment = Add(entries[^1].Deployment, attribute) };
            }
            else
            {
                throw line.Unexpected("'* stateroot checksum.serial', or an attribute of a deployment indented by four");
            }
        }

        return entries.Count > 0 ? Agreeing(entries) : throw lines[^1].Unexpected("a deployment, or 'No deployments.'");
    }

    private static Deployment Begin(Match heading) => new()
    {
        Booted = heading.Groups["booted"].Value == "*",
        StateRoot = heading.Groups["stateroot"].Value,
        Commit = heading.Groups["commit"].Value,
        Serial = int.Parse(heading.Groups["serial"].ValueSpan),
        Staged = Marked(heading, "staged") || Marked(heading, "finalization locked"),
    };

    private static Deployment Add(Deployment deployment, Match attribute)
    {
        var value = attribute.Groups["value"].Value;
        return attribute.Groups["key"].Value switch
        {
            "Version" => deployment with { Version = value },
            "Unlocked" => deployment with { Unlocked = value },
            "Pinned" => deployment with { Pinned = value == "yes" },
            "origin refspec" or "Container image reference" => deployment with { Refspec = value },
            _ => deployment,
        };
    }

    // ostree marks by the rule that HostStatus follows; if the two differ, one of them was misunderstood.
    private static HostStatus Agreeing(IReadOnlyList<(ToolLine Line, Deployment Deployment)> entries)
    {
        var status = HostStatus.Of(entries);
        foreach (var ((line, _), deployment) in entries.Zip(status.Deployments))
        {
            var heading = Heading().Match(line.Text);
            if ((Marked(heading, "pending") && !deployment.Pending) || (Marked(heading, "rollback") && !deployment.Rollback))
            {
                throw line.Unexpected("a mark that agrees with the order: pending before the booted deployment, rollback after it");
            }
        }

        return status;
    }

    private static bool Marked(Match heading, string mark) => heading.Groups["mark"].Captures.Any(capture => capture.Value == mark);

    [GeneratedRegex(@"\A(?<booted>[* ]) (?<stateroot>\S+) (?<commit>[0-9a-f]{64})\.(?<serial>[0-9]{1,9})( \((?<mark>staged|finalization locked|pending|rollback|soft-reboot)\))*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    // Signature lines and a source's title ("`- …") are attributes too, without a key that matters here.
    [GeneratedRegex(@"\A {4}(?<key>[A-Za-z][A-Za-z ]*)?(: (?<value>.+))?.*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Attribute();

    [GeneratedRegex(@"[0-9a-f]{64}\.[0-9]")]
    private static partial Regex Checksum();
}
