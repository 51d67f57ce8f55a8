using System.Text.RegularExpressions;

namespace Lab.Updates;

// 2014 to 2016: one row a deployment, under a header that may lack VERSION; signatures of the booted one may follow.
public static partial class RpmOstreeStatusParser
{
    private static HostStatus ParseTable(IReadOnlyList<ToolLine> lines)
    {
        var header = lines.First(line => !line.IsBlank);
        var rows = lines.Skip(header.Number).TakeWhile(line => !line.IsBlank).Select(line => (line, ParseRow(header.Text, line))).ToList();
        if (rows.Count == 0)
        {
            throw lines[Math.Min(header.Number, lines.Count - 1)].Unexpected("a row for each deployment");
        }

        foreach (var line in lines.Skip(header.Number + rows.Count).Where(line => !Signature().IsMatch(line.Text)))
        {
            throw line.Unexpected("nothing but signatures after the table");
        }

        return HostStatus.Of(rows);
    }

    private static Deployment ParseRow(string header, ToolLine row)
    {
        var columns = ColumnName().Matches(header).Select(match => match.Index).Append(int.MaxValue).ToList();
        var names = ColumnName().Matches(header).Select(match => match.Value).ToList();
        var isRow = row.Text is ['*' or ' ', ' ', not ' ', ..] && columns.TrueForAll(start => start > row.Text.Length || row.Text[start - 1] == ' ');
        var (commit, stateRoot, refspec) = (Cell("ID"), Cell("OSNAME"), Cell("REFSPEC"));
        return isRow && commit is not null && Hexadecimal().IsMatch(commit) && !$"{stateRoot}{refspec}".Contains(' ', StringComparison.Ordinal)
            ? new Deployment
            {
                Booted = row.Text[0] == '*',
                Timestamp = ParseTimestamp(row, Cell("TIMESTAMP (UTC)") ?? string.Empty),
                Version = Cell("VERSION"),
                Commit = commit,
                StateRoot = stateRoot,
                Refspec = refspec,
            }
            : throw row.Unexpected("a row of a deployment, its cells under their headings");

        // The version may be empty, so a cell is known by its place and not by its count.
        string? Cell(string name)
        {
            var column = names.IndexOf(name);
            return column < 0 || columns[column] >= row.Text.Length ? null
                : row.Text[columns[column]..Math.Min(columns[column + 1], row.Text.Length)].TrimEnd() is { Length: > 0 } cell ? cell
                : null;
        }
    }

    [GeneratedRegex(@"\A  TIMESTAMP \(UTC\) +(VERSION +)?ID +OSNAME +REFSPEC\z")]
    private static partial Regex TableHeader();

    [GeneratedRegex(@"TIMESTAMP \(UTC\)|[A-Z]+")]
    private static partial Regex ColumnName();

    [GeneratedRegex(@"\A(GPG: .*|  [A-Z][a-zA-Z']+ .*|)\z")]
    private static partial Regex Signature();
}
