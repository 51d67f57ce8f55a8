using System.Runtime.InteropServices;

namespace LibvirtSharp.Tests;

public sealed partial class LibvirtExceptionTests : TestDriver
{
    [Test]
    public async Task An_error_carries_libvirts_code_part_level_and_message()
    {
        var lookup = () => Connection.LookupDomainAsync("absent");

        var failure = (await lookup.Should().ThrowAsync<LibvirtException>()).Which;

        failure.Code.Should().Be(LibvirtErrorCode.NoDomain);
        failure.Domain.Should().Be(LibvirtErrorDomain.Test);
        failure.Level.Should().Be(LibvirtErrorLevel.Error);
        failure.Message.Should().StartWith("Domain not found");
    }

    [Test]
    public async Task A_daemon_that_does_not_run_is_named_by_its_socket()
    {
        var open = () => LibvirtConnection.OpenAsync("qemu+unix:///system?socket=/nonexistent/libvirt-sock");

        await open.Should().ThrowAsync<LibvirtException>().WithMessage("*'/nonexistent/libvirt-sock'*");
    }

    [Test]
    public async Task A_definition_that_is_no_xml_is_told_from_one_that_lacks_something()
    {
        var garbled = () => Connection.DefineDomainAsync("<domain>");
        var nameless = () => Connection.DefineDomainAsync("<domain type='test'/>");

        (await garbled.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.XmlDetail);
        (await nameless.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.NoName);
    }

    [Test]
    public async Task Errors_on_many_threads_at_once_are_not_mixed_up()
    {
        var failures = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            var define = () => Connection.DefineDomainAsync($"<unclosed-{i}>");
            return (await define.Should().ThrowAsync<LibvirtException>()).Which.Message;
        }));

        failures.Should().Equal(Enumerable.Range(0, 64), (failure, i) => failure.Contains($"<unclosed-{i}>", StringComparison.Ordinal));
    }

    [Test]
    public async Task Errors_are_thrown_and_not_printed()
    {
        var path = Path.GetTempFileName();
        try
        {
            var original = Duplicate(StandardError);
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
            {
                Redirect((int)file.DangerousGetHandle(), StandardError).Should().Be(StandardError);
            }

            try
            {
                var lookup = () => Connection.LookupDomainAsync("absent");
                await lookup.Should().ThrowAsync<LibvirtException>();
            }
            finally
            {
                Redirect(original, StandardError).Should().Be(StandardError);
                Close(original).Should().Be(0);
            }

            (await File.ReadAllTextAsync(path)).Should().BeEmpty();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private const int StandardError = 2;

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Redirect(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
