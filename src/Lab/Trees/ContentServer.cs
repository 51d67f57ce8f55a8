using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Lab.Trees;

/// <summary>What a guest has fetched.</summary>
/// <param name="Requests">Requests answered, those for what is not there included.</param>
/// <param name="Bytes">Bytes of content sent, without headers.</param>
public sealed record ContentCount(long Requests, long Bytes)
{
    /// <summary>What was fetched since an earlier count.</summary>
    public static ContentCount operator -(ContentCount later, ContentCount earlier) =>
        new(later.Requests - earlier.Requests, later.Bytes - earlier.Bytes);
}

/// <summary>
/// Serves a lab's repository to its guests over HTTP on this host's loopback, which passt shows them, and counts what each of them fetches.
/// The first part of the path is the guest's name; <c>/counts</c> gives the counts as JSON. The lab's reboot lock is there too.
/// </summary>
public sealed partial class ContentServer : IAsyncDisposable
{
    // Somebody else may have the port, and never answer.
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(2);
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.Ordinal);

    private ContentServer(WebApplication application, int port) => (_application, Port) = (application, port);

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>What each guest has fetched so far.</summary>
    public IReadOnlyDictionary<string, ContentCount> Counts =>
        _counters.ToDictionary(pair => pair.Key, pair => new ContentCount(Interlocked.Read(ref pair.Value.Requests), Interlocked.Read(ref pair.Value.Bytes)), StringComparer.Ordinal);

    /// <summary>What is wrong with it, on purpose, from the next request on; null when nothing is.</summary>
    public ContentFault? Fault { get; set; }

    /// <summary>Starts serving.</summary>
    /// <param name="repository">The repository's folder.</param>
    /// <param name="port">The port on 127.0.0.1.</param>
    /// <param name="store">The repository whose objects it serves where its own has none; null for none.</param>
    /// <param name="reboots">The lab's reboot lock; null for a server that has none.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="HostException">The port is taken.</exception>
    public static async Task<ContentServer> StartAsync(string repository, int port, OstreeRepository? store = null, FleetLock? reboots = null, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = repository });
        builder.Logging.ClearProviders();
        // The host's signals are its program's to handle, not the server's.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1));
        var application = builder.Build();
        var server = new ContentServer(application, port);
        application.MapGet("/counts", context => context.Response.WriteAsJsonAsync(server.Counts, ContentJson.Default.IReadOnlyDictionaryStringContentCount, cancellationToken: context.RequestAborted));
        reboots?.Serve(application);
        application.Use(server.CountAsync);
        application.UseStaticFiles(Files(repository));
        if (store is not null)
        {
            Directory.CreateDirectory(store.ObjectFolder);
            application.UseStaticFiles(Files(store.ObjectFolder, $"/{Path.GetFileName(store.ObjectFolder)}"));
        }

        try
        {
            await application.StartAsync(cancellation);
            return server;
        }
        catch (IOException failure)
        {
            await application.DisposeAsync();
            throw new HostException($"The content server can't listen on port {port} of the loopback: {failure.Message}", "`ss -ltnp` says who does.", failure);
        }
    }

    /// <summary>What each guest has fetched so far, asked of a server that another process of this host may run.</summary>
    /// <param name="port">Its port on 127.0.0.1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null where nobody answers.</returns>
    public static async Task<IReadOnlyDictionary<string, ContentCount>?> AskAsync(int port, CancellationToken cancellation = default)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerDeadline };
        try
        {
            return await http.GetFromJsonAsync($"http://127.0.0.1:{port}/counts", ContentJson.Default.IReadOnlyDictionaryStringContentCount, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>What a guest has fetched so far; nothing, for one that never asked.</summary>
    public ContentCount CountOf(string guest) => Counts.TryGetValue(guest, out var count) ? count : new ContentCount(0, 0);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private static StaticFileOptions Files(string folder, string path = "") => new()
    {
        FileProvider = new PhysicalFileProvider(folder),
        RequestPath = path,
        ServeUnknownFileTypes = true,
        DefaultContentType = "application/octet-stream",
    };

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not null)
        {
            // The counts, or the lock: nobody's fetch.
            await next(context);
            return;
        }

        var path = context.Request.Path.Value ?? "/";
        var end = path.IndexOf('/', 1);
        if (end < 0)
        {
            // Without a guest's name there is nothing of the repository, not even what lies at its top: it would be nobody's fetch.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var counter = _counters.GetOrAdd(path[1..end], _ => new Counter());
        Interlocked.Increment(ref counter.Requests);
        context.Request.Path = path[end..];
        // HTTP dates count whole seconds: a summary published twice within one would be taken for the one the guest has.
        // Nothing else in a repository is ever asked for again.
        context.Request.Headers.Remove(HeaderNames.IfModifiedSince);
        context.Request.Headers.Remove(HeaderNames.IfNoneMatch);
        // Before the guest has the last byte: whoever asks after a guest's upgrade finds all of it counted.
        context.Response.OnStarting(() =>
        {
            Interlocked.Add(ref counter.Bytes, context.Response.StatusCode == StatusCodes.Status200OK && !HttpMethods.IsHead(context.Request.Method) ? context.Response.ContentLength ?? 0 : 0);
            return Task.CompletedTask;
        });
        if (Fault is { } fault)
        {
            fault.Spoil(context);
        }

        await next(context);
    }

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(IReadOnlyDictionary<string, ContentCount>))]
    private sealed partial class ContentJson : JsonSerializerContext;

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Counter
    {
        public long Requests;
        public long Bytes;
    }
}
