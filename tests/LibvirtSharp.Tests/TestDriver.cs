namespace LibvirtSharp.Tests;

/// <summary>
/// Tests against libvirt's own test driver, which runs in this process and starts with one running domain <c>test</c> and one
/// network <c>default</c>. Every test ends by counting references, so every test finds leaks.
/// </summary>
public abstract class TestDriver
{
    protected const string Uri = "test:///default";

    private protected LibvirtConnection Connection { get; private set; } = null!;

    [SetUp]
    public async Task OpenAsync() => Connection = await LibvirtConnection.OpenAsync(Uri);

    [TearDown]
    public async Task CloseAsync() => (await Connection.CloseAsync()).Should().Be(0, "a test gives back all that it obtained");

    private protected static string DomainXml(string name, string devices = "") =>
        $"""
        <domain type='test'>
          <name>{name}</name>
          <memory unit='MiB'>64</memory>
          <vcpu>2</vcpu>
          <os><type>hvm</type></os>
          <devices>{devices}</devices>
        </domain>
        """;
}
