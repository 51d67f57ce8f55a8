using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace LibvirtSharp.Tests.Qemu;

/// <summary>
/// What only a real machine shows, over one connection: libvirt registers its embedded driver anew with every connection and has room for
/// some fifteen. What the tests left unreleased is counted when it closes.
/// </summary>
[TestFixture(QemuWay.Embedded)]
[TestFixture(QemuWay.Daemon)]
[CancelAfter(120_000)]
public sealed class QemuDomainTests(QemuWay way)
{
    private LibvirtConnection _connection = null!;
    private string _name = null!;

    private static CancellationToken Deadline => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task OpenAsync() => _connection = await LibvirtConnection.OpenAsync(QemuHost.UriOf(way));

    [OneTimeTearDown]
    public async Task CloseAsync() => (await _connection.CloseAsync()).Should().Be(0, "the tests give back all that they obtained");

    [SetUp]
    public void Name() => _name = $"guest-{TestContext.CurrentContext.Test.ID}";

    [TearDown]
    public async Task ForgetAsync()
    {
        foreach (var domain in await _connection.ListDomainsAsync())
        {
            using (domain)
            {
                if (await domain.IsActiveAsync())
                {
                    await domain.DestroyAsync();
                }

                if (await _connection.FindDomainAsync(domain.Uuid) is { } left)
                {
                    left.Dispose();
                    await domain.UndefineAsync(DomainUndefineOptions.Everything);
                }
            }
        }
    }

    [Test]
    public async Task The_hypervisor_tells_its_version_and_capabilities()
    {
        (await _connection.GetHypervisorVersionAsync()).Should().BeGreaterThanOrEqualTo(new Version(7, 0, 0));

        var capabilities = XElement.Parse(await _connection.GetDomainCapabilitiesAsync(arch: "x86_64", machine: "q35", virtType: "qemu"));

        capabilities.Element("domain")!.Value.Should().Be("qemu");
        capabilities.Element("machine")!.Value.Should().StartWith("pc-q35-");
    }

    [Test]
    public async Task A_guest_is_defined_started_paused_resumed_destroyed_and_forgotten_and_every_step_is_told()
    {
        using var events = await _connection.WatchDomainEventsAsync();
        using var domain = await _connection.DefineDomainAsync(QemuHost.GuestXml(_name), validate: true);

        await domain.StartAsync(DomainStartOptions.Paused);
        (await domain.GetStatusAsync()).State.Should().Be(DomainState.Paused);
        await domain.ResumeAsync();
        (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Running, DomainStateReason.RunningUnpaused));
        await domain.ResetAsync();
        await domain.DestroyAsync(graceful: true);
        await domain.UndefineAsync(DomainUndefineOptions.Everything);

        var told = await ToldAsync(events, until: DomainEventDetail.UndefinedRemoved);
        told.OfType<DomainLifecycleEvent>().Select(one => one.Detail).Should().ContainInOrder(
            DomainEventDetail.DefinedAdded,
            DomainEventDetail.StartedBooted,
            DomainEventDetail.ResumedUnpaused,
            DomainEventDetail.StoppedDestroyed,
            DomainEventDetail.UndefinedRemoved);
        told.OfType<DomainRebootEvent>().Should().NotBeEmpty().And.OnlyContain(reboot => reboot.Uuid == domain.Uuid, "QEMU may tell of one reset twice");
    }

    [Test]
    public async Task The_console_shows_what_the_firmware_prints_and_takes_what_is_typed()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name), DomainStartOptions.Paused);
        await using var console = await domain.OpenConsoleAsync();

        await domain.ResumeAsync();
        await ReadUntilAsync(console, "Press ESC for boot menu");
        await console.WriteAsync("\e"u8.ToArray(), Deadline);
        await ReadUntilAsync(console, "Select boot device");

        (await File.ReadAllTextAsync(QemuHost.LogOf(_name))).Should().Contain("SeaBIOS", "the log has it from power-on, whoever reads the console");
    }

    [Test]
    public async Task A_console_ends_when_its_domain_stops()
    {
        using var domain = await _connection.DefineDomainAsync(QemuHost.GuestXml(_name));
        await domain.StartAsync(DomainStartOptions.Paused);
        await using var console = await domain.OpenConsoleAsync();
        var reading = console.ReadAsync(new byte[16], Deadline).AsTask();

        await domain.DestroyAsync();

        (await reading).Should().Be(0);
        var write = async () => await console.WriteAsync("too late"u8.ToArray(), Deadline);
        await write.Should().ThrowAsync<IOException>();
    }

    [Test]
    public async Task Disposing_a_console_ends_a_read_that_waits()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name), DomainStartOptions.Paused);
        var console = await domain.OpenConsoleAsync();
        var reading = console.ReadAsync(new byte[16], Deadline).AsTask();

        await console.DisposeAsync();

        (await reading).Should().Be(0);
    }

    [Test]
    public async Task Cancelling_a_read_leaves_the_console_usable()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name), DomainStartOptions.Paused);
        await using var console = await domain.OpenConsoleAsync();
        using var cancellation = new CancellationTokenSource();
        var reading = () => console.ReadAsync(new byte[16], cancellation.Token).AsTask();
        var waiting = reading();

        await cancellation.CancelAsync();

        var awaited = () => waiting;
        await awaited.Should().ThrowAsync<OperationCanceledException>();
        await domain.ResumeAsync();
        await ReadUntilAsync(console, "SeaBIOS");
    }

    [Test]
    public async Task A_console_that_is_taken_is_refused_unless_forced()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name), DomainStartOptions.Paused);
        await using var first = await domain.OpenConsoleAsync();

        var second = () => domain.OpenConsoleAsync();
        (await second.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.OperationFailed);

        await using var forced = await domain.OpenConsoleAsync(force: true);
        (await first.ReadAsync(new byte[16], Deadline)).Should().Be(0);
        await domain.ResumeAsync();
        await ReadUntilAsync(forced, "SeaBIOS");
    }

    [Test]
    public async Task A_screenshot_is_what_its_mime_type_says()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name));

        var screenshot = await domain.TakeScreenshotAsync();

        byte[] magic = screenshot.MimeType switch
        {
            "image/png" => [0x89, (byte)'P', (byte)'N', (byte)'G'],
            "image/x-portable-pixmap" => "P6"u8.ToArray(),
            _ => throw new AssertionException($"An unknown MIME type: {screenshot.MimeType}"),
        };
        screenshot.Image[..magic.Length].ToArray().Should().Equal(magic);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_saved_guest_is_restored_with_its_memory(bool sparse)
    {
        var file = $"{QemuHost.Files}/{_name}.save";
        using var events = await _connection.WatchDomainEventsAsync();
        using var domain = await _connection.DefineDomainAsync(QemuHost.GuestXml(_name));
        await domain.StartAsync(DomainStartOptions.Paused);
        await using (var console = await domain.OpenConsoleAsync())
        {
            await domain.ResumeAsync();
            await ReadUntilAsync(console, "Press ESC for boot menu");
        }

        await (sparse ? domain.SaveSparseAsync(file, channels: 2) : domain.SaveAsync(file));
        (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Shutoff, DomainStateReason.ShutoffSaved));
        XElement.Parse(await _connection.GetSaveImageXmlAsync(file)).Element("name")!.Value.Should().Be(_name);

        await (sparse ? _connection.RestoreSparseDomainAsync(file, channels: 2, DomainSaveOptions.Paused) : _connection.RestoreDomainAsync(file, options: DomainSaveOptions.Paused));
        (await domain.GetStatusAsync()).State.Should().Be(DomainState.Paused);

        // The firmware still waits for the key: it was not booted anew.
        await using var after = await domain.OpenConsoleAsync();
        await domain.ResumeAsync();
        await after.WriteAsync("\e"u8.ToArray(), Deadline);
        (await ReadUntilAsync(after, "Select boot device")).Should().NotContain("SeaBIOS");
        (await ToldAsync(events, until: DomainEventDetail.StartedRestored)).OfType<DomainLifecycleEvent>()
            .Should().Contain(one => one.Detail == DomainEventDetail.StoppedSaved);
    }

    [Test]
    public async Task A_managed_save_is_taken_up_by_the_next_start()
    {
        using var domain = await _connection.DefineDomainAsync(QemuHost.GuestXml(_name));
        await domain.StartAsync();

        await domain.ManagedSaveAsync();
        (await domain.HasManagedSaveAsync()).Should().BeTrue();
        await domain.StartAsync();

        (await domain.GetStatusAsync()).Reason.Should().Be(DomainStateReason.RunningRestored);
        (await domain.HasManagedSaveAsync()).Should().BeFalse();
    }

    [Test]
    public async Task The_link_of_an_interface_goes_down_and_up()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name));

        await domain.SetLinkStateAsync(QemuHost.MacAddress.ToUpperInvariant(), up: false);
        (await domain.IsLinkUpAsync(QemuHost.MacAddress)).Should().BeFalse();
        (await LinkAsync(domain)).Should().Be("down");

        await domain.SetLinkStateAsync(QemuHost.MacAddress, up: true);
        (await domain.IsLinkUpAsync(QemuHost.MacAddress)).Should().BeTrue();
        (await LinkAsync(domain)).Should().Be("up");
    }

    [Test]
    public async Task A_monitor_command_is_answered_by_qemu()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name), DomainStartOptions.Paused);

        using var reply = JsonDocument.Parse(await domain.QemuMonitorCommandAsync("""{"execute":"query-status"}"""));
        using var refusal = JsonDocument.Parse(await domain.QemuMonitorCommandAsync("""{"execute":"no-such-command"}"""));

        reply.RootElement.GetProperty("return").GetProperty("status").GetString().Should().BeOneOf("prelaunch", "paused");
        refusal.RootElement.GetProperty("error").GetProperty("class").GetString().Should().Be("CommandNotFound");
    }

    [Test]
    public async Task A_monitor_command_takes_a_file_along()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name), DomainStartOptions.Paused);
        using var file = File.OpenHandle($"{QemuHost.Files}/{_name}.memory", FileMode.Create, FileAccess.Write, FileShare.ReadWrite);

        using var added = JsonDocument.Parse(await domain.QemuMonitorCommandAsync("""{"execute":"add-fd"}""", file));
        var set = added.RootElement.GetProperty("return").GetProperty("fdset-id").GetInt32();
        await domain.QemuMonitorCommandAsync($$$"""{"execute":"dump-guest-memory","arguments":{"paging":false,"protocol":"file:/dev/fdset/{{{set}}}","begin":0,"length":4096}}""");

        RandomAccess.GetLength(file).Should().BeGreaterThan(4096, "QEMU wrote a page and the headers of a core file");
    }

    [Test]
    public async Task Statistics_come_from_the_machine()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name));

        var info = await domain.GetInfoAsync();
        var memory = await domain.GetMemoryStatisticsAsync();

        info.Should().BeEquivalentTo(new { State = DomainState.Running, Memory = 64L << 20, VirtualCpus = 1 });
        memory[DomainMemoryStatistic.ActualBalloon].Should().Be(64 << 10);
        memory[DomainMemoryStatistic.Rss].Should().BePositive();
    }

    [Test]
    public async Task A_forgotten_console_is_told_when_its_connection_closes()
    {
        using var domain = await _connection.CreateDomainAsync(QemuHost.GuestXml(_name), DomainStartOptions.Paused);
        var connection = await LibvirtConnection.OpenAsync(QemuHost.UriOf(way));
        Stream forgotten;
        using (var same = await connection.LookupDomainAsync(domain.Uuid))
        {
            forgotten = await same.OpenConsoleAsync();
        }

        (await connection.CloseAsync()).Should().BePositive();

        await forgotten.DisposeAsync();
    }

    private static async Task<string> LinkAsync(Domain domain) =>
        XElement.Parse(await domain.GetXmlAsync()).Element("devices")!.Element("interface")!.Element("link")!.Attribute("state")!.Value;

    private static async Task<string> ReadUntilAsync(Stream console, string text)
    {
        var seen = new StringBuilder();
        var buffer = new byte[1024];
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await console.ReadAsync(buffer, Deadline);
            count.Should().BePositive("the console has to show '{0}' before it ends; it showed: {1}", text, seen);
            seen.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return seen.ToString();
    }

    private static async Task<List<DomainEvent>> ToldAsync(DomainEvents events, DomainEventDetail until)
    {
        var told = new List<DomainEvent>();
        await foreach (var one in events.WithCancellation(Deadline))
        {
            told.Add(one);
            if (one is DomainLifecycleEvent lifecycle && lifecycle.Detail == until)
            {
                break;
            }
        }

        return told;
    }
}
