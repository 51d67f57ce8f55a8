using FluentAssertions;
using Lab.State;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.State;

public sealed class WholeFileTests
{
    [Test]
    public async Task A_reader_sees_the_old_file_until_the_new_one_is_whole()
    {
        using var folder = new HostFolder();
        var file = folder.Write("file", "old");
        using var reader = File.OpenText(file);

        await WholeFile.MakeAsync(file, async partial =>
        {
            await File.WriteAllTextAsync(partial, "half");
            (await File.ReadAllTextAsync(file)).Should().Be("old");
            await File.AppendAllTextAsync(partial, " and half");
        });

        (await File.ReadAllTextAsync(file)).Should().Be("half and half");
        (await reader.ReadToEndAsync()).Should().Be("old", "whoever reads it just then reads one of the two");
        Directory.EnumerateFileSystemEntries(folder.Path).Should().Equal(file);
    }

    [Test]
    public async Task What_fails_half_way_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new HostFolder();
        var file = folder.Write("file", "old");

        await FluentActions.Awaiting(() => WholeFile.MakeAsync(file, async partial =>
        {
            await File.WriteAllTextAsync(partial, "half");
            throw new InvalidDataException("the disk is full");
        })).Should().ThrowAsync<InvalidDataException>();

        (await File.ReadAllTextAsync(file)).Should().Be("old");
        Directory.EnumerateFileSystemEntries(folder.Path).Should().Equal(file);
    }

    [Test]
    public async Task What_is_cancelled_leaves_nothing()
    {
        using var folder = new HostFolder();

        await FluentActions.Awaiting(() => WholeFile.WriteAsync(folder["file"], "text", cancellation: new CancellationToken(canceled: true)))
            .Should().ThrowAsync<OperationCanceledException>();

        Directory.EnumerateFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Test]
    public async Task A_file_still_being_written_is_known_by_its_ending()
    {
        using var folder = new HostFolder();
        var during = string.Empty;

        await WholeFile.MakeAsync(folder["file"], partial => File.WriteAllTextAsync(during = partial, "text"));

        during.Should().StartWith(folder["file"]).And.EndWith(WholeFile.Partial);
    }

    [Test]
    public async Task Text_is_written_as_utf8_without_a_mark_with_the_permissions_asked_for()
    {
        using var folder = new HostFolder();

        await WholeFile.WriteAsync(folder["file"], "grün\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        (await File.ReadAllBytesAsync(folder["file"])).Should().Equal("grün\n"u8.ToArray());
        File.GetUnixFileMode(folder["file"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public async Task The_permissions_of_a_file_that_was_there_do_not_stay()
    {
        using var folder = new HostFolder();
        var file = folder.Write("file", "old");

        await WholeFile.WriteAsync(file, "new", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
