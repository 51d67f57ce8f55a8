using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Lab.State;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Lab.Trees;

/// <summary>
/// A lab's reboot lock: no more of its hosts reboot at once than it has slots. A host takes a slot before it reboots and gives it back once it is well again; whoever
/// does not come back keeps it, and nobody else goes. Served by the FleetLock protocol (https://coreos.github.io/zincati/development/fleetlock/protocol/), as airlock does,
/// and kept in a file, so that whichever process serves the lab next knows who is away.
/// </summary>
public sealed partial class FleetLock : IDisposable
{
    /// <summary>How many hosts reboot at once unless a lab says otherwise.</summary>
    public const int DefaultSlots = 1;

    private const string FileName = "reboot-lock.json";
    private const string Full = "failed_lock_semaphore_full";
    private const string Malformed = "invalid_client_params";

    // As a web server writes JSON, for people who read it in a terminal: without \u0060 for each quote.
    private static readonly FleetLockJson Answers = new(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly SemaphoreSlim _gate = new(1);
    private readonly string _file;
    private readonly int _slots;
    private SortedDictionary<string, IReadOnlyList<string>> _holders;

    /// <param name="folder">The lab's folder, which keeps who has a slot.</param>
    /// <param name="slots">How many there are, in each group.</param>
    public FleetLock(string folder, int slots = DefaultSlots) => (_file, _slots, _holders) = (Path.Combine(folder, FileName), slots, Read(folder));

    /// <summary>Who has slots, by group, in the order in which they took them.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Holders => _holders;

    /// <summary>Who has slots of a lab, whichever process serves it and whether one does.</summary>
    /// <param name="folder">The lab's folder.</param>
    public static IReadOnlyList<string> HoldersIn(string folder) => [.. Read(folder).Values.SelectMany(ids => ids)];

    /// <summary>Takes a slot for a host, unless it has one already.</summary>
    /// <param name="group">The group of hosts that share slots.</param>
    /// <param name="id">The host.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False where others have all of them.</returns>
    public async Task<bool> TryLockAsync(string group, string id, CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var holders = _holders.GetValueOrDefault(group, []);
            if (holders.Contains(id))
            {
                return true;
            }

            if (holders.Count >= _slots)
            {
                return false;
            }

            await KeepAsync(group, [.. holders, id], cancellation);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Gives a host's slot back, where it has one.</summary>
    /// <param name="group">The group of hosts that share slots.</param>
    /// <param name="id">The host.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task UnlockAsync(string group, string id, CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_holders.GetValueOrDefault(group, []).Contains(id))
            {
                await KeepAsync(group, [.. _holders[group].Where(other => other != id)], cancellation);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>Answers guests below the address at which they find their updates.</summary>
    internal void Serve(WebApplication application)
    {
        application.MapPost("/{guest}/v1/pre-reboot", context => AnswerAsync(context, async (group, id) =>
            await TryLockAsync(group, id, context.RequestAborted) ? null : new FleetLockError(Full, $"all {_slots} slots of group {group} are taken, by {string.Join(", ", _holders[group])}")));
        application.MapPost("/{guest}/v1/steady-state", context => AnswerAsync(context, async (group, id) =>
        {
            await UnlockAsync(group, id, context.RequestAborted);
            return null;
        }));
    }

    private static async Task AnswerAsync(HttpContext context, Func<string, string, Task<FleetLockError?>> answer)
    {
        var (client, error) = await ClientAsync(context);
        error ??= await answer(client!.Group!, client.Id!);
        if (error is not null)
        {
            context.Response.StatusCode = error.Kind == Full ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(error, Answers.FleetLockError, cancellationToken: context.RequestAborted);
        }
    }

    private static async Task<(FleetLockClient? Client, FleetLockError? Error)> ClientAsync(HttpContext context)
    {
        if (context.Request.Headers["fleet-lock-protocol"] != "true")
        {
            return (null, new FleetLockError(Malformed, "the header `fleet-lock-protocol: true` is missing"));
        }

        try
        {
            // Whatever type it is said to have: curl's `-d` says that it is a form.
            var client = (await JsonSerializer.DeserializeAsync(context.Request.Body, FleetLockJson.Default.FleetLockRequest, context.RequestAborted))?.Client;
            return client is { Id.Length: > 0, Group: { } group } && GroupName().IsMatch(group)
                ? (client, null)
                : (null, new FleetLockError(Malformed, "`client_params` needs an `id`, and a `group` of letters, digits, `.` and `-`"));
        }
        catch (JsonException failure)
        {
            return (null, new FleetLockError(Malformed, $"the request is no JSON as the protocol has it: {failure.Message}"));
        }
    }

    // It counts once it is on the disk: a host that has been told to go away must not be forgotten.
    private async Task KeepAsync(string group, IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        var holders = new SortedDictionary<string, IReadOnlyList<string>>(_holders, StringComparer.Ordinal) { [group] = ids };
        if (ids.Count == 0)
        {
            holders.Remove(group);
        }

        await WholeFile.WriteAsync(_file, JsonSerializer.Serialize(holders, FleetLockJson.Default.SortedDictionaryStringIReadOnlyListString), cancellation: cancellation);
        _holders = holders;
    }

    private static SortedDictionary<string, IReadOnlyList<string>> Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return new(File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllText(file), FleetLockJson.Default.SortedDictionaryStringIReadOnlyListString)! : [], StringComparer.Ordinal);
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9.-]+\z")]
    private static partial Regex GroupName();

    [JsonSerializable(typeof(SortedDictionary<string, IReadOnlyList<string>>))]
    [JsonSerializable(typeof(FleetLockRequest))]
    [JsonSerializable(typeof(FleetLockError))]
    private sealed partial class FleetLockJson : JsonSerializerContext;

    private sealed record FleetLockRequest([property: JsonPropertyName("client_params")] FleetLockClient? Client);

    private sealed record FleetLockClient([property: JsonPropertyName("id")] string? Id, [property: JsonPropertyName("group")] string? Group);

    private sealed record FleetLockError([property: JsonPropertyName("kind")] string Kind, [property: JsonPropertyName("value")] string Value);
}
