using System.Text.RegularExpressions;

namespace Lab.Updates;

// Since 2016: a block a deployment, headed by its origin and made of right-aligned "Key: value" lines, whose values may go on
// in deeper lines. The daemon's state comes before the blocks, an available update after them.
public static partial class RpmOstreeStatusParser
{
    private static HostStatus ParseBlocks(IReadOnlyList<ToolLine> lines)
    {
        var blocks = new List<Block>();
        var (fresh, after) = (true, false);
        foreach (var line in lines)
        {
            if (SectionLine().IsMatch(line.Text))
            {
                after = blocks.Count > 0;
                fresh = line.Text is "Deployments:" or "BootedDeployment:";
            }
            else if (!after && Origin().Match(line.Text) is { Success: true } origin)
            {
                blocks.Add(new Block(line, origin.Groups["booted"].Value != " ", origin.Groups["origin"].Value));
                fresh = false;
            }
            else if (line.IsBlank)
            {
                fresh = !after;
            }
            else if (fresh || !Deeper().IsMatch(line.Text) || (blocks.Count == 0 && CommitField().IsMatch(line.Text)))
            {
                throw line.Unexpected("the origin of a deployment, marked ● if booted, or below one its 'Key: value'");
            }
            else if (!after && blocks.Count > 0 && Field().Match(line.Text) is { Success: true } field)
            {
                blocks[^1].Add(line, field.Groups["key"].Value, field.Groups["value"].Value);
            }
        }

        return blocks.Count > 0
            ? HostStatus.Of([.. blocks.Select(block => (block.Line, block.ToDeployment()))])
            : throw lines[^1].Unexpected("a deployment: its origin, marked ● if booted");
    }

    private sealed class Block(ToolLine line, bool booted, string origin)
    {
        private static readonly string[] CommitKeys = ["Commit", "BootedCommit", "BaseCommit", "BootedBaseCommit", "Digest"];

        private readonly Dictionary<string, (ToolLine Line, string Value)> fields = new(StringComparer.Ordinal);

        public ToolLine Line { get; } = line;

        // The same key twice would mean that the heading of another deployment was missed.
        public void Add(ToolLine at, string key, string value)
        {
            if (!fields.TryAdd(key, (at, value)))
            {
                throw at.Unexpected($"one {key} a deployment");
            }
        }

        public Deployment ToDeployment()
        {
            var (version, timestamp) = VersionAndTimestamp();
            var isChecksum = origin.Length == 64 && Hexadecimal().IsMatch(origin);
            return new Deployment
            {
                Booted = booted,
                Commit = Commit() ?? (isChecksum ? origin : throw Line.Unexpected("a Commit line below this origin")),
                Refspec = isChecksum ? null : WithoutScheme(origin),
                Version = version,
                Timestamp = timestamp,
                StateRoot = Value("StateRoot") ?? Value("OSName"),
                Staged = Value("Staged") == "yes",
                Pinned = Value("Pinned") == "yes",
                Unlocked = Value("Unlocked"),
            };
        }

        private string? Value(string key) => fields.TryGetValue(key, out var field) ? field.Value : null;

        private string? Commit()
        {
            var key = Array.Find(CommitKeys, fields.ContainsKey);
            return key is null ? null
                : key == "Digest" || Hexadecimal().IsMatch(fields[key].Value) ? fields[key].Value
                : throw fields[key].Line.Unexpected("a commit's checksum");
        }

        private (string? Version, DateTimeOffset? Timestamp) VersionAndTimestamp()
        {
            if (fields.TryGetValue("Version", out var version))
            {
                return VersionWithTime().Match(version.Value) is { Success: true } match
                    ? (match.Groups["version"].Value, ParseTimestamp(version.Line, match.Groups["time"].Value))
                    : throw version.Line.Unexpected("'Version: version (time)'");
            }

            return (null, fields.TryGetValue("Timestamp", out var timestamp) ? ParseTimestamp(timestamp.Line, timestamp.Value) : null);
        }
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z ]*:( |\z)")]
    private static partial Regex SectionLine();

    // ● is * in a locale without it.
    [GeneratedRegex(@"\A(?<booted>[*● ]) (?<origin>[^\s│├└|`]\S*[^\s:])\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Origin();

    [GeneratedRegex(@"\A {2,}(?<key>[A-Z][A-Za-z0-9]*):( (?<value>.*))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Field();

    // Before any origin it would mean that one was missed.
    [GeneratedRegex(@"\A +(Commit|BootedCommit|BaseCommit|BootedBaseCommit|Digest|Version|Timestamp): ")]
    private static partial Regex CommitField();

    // A key, a branch of a drawn tree, or what goes on from the line before.
    [GeneratedRegex(@"\A( {2,}[A-Z][A-Za-z0-9]*:( |\z)| +(└─|├─|`-|\|-) | {3,}\S)")]
    private static partial Regex Deeper();

    [GeneratedRegex(@"\A(?<version>.+?) \((?<time>[-0-9T:Z ]+|\(?invalid timestamp\)?)\)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex VersionWithTime();
}
