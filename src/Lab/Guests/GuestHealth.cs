using System.Net.Sockets;
using Lab.Definitions;
using Lab.Execution;
using Lab.Remote;

namespace Lab.Guests;

/// <summary>What became of one health check.</summary>
/// <param name="Name">What was checked: <c>lab-web.service</c>, or <c>GET :80/</c>.</param>
/// <param name="Healthy">Whether it holds.</param>
/// <param name="Detail">What was seen: the unit's state, the answer's status, or why there was none.</param>
public sealed record HealthResult(string Name, bool Healthy, string Detail);

/// <summary>Checks what a lab file says must hold for a guest to count as healthy.</summary>
public static class GuestHealth
{
    // systemctl(1), EXIT STATUS: is-active says more by its words than by its code, which is 3 as soon as one unit is not active.
    private const string AskUnits = "systemctl is-active -- ";

    /// <summary>Checks everything at once and returns a result each, in the checks' order.</summary>
    /// <param name="checks">What must hold (<see cref="GuestDefinition.Health"/>).</param>
    /// <param name="shell">Commands on the guest.</param>
    /// <param name="portOf">The port on this host's loopback that leads to one of the guest's (<see cref="Guest.PortOf"/>).</param>
    /// <param name="timeout">How long a single answer may take before it counts as none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ConnectionLostException">The guest could not be asked for its units.</exception>
    /// <exception cref="RemoteTimeoutException">It did not answer that in time.</exception>
    public static async Task<IReadOnlyList<HealthResult>> CheckAsync(
        IReadOnlyList<HealthCheck> checks, IRemoteShell shell, Func<int, int> portOf, TimeSpan timeout, CancellationToken cancellation = default)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = timeout };
        var units = UnitsAsync([.. checks.OfType<UnitCheck>().Select(check => check.Unit)], shell, timeout, cancellation);
        var pages = checks.OfType<HttpCheck>().Distinct().ToDictionary(check => check, check => GetAsync(http, check, portOf(check.Port), cancellation));
        await Task.WhenAll([units, .. pages.Values]);
        var states = await units;
        return [.. checks.Select(check => check switch
        {
            UnitCheck unit => new HealthResult(unit.Unit, states[unit.Unit] == "active", states[unit.Unit]),
            HttpCheck page => pages[page].Result,
            _ => throw new ArgumentOutOfRangeException(nameof(checks), check, "This kind of health check can't be made."),
        })];
    }

    private static async Task<IReadOnlyDictionary<string, string>> UnitsAsync(IReadOnlyList<string> units, IRemoteShell shell, TimeSpan timeout, CancellationToken cancellation)
    {
        if (units.Count == 0)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }

        // One line a unit, in the order asked for.
        var result = await shell.RunAsync(AskUnits + string.Join(' ', units.Select(Command.Quote)), timeout, cancellation);
        var states = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return units.Select((unit, index) => (unit, index < states.Length ? states[index] : result.Error.Trim()))
            .DistinctBy(pair => pair.unit)
            .ToDictionary(pair => pair.unit, pair => pair.Item2, StringComparer.Ordinal);
    }

    private static async Task<HealthResult> GetAsync(HttpClient http, HttpCheck check, int port, CancellationToken cancellation)
    {
        var name = $"GET :{check.Port}{check.Path}";
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{check.Path}"), HttpCompletionOption.ResponseHeadersRead, cancellation);
            return new HealthResult(name, (int)answer.StatusCode < 400, $"{(int)answer.StatusCode} {answer.ReasonPhrase}".TrimEnd());
        }
        catch (HttpRequestException failure)
        {
            // The forwarder takes every connection and drops those that nobody in the guest wants.
            return new HealthResult(name, Healthy: false, failure.InnerException is SocketException socket ? socket.Message : "no answer: the connection was closed");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new HealthResult(name, Healthy: false, $"no answer within {http.Timeout.TotalSeconds:0} s");
        }
    }
}
