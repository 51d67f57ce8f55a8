using System.Diagnostics;

namespace Lab.Execution;

/// <summary>A program that outlives this process, in a session without a terminal (setsid(1)), with a file for what it says.</summary>
public static class DetachedProgram
{
    // Opens the log in place of whatever this process's streams are, so that a caller's pipe is not held open.
    private const string Detach = "exec setsid \"$@\" < /dev/null > \"$0\" 2>&1";

    /// <summary>Starts it.</summary>
    /// <param name="log">The file that takes its output and errors; written anew.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What it finds in its environment besides.</param>
    /// <returns>The program, as long as somebody here wants to know whether it runs.</returns>
    public static Process Start(string log, IReadOnlyList<string> command, params IEnumerable<KeyValuePair<string, string>> environment)
    {
        // Not the user's folder, which could then not be removed or unmounted.
        var start = new ProcessStartInfo("sh", ["-c", Detach, log, .. command]) { WorkingDirectory = "/" };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
