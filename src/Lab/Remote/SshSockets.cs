using Lab.Execution;

namespace Lab.Remote;

/// <summary>Shared connections that outlived the process that opened them.</summary>
public static class SshSockets
{
    /// <summary>Ends every shared connection whose socket is in a folder, and removes the folder.</summary>
    public static async Task CloseAsync(string folder, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var socket in Directory.EnumerateFiles(folder))
        {
            await new Command("ssh", "-F", "none", "-o", $"ControlPath={socket}", "-O", "exit", "any").RunAsync(cancellation);
        }

        Directory.Delete(folder, recursive: true);
    }
}
