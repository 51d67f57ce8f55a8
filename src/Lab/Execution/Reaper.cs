using System.Diagnostics;
using System.Text;

namespace Lab.Execution;

/// <summary>
/// Ends the programs of this process when it is killed and can't do so itself: a shell that reads from a pipe whose only writing end
/// is ours, which the kernel closes however we die (pipe(7)). It kills whole sessions (setsid(2)), because a program's children may have
/// process groups of their own, as timeout(1)'s do; what made itself a daemon has a session of its own and stays.
/// </summary>
internal sealed class Reaper
{
    // A killed process takes a moment to be gone, and may have had a child meanwhile: it looks until it finds no more. Fields as in proc_pid_stat(5).
    private const string Script = """
        exec > /dev/null 2>&1
        sessions=' '
        while read -r verb session; do
            case $verb in
                watch) sessions="$sessions$session " ;;
                forget) sessions="${sessions%% "$session" *} ${sessions#* "$session" }" ;;
            esac
        done
        until [ "$sessions" = ' ' ]; do
            found=
            for stat in /proc/[0-9]*/stat; do
                read -r line < "$stat" || continue
                pid=${line%% *}
                set -- ${line##*) }
                case "$sessions" in
                    *" $4 "* | *" $pid "*) [ "$1" = Z ] || { kill -s KILL "$pid"; found=yes; } ;;
                esac
            done
            [ "$found" ] || break
            sleep 0.05
        done
        """;

    // One a process, because a process's death is what it waits for.
    private static readonly Lazy<Reaper> Ours = new(() => new Reaper());

    private readonly Lock _gate = new();
    private readonly Process _shell;

    private Reaper()
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script]) { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" };
        _shell = Process.Start(start)!;
    }

    /// <summary>Kills what is in a session when this process dies before the result is disposed.</summary>
    /// <param name="session">The session, by the process that leads it or is about to.</param>
    public static IDisposable Watch(int session)
    {
        Ours.Value.Tell("watch", session);
        return new Watched(session);
    }

    private void Tell(string verb, int session)
    {
        try
        {
            lock (_gate)
            {
                _shell.StandardInput.BaseStream.Write(Encoding.ASCII.GetBytes($"{verb} {session}\n"));
                _shell.StandardInput.BaseStream.Flush();
            }
        }
        catch (IOException)
        {
            // Somebody ended it. The programs run all the same.
        }
    }

    private sealed class Watched(int session) : IDisposable
    {
        public void Dispose() => Ours.Value.Tell("forget", session);
    }
}
