using FluentAssertions;
using Lab.Execution;
using Lab.State;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.State;

public sealed class DiskUseTests
{
    private const int Size = 1 << 20;

    [Test]
    public async Task Holes_and_files_with_another_name_take_nothing()
    {
        using var folder = new HostFolder();
        var empty = await DiskUse.OfAsync(folder.Path);
        await File.WriteAllBytesAsync(folder["whole"], new byte[Size]);
        var whole = await DiskUse.OfAsync(folder.Path);
        whole.Should().BeInRange(empty + Size, empty + (2 * Size));

        using (var sparse = File.Create(folder["sparse"]))
        {
            sparse.SetLength(Size);
        }

        (await DiskUse.OfAsync(folder.Path)).Should().Be(whole);

        await new Command("ln", folder["whole"], folder["other-name"]).SucceedAsync();
        (await DiskUse.OfAsync(folder.Path)).Should().Be(empty);
    }

    [Test]
    public async Task A_file_counts_by_itself_and_what_is_gone_counts_for_nothing()
    {
        using var folder = new HostFolder();
        await File.WriteAllBytesAsync(folder["file"], new byte[Size]);

        (await DiskUse.OfAsync(folder["file"])).Should().BeGreaterThanOrEqualTo(Size);
        (await DiskUse.OfAsync(folder["gone"])).Should().Be(0);
    }
}
