using System.Text.RegularExpressions;

namespace Lab.Updates;

/// <summary>A text that had to be a refspec and is none.</summary>
public sealed class InvalidRefspecException(string text)
    : LabException(FailureKind.Definition, $"'{text}' is not a refspec.", "Write the remote, a colon and the ref: lab:labtree");

/// <summary>A ref on a remote, written <c>remote:ref</c>. The names follow libostree's rules (<c>ostree_parse_refspec</c>).</summary>
public sealed partial record Refspec
{
    /// <exception cref="InvalidRefspecException">A name has characters that ostree does not take.</exception>
    public Refspec(string remote, string @ref)
    {
        (Remote, Ref) = (remote, @ref);
        if (!Valid().IsMatch(ToString()))
        {
            throw new InvalidRefspecException(ToString());
        }
    }

    /// <summary>The remote as the host has it configured: <c>lab</c>.</summary>
    public string Remote { get; }

    /// <summary>The ref on it: <c>labtree</c>, <c>rhel/8/x86_64/edge</c>.</summary>
    public string Ref { get; }

    /// <summary>Reads <c>remote:ref</c>.</summary>
    /// <exception cref="InvalidRefspecException">It is not of that form.</exception>
    public static Refspec Parse(string text) =>
        text.Split(':') is [var remote, var name] ? new Refspec(remote, name) : throw new InvalidRefspecException(text);

    /// <summary><c>remote:ref</c>.</summary>
    public override string ToString() => $"{Remote}:{Ref}";

    [GeneratedRegex(@"\A[-._A-Za-z0-9]+:[-._A-Za-z0-9]+(/[-._A-Za-z0-9]+)*\z")]
    private static partial Regex Valid();
}
