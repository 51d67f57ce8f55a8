using System.CommandLine;
using System.Globalization;

namespace Lab.Cli.CommandLine;

/// <summary>An option whose value is a number, and whose failure says so in words.</summary>
internal static class NumberOption
{
    /// <summary>A whole number, from 0 on.</summary>
    public static Option<int?> Create(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            result.AddError($"`{name}` takes a whole number, and `{result.Tokens[0].Value}` is none.");
            return null;
        },
    };
}
