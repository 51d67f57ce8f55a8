using Lab.Building;

namespace Pipeline.Tests.Targets;

internal sealed class CheckoutTests
{
    [Test]
    public void Clean_deletes_what_was_built_and_nothing_else()
    {
        var root = Directory.CreateTempSubdirectory("checkout-").FullName;
        foreach (var file in new[] { "src/Lab/Lab.csproj", "src/Lab/bin/Lab.dll", "src/Lab/obj/x", "src/Lab/Media/bin/kept", "build/bin/Build.dll", "output/report", "labs/Labs.csproj", "labs/obj/x" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, file))!);
            File.WriteAllText(Path.Combine(root, file), string.Empty);
        }

        Checkout.Clean(root);

        Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file))
            .Should().BeEquivalentTo("src/Lab/Lab.csproj", "src/Lab/Media/bin/kept", "build/bin/Build.dll", "labs/Labs.csproj");
        Directory.Delete(root, recursive: true);
    }
}
