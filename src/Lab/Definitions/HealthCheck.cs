namespace Lab.Definitions;

/// <summary>One condition of a healthy guest. A guest is healthy when all of its checks hold.</summary>
/// <param name="Location">Where the definition states it.</param>
public abstract record HealthCheck(SourceLocation Location);

/// <summary>A systemd unit must be active.</summary>
/// <param name="Unit">The unit's full name, as <c>lab-web.service</c>.</param>
/// <param name="Location">Where the definition states it.</param>
public sealed record UnitCheck(string Unit, SourceLocation Location) : HealthCheck(Location);

/// <summary>A GET on a guest's port must answer with a status below 400.</summary>
/// <param name="Port">The guest's TCP port; always one of <see cref="GuestDefinition.Forward"/>.</param>
/// <param name="Path">The path and query asked for, beginning with <c>/</c>.</param>
/// <param name="Location">Where the definition states it.</param>
public sealed record HttpCheck(int Port, string Path, SourceLocation Location) : HealthCheck(Location);
