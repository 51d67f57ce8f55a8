using Lab.State;

namespace Lab.Tests.State;

/// <summary>A home of a test's own, gone with the test.</summary>
internal sealed class TemporaryHome : IDisposable
{
    public LabHome Home { get; } = new(Directory.CreateTempSubdirectory("lab-home-").FullName);

    public void Dispose()
    {
        Directory.Delete(Home.Root, recursive: true);
        Directory.Delete(Home.Runtime, recursive: true);
    }
}
