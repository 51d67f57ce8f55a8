using Lab.Remote;

namespace Lab.Tests.Updates;

/// <summary>Stands for a host: answers each command with what the tools printed, in order where a command comes again, and keeps what it was sent.</summary>
internal sealed class RecordingShell : IRemoteShell
{
    private readonly List<(string Command, RemoteResult Result)> answers = [];

    public string Guest => "edge";

    public List<string> Commands { get; } = [];

    public List<TimeSpan?> Timeouts { get; } = [];

    public RecordingShell Answer(string command, string output = "", string error = "", int exitCode = 0)
    {
        answers.Add((command, new RemoteResult(Guest, command, exitCode, output, error, TimeSpan.Zero)));
        return this;
    }

    public Task<RemoteResult> RunAsync(string command, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        Commands.Add(command);
        Timeouts.Add(timeout);
        var index = answers.FindIndex(answer => answer.Command == command);
        if (index < 0)
        {
            throw new InvalidOperationException($"No answer is left for `{command}`.");
        }

        var result = answers[index].Result;
        answers.RemoveAt(index);
        return Task.FromResult(result);
    }
}
