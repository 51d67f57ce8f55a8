using System.Globalization;

namespace Lab.Images;

/// <summary>
/// What GRUB will do at the next power-on, by greenboot's classic rules: while <c>boot_counter</c> is set and <c>boot_success</c> is 0, each
/// boot counts down and takes the first entry; at 0 or −1 it takes the second.
/// </summary>
/// <param name="Entry">The entry's place in the menu, from 0; null where there is nothing to boot.</param>
/// <param name="Tries">How many boots, the next one included, take the first entry before GRUB falls back to the second; null where none are counted.</param>
/// <param name="Reason">Why, as the end of a sentence.</param>
public sealed record NextBoot(int? Entry, int? Tries, string Reason)
{
    /// <summary>The variable that counts down.</summary>
    public const string Counter = "boot_counter";

    /// <summary>The variable that a healthy boot sets to 1.</summary>
    public const string Success = "boot_success";

    /// <summary>Foretells the next boot.</summary>
    /// <param name="environment">GRUB's variables.</param>
    /// <param name="entries">How many entries the menu has.</param>
    /// <param name="counts">Whether GRUB's configuration looks at the counter.</param>
    public static NextBoot Of(IReadOnlyDictionary<string, string> environment, int entries, bool counts)
    {
        var counter = environment.GetValueOrDefault(Counter, string.Empty);
        if (entries == 0)
        {
            return new NextBoot(null, null, "there is no boot loader entry");
        }

        if (!counts)
        {
            return new NextBoot(0, null, counter.Length == 0 ? "its GRUB counts no boots" : $"its GRUB counts no boots, so that {Counter}={counter} means nothing");
        }

        if (counter.Length == 0 || environment.GetValueOrDefault(Success) != "0")
        {
            return new NextBoot(0, null, counter.Length == 0 ? $"{Counter} is not set" : $"{Success} is not 0");
        }

        if (!int.TryParse(counter, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left) || left < -1)
        {
            return new NextBoot(0, null, $"{Counter}={counter} is no number of boots");
        }

        return left > 0 ? new NextBoot(0, left, left == 1 ? "1 try left" : $"{left} tries left")
            : entries == 1 ? new NextBoot(0, 0, "no tries left, and there is no other")
            : new NextBoot(1, 0, "entry 0 has no tries left");
    }
}
