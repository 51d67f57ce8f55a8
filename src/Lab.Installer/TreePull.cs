using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lab.Execution;
using Lab.Media.Installer;

namespace Lab.Installer;

/// <summary>Fetches the tree, and says how far it is.</summary>
internal sealed partial class TreePull(string repository, InstallPlan plan)
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);
    private readonly StringBuilder _said = new();
    private int _told = int.MinValue;
    private int _fetched;
    private int? _total;
    private volatile bool _spoke;

    /// <summary>Fetches it.</summary>
    /// <exception cref="PullFailedException">It can't be had, or is not what its checksums or its signature say.</exception>
    public async Task RunAsync()
    {
        // What is written is flushed once, before the disk is made to boot. ostree tells its progress to terminals only, and script(1) is one.
        var pull = new Command("ostree", $"--repo={repository}", "pull", "--disable-fsync", plan.Remote, plan.Ref);
        var running = new Command("script", "--quiet", "--return", "--flush", "--command", pull.ToString(), "/dev/null").WithOutputTo(FollowAsync).RunAsync();

        // ostree tells it when it has nothing else to do, which on a slow machine is never. One that gets no further is silent, as whoever waits for it counts on.
        while (await Task.WhenAny(running, Task.Delay(CountEvery)) != running)
        {
            if (!_spoke && Count() is var there && there > _fetched)
            {
                Say(there);
            }

            _spoke = false;
        }

        var result = await running;
        if (result.ExitCode != 0)
        {
            throw new PullFailedException(plan, Last());
        }
    }

    private async Task FollowAsync(Stream output, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        for (int read; (read = await output.ReadAsync(buffer, cancellation)) > 0;)
        {
            var text = Encoding.UTF8.GetString(buffer, 0, read);
            _said.Append(text);
            foreach (Match match in Progress().Matches(text))
            {
                Tell(Number(match, "fetched"), match.Groups["total"].Success ? Number(match, "total") : null);
            }

            if (_said.Length > 1 << 16)
            {
                _said.Remove(0, _said.Length - (1 << 12));
            }
        }
    }

    // A line for each twentieth, and for each thousand while ostree reads folders and does not know yet what they hold.
    private void Tell(int fetched, int? total)
    {
        var part = total is null ? -1 - fetched / 1000 : fetched * 20 / Math.Max(total.Value, 1);
        _total = total;
        if (part != _told)
        {
            (_told, _spoke) = (part, true);
            Say(fetched);
        }
    }

    // What was counted may be ahead of what ostree has told, and nobody fetches backwards.
    private void Say(int fetched)
    {
        _fetched = Math.Max(_fetched, fetched);
        Terminal.Say(new InstallObjects(Math.Min(_fetched, _total ?? _fetched), _total));
    }

    // Without fsync, objects come to their place one by one.
    private int Count() => Directory.EnumerateFiles($"{repository}/objects", "*", SearchOption.AllDirectories).Count();

    private string Last() => Control().Replace(Colour().Replace(_said.ToString(), string.Empty), "\n").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .LastOrDefault(line => line.StartsWith("error:", StringComparison.Ordinal))?["error:".Length..].Trim() ?? "ostree did not say why";

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    // ostree_repo_pull_default_console_progress_changed() in src/libostree/ostree-repo.c.
    [GeneratedRegex(@"Receiving (objects: +\d+% \((?<fetched>\d+)/(?<total>\d+)\)|metadata objects: (?<fetched>\d+)/)", RegexOptions.ExplicitCapture)]
    private static partial Regex Progress();

    // Colours stand within lines; what moves the cursor ends one.
    [GeneratedRegex(@"\x1b\[[0-9;]*m", RegexOptions.ExplicitCapture)]
    private static partial Regex Colour();

    [GeneratedRegex(@"\x1b(\[[0-?]*[ -/]*[@-~]|[78])|\r", RegexOptions.ExplicitCapture)]
    private static partial Regex Control();
}

/// <summary>The tree was not fetched.</summary>
internal sealed class PullFailedException(InstallPlan plan, string reason)
    : LabException(KindOf(reason), $"The tree {plan.Ref} was not fetched from {plan.Url}: {reason}.", RemedyFor(KindOf(reason)))
{
    // libostree's words (src/libostree/ostree-repo-pull.c, ostree-fetcher-curl.c): no such ref is the kickstart's mistake, bad content the server's, and the rest the network's.
    private static FailureKind KindOf(string reason) =>
        Says(reason, "No such branch", "404") ? FailureKind.Definition
        : Says(reason, "Corrupted", "checksum", "signature", "public key", "ref binding") ? FailureKind.Product
        : FailureKind.Infrastructure;

    private static string RemedyFor(FailureKind kind) => kind switch
    {
        FailureKind.Definition => "Check `--url` and `--ref` of the kickstart's `ostreesetup`.",
        FailureKind.Product => "The server does not give what was published: see to its repository (`ostree fsck`) and its key.",
        _ => "See whether the server runs and can be reached; then start the installer again.",
    };

    private static bool Says(string reason, params string[] words) => words.Any(word => reason.Contains(word, StringComparison.OrdinalIgnoreCase));
}
