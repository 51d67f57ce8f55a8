using System.Globalization;

namespace Labs;

/// <summary>What the environment says to scenarios, by variables that CONTRIBUTING.md lists.</summary>
internal static class Setting
{
    /// <summary>A whole number; null where the variable is not set, or is none.</summary>
    public static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
