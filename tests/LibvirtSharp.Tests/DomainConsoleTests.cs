namespace LibvirtSharp.Tests;

public sealed class DomainConsoleTests : TestDriver
{
    [Test]
    public async Task A_screenshot_is_what_its_mime_type_says()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        var screenshot = await domain.TakeScreenshotAsync();

        screenshot.MimeType.Should().Be("image/png");
        screenshot.Image[..4].ToArray().Should().Equal(0x89, (byte)'P', (byte)'N', (byte)'G');
        screenshot.Image[^8..^4].ToArray().Should().Equal("IEND"u8.ToArray(), "the image is whole");
    }

    [Test]
    public async Task What_a_driver_cannot_do_is_an_error_of_its_own()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        var console = () => domain.OpenConsoleAsync();
        var monitor = () => domain.QemuMonitorCommandAsync("""{"execute":"query-status"}""");

        (await console.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.NoSupport);
        (await monitor.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.NoSupport);
    }
}
