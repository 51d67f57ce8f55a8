using Lab.Templates;

namespace Lab.Images;

/// <summary>The <c>grub.cfg</c> of disks made here: OSTree's entries, and greenboot's boot counting.</summary>
public static class GrubMenu
{
    /// <summary>The most boots of an update that GRUB can count, because it has to name each number.</summary>
    public const int MaxAttempts = 9;

    /// <summary>Writes it.</summary>
    public static string Render() =>
        Template.Render("grub.cfg", new { counts = Enumerable.Range(1, MaxAttempts).Reverse().Select(count => new { from = count, to = count - 1 }) });
}
