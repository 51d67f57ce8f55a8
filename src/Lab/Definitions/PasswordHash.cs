using System.Text.RegularExpressions;

namespace Lab.Definitions;

/// <summary>Hashes of passwords as shadow(5) holds them, in the formats of crypt(5).</summary>
public static partial class PasswordHash
{
    /// <summary>How to make one, as a sentence.</summary>
    public const string Advice = "Make a hash with `openssl passwd -6` or `mkpasswd --method=yescrypt`.";

    /// <summary>Whether a text is a whole hash by sha512crypt (<c>$6$</c>) or yescrypt (<c>$y$</c>), the two that are safe enough for a new account.</summary>
    public static bool IsSafe(string text) => Safe().IsMatch(text);

    /// <summary>Whether a text may be a hash at all: by any method of crypt(5), whole where we know its form, or a locked account's.</summary>
    public static bool IsPlausible(string text) =>
        IsSafe(text) || text is "*" or "!" or "!!" || (Tagged().IsMatch(text) && !text.StartsWith("$6$", StringComparison.Ordinal) && !text.StartsWith("$y$", StringComparison.Ordinal));

    [GeneratedRegex(@"\A(\$6\$(rounds=[1-9][0-9]{3,8}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{86}|\$y\$[./0-9A-Za-z]+\$[./0-9A-Za-z]{0,86}\$[./0-9A-Za-z]{43})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Safe();

    [GeneratedRegex(@"\A!?\$[0-9a-z-]{1,12}\$[./0-9A-Za-z=,$+-]{20,}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Tagged();
}
