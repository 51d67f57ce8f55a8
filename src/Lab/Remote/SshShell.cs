using System.Globalization;
using System.Text;
using Lab.Execution;

namespace Lab.Remote;

/// <summary>How to reach a guest's SSH server.</summary>
/// <param name="Guest">The guest's name; its host key is known under it.</param>
/// <param name="Port">The port on this host's loopback that leads to the guest's port 22.</param>
/// <param name="Identity">The lab's keys.</param>
/// <param name="SocketFolder">Where the shared connection's socket goes; short (unix(7) allows 107 bytes).</param>
public sealed record SshEndpoint(string Guest, int Port, SshIdentity Identity, string SocketFolder);

/// <summary>
/// A guest over OpenSSH's client: one connection, shared by every command (ssh_config(5), ControlMaster), verified against a
/// host key known beforehand. Other processes use it too; it ends half a minute after the last command. The user's own SSH configuration and agent stay out of it, so that every host behaves the same.
/// </summary>
public sealed class SshShell : IRemoteShell
{
    /// <summary>ssh's own exit code for a failure that is not the command's (ssh(1), EXIT STATUS).</summary>
    private const int SshFailed = 255;

    /// <summary>timeout(1)'s exit code for a command that it had to end.</summary>
    private const int TimedOut = 124;

    /// <summary>timeout(1)'s exit code for a command that it had to kill, since it went on.</summary>
    private const int KilledAtTimeOut = 128 + 9;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly SshEndpoint _endpoint;
    private readonly TimeSpan _timeout;
    private readonly string _user;

    /// <param name="endpoint">Where the guest is.</param>
    /// <param name="timeout">How long a command may take where its caller does not say.</param>
    /// <param name="user">Who logs in; root by default, because scenarios drive the host itself.</param>
    public SshShell(SshEndpoint endpoint, TimeSpan timeout, string user = "root") =>
        (_endpoint, _timeout, _user) = (endpoint, timeout, user);

    /// <inheritdoc/>
    public string Guest => _endpoint.Guest;

    /// <summary>Told of every command that ended, for the report.</summary>
    public Action<RemoteResult>? Ran { get; init; }

    /// <inheritdoc/>
    public Task<RemoteResult> RunAsync(string command, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        RunAsync(command, timeout ?? _timeout, ConnectTimeout, cancellation);

    /// <summary>The same, where nobody may answer yet.</summary>
    /// <param name="command">The line.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="patience">How long it may take until the guest's SSH server says who it is; whole seconds, at least one.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<RemoteResult> RunAsync(string command, TimeSpan limit, TimeSpan patience, CancellationToken cancellation)
    {
        var result = await Ssh(Within(patience), [Guarded(command, limit)]).HoldingInput().RunAsync(cancellation);
        if (result.ExitCode == SshFailed)
        {
            throw new ConnectionLostException(Guest, LastWords.Line(result.Error) ?? "ssh failed without a word.", $"`lab console {Guest}` shows whether the guest still runs.");
        }

        var left = new RemoteResult(Guest, command, result.ExitCode, result.Output, result.Error, result.Duration);
        Ran?.Invoke(left);
        return result.ExitCode is TimedOut or KilledAtTimeOut && result.Duration >= limit
            ? throw new RemoteTimeoutException(Guest, command, limit, LastWords.Line(result.Error) ?? LastWords.Line(result.Output) ?? string.Empty)
            : left;
    }

    /// <summary>Whether the guest's SSH server answers and lets us in, right now.</summary>
    /// <param name="patience">How long it may take until it says who it is; whole seconds, at least one. As long as for any command by default.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null when it does; otherwise what ssh said.</returns>
    public async Task<string?> ProbeAsync(TimeSpan? patience = null, CancellationToken cancellation = default)
    {
        var result = await Ssh(Within(patience ?? ConnectTimeout), ["true"]).RunAsync(cancellation);
        return result.ExitCode == 0 ? null : LastWords.Line(result.Error) ?? $"exit code {result.ExitCode}";
    }

    /// <summary>
    /// Runs a shell line over a connection that may have to be opened first, and tells it one thing that is true only at the moment at which it
    /// begins: it has that as <c>$1</c>.
    /// </summary>
    /// <param name="command">The line.</param>
    /// <param name="fact">Makes the one thing, a word, once the line is about to run.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What it answered; or what ssh said, where the guest's SSH server does not answer or let us in.</returns>
    /// <exception cref="CommandFailedException">The line failed.</exception>
    public async Task<(string? Output, string Failure)> TellAsync(string command, Func<string> fact, CancellationToken cancellation = default)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task Say(Stream input, CancellationToken token)
        {
            await listening.Task.WaitAsync(token);
            await input.WriteAsync(Encoding.UTF8.GetBytes(fact() + "\n"), token);
        }

        // Where there is no connection, no line comes, and nobody listens: that ends the waiting too.
        var answer = string.Empty;
        async Task Hear(Stream output, CancellationToken token)
        {
            using var reader = new StreamReader(output);
            await reader.ReadLineAsync(token);
            listening.TrySetResult();
            answer = await reader.ReadToEndAsync(token);
        }

        var result = await Ssh([], [$"echo; read -r fact; set -- \"$fact\"; {command}"]).WithInput(Say).WithOutputTo(Hear).RunAsync(cancellation);
        return result.ExitCode switch
        {
            0 => (answer, string.Empty),
            SshFailed => (null, LastWords.Line(result.Error) ?? "ssh failed without a word."),
            _ => throw new CommandFailedException(new RemoteResult(Guest, command, result.ExitCode, answer, result.Error, result.Duration), mustFail: false),
        };
    }

    /// <summary>Copies a file or a folder to the guest.</summary>
    /// <exception cref="HostCommandFailedException">scp failed; its words are in the message.</exception>
    public Task CopyToAsync(string localPath, string guestPath, CancellationToken cancellation = default) =>
        Scp(localPath, $"{Guest}:{guestPath}").SucceedAsync(cancellation);

    /// <summary>Copies a file or a folder from the guest.</summary>
    /// <exception cref="HostCommandFailedException">scp failed; its words are in the message.</exception>
    public Task CopyFromAsync(string guestPath, string localPath, CancellationToken cancellation = default) =>
        Scp($"{Guest}:{guestPath}", localPath).SucceedAsync(cancellation);

    /// <summary>Makes a TCP port of the guest reachable on this host's loopback until the result is disposed.</summary>
    /// <param name="localPort">The port on 127.0.0.1.</param>
    /// <param name="guestPort">The port on the guest's own loopback.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">The local port is taken, or the guest refused.</exception>
    public async Task<IAsyncDisposable> ForwardAsync(int localPort, int guestPort, CancellationToken cancellation = default)
    {
        var forward = $"127.0.0.1:{localPort}:127.0.0.1:{guestPort}";
        await OpenAsync(cancellation);
        var result = await Ssh(["-O", "forward", "-L", forward], []).RunAsync(cancellation);
        return result.ExitCode == 0
            ? new Forwarding(this, forward)
            : throw new HostException($"Port {localPort} of this host can't lead to port {guestPort} of guest {Guest}: {LastWords.Line(result.Error)}", "Choose another local port.");
    }

    /// <summary>Ends the shared connection, whoever uses it. Needed once the guest has rebooted: the old connection may hang rather than break.</summary>
    public async Task CloseAsync(CancellationToken cancellation = default)
    {
        await Ssh(["-O", "exit"], []).RunAsync(cancellation);
        File.Delete(SocketPath);
    }

    /// <summary>Logs in at a pseudo-terminal, over a connection of its own as a person would, and out again.</summary>
    /// <returns>All that the terminal showed: the message of the day among it.</returns>
    public async Task<string> LoginAsync(CancellationToken cancellation = default) =>
        (await Alone(["-tt"]).WithInput("exit\n").RunAsync(cancellation)).Output;

    /// <summary>The command that gives a person a terminal on the guest.</summary>
    /// <param name="words">What to run there; empty for a login shell.</param>
    public Command Interactive(params string[] words) => Ssh(Console.IsInputRedirected ? [] : ["-t"], words);

    /// <summary>What a command asks for the process of the session that it runs in, the parent of the shell whose time limit it is below.</summary>
    internal const string AskSession = "read -r _ _ _ shell _ < /proc/$PPID/stat; read -r _ _ _ session _ < \"/proc/$shell/stat\"; echo \"$session\"";

    /// <summary>
    /// A shell line that runs another, and ends it and its children at a time-out, and when standard input ends: ssh passes no signal
    /// on, but whatever becomes of the caller or of the connection, sshd closes that.
    /// </summary>
    internal static string Guarded(string command, TimeSpan limit)
    {
        var seconds = limit.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        // timeout(1) makes a process group; a signal may find it before that. It kills what does not heed the signal. The shell around it
        // turns a signal's death into a number; ssh has none for it.
        return "exec 3<&0 </dev/null; "
            + "{ trap '' TERM; read -r end <&3; while [ -d /proc/$$ ]; do read -r children < /proc/$$/task/$$/children; "
            + "for child in $children; do kill -TERM -$child || kill $child; done; sleep 1; done; } >/dev/null 2>&1 & "
            + $"timeout -k 5 {seconds} sh -c {Command.Quote(command)} 3<&-; "
            + "code=$?; kill -s KILL $!; exit $code";
    }

    private string SocketPath => Path.Combine(_endpoint.SocketFolder, $"{Guest}.{_user}");

    private string[] Options =>
    [
        "-F", "none", "-o", $"Port={_endpoint.Port}", "-o", $"User={_user}",
        "-i", _endpoint.Identity.KeyFile, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
        "-o", $"UserKnownHostsFile={_endpoint.Identity.KnownHostsFile}", "-o", "GlobalKnownHostsFile=/dev/null",
        "-o", "StrictHostKeyChecking=yes", "-o", $"HostKeyAlias={Guest}", "-o", "HostName=127.0.0.1",
        "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", $"ConnectTimeout={ConnectTimeout.TotalSeconds:0}",

        // All of it is on this host's loopback: the exchange that costs an emulated guest least, where it has that, before those that resist tomorrow's machines.
        "-o", "KexAlgorithms=^curve25519-sha256",
        "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=6",
        "-o", "ControlMaster=auto", "-o", $"ControlPath={SocketPath}", "-o", "ControlPersist=30",
    ];

    private static string[] Within(TimeSpan patience) => ["-o", $"ConnectTimeout={patience.TotalSeconds:0}"];

    // The first value of an option wins (ssh_config(5)).
    private Command Ssh(string[] options, string[] words) => new("ssh", [.. options, .. Options, Guest, .. words]);

    private Command Alone(string[] options) => new("ssh", ["-o", "ControlPath=none", .. Options, .. options, Guest]);

    private Command Scp(string from, string to) =>
        new("scp", ["-r", .. Options, from, to]);

    private async Task OpenAsync(CancellationToken cancellation)
    {
        if (await ProbeAsync(cancellation: cancellation) is { } why)
        {
            throw new ConnectionLostException(Guest, why);
        }
    }

    private sealed class Forwarding(SshShell shell, string forward) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await shell.Ssh(["-O", "cancel", "-L", forward], []).RunAsync();
    }
}
