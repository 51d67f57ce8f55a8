using Lab.Building;

namespace Pipeline.Tests.Targets;

internal sealed class DotnetTests
{
    [Test]
    public void Errors_are_told_once_relative_to_the_checkout()
    {
        const string Output = """
              Lab -> /checkout/src/Lab/bin/Debug/net10.0/Lab.dll
            /checkout/src/Lab/Command.cs(2,19): error CS0029: Cannot convert [/checkout/src/Lab/Lab.csproj]
            /checkout/src/Lab/Command.cs(2,19): error CS0029: Cannot convert [/checkout/src/Lab/Lab.csproj]
            /usr/share/dotnet/sdk/NuGet.targets(1,1): error NU1101: Unable to find package X
            /checkout/src/Lab/Command.cs(9,1): warning CS0168: Unused [/checkout/src/Lab/Lab.csproj]
            """;

        Dotnet.ErrorsIn(Output, "/checkout").Should().Equal(
            "src/Lab/Command.cs(2,19): error CS0029: Cannot convert",
            "/usr/share/dotnet/sdk/NuGet.targets(1,1): error NU1101: Unable to find package X");
    }
}
