using System.Text;
using Lab.Media.Installer;

namespace Lab.Installer;

/// <summary>The machine's console, which <c>lab</c> reads as well.</summary>
internal static class Terminal
{
    private static readonly Stream Output = Console.OpenStandardOutput();

    /// <summary>Says something that <c>lab</c> understands.</summary>
    public static void Say(InstallMessage message) => Write(message.ToString());

    /// <summary>Says something for people.</summary>
    public static void Note(string text) => Write($"  {text}");

    // In one write, so that the kernel's own lines don't come between.
    private static void Write(string line) => Output.Write(Encoding.UTF8.GetBytes($"{line}\r\n"));
}
