using System.Text.Json.Serialization;

namespace Lab.Hosting;

/// <summary>What the doctor found about one thing that a lab needs of its host.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckStatus>))]
public enum CheckStatus
{
    /// <summary>There, and new enough.</summary>
    Ok,

    /// <summary>A lab works without, but worse or not for long.</summary>
    Warning,

    /// <summary>Not there, or it does not run.</summary>
    Missing,

    /// <summary>There, but older than what a lab needs.</summary>
    TooOld,
}

/// <summary>One thing that a lab needs of its host, and what was found.</summary>
/// <param name="Name">The program, library or resource: <c>xorriso</c>, <c>disk</c>.</param>
/// <param name="Status">The finding.</param>
/// <param name="Found">The version or amount found, or what the program said instead; null where there was nothing.</param>
/// <param name="Needed">What is needed and what for: <c>2022.1 or newer, to compose trees</c>.</param>
/// <param name="Remedy">What to do about it, in one line; null where nothing needs doing.</param>
/// <param name="Packages">The Debian packages that bring it; none where no package can help.</param>
public sealed record HostCheck(
    string Name,
    CheckStatus Status,
    string? Found,
    string Needed,
    string? Remedy,
    IReadOnlyList<string> Packages);
