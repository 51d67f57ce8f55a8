using Lab.Execution;
using NUnit.Framework;

namespace Lab.Tests.Execution;

/// <summary>Processes that tests start and wait to be gone.</summary>
internal static class Processes
{
    /// <summary>Waits until a process has ended; fails at the deadline.</summary>
    public static async Task UntilEndedAsync(string pid, TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline);
        while (!limit.IsCancellationRequested)
        {
            // A killed child stays a zombie until whoever inherited it asks for it.
            var state = await new Command("ps", "-o", "stat=", "-p", pid).RunAsync();
            if (state.ExitCode != 0 || state.Output.StartsWith('Z'))
            {
                return;
            }
        }

        throw new AssertionException($"Process {pid} still runs.");
    }
}
