using FluentAssertions;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

public sealed class AcceleratorMeasurementTests
{
    private static readonly AcceleratorMeasurement Sample = new(
        new AcceleratorHost("boot", "6.1", "QEMU emulator version 10.0.2", "/usr/bin/qemu-system-x86_64, 1 bytes of 2026-01-01T00:00:00.0000000Z"),
        new AcceleratorProbeFiles("/probe/vmlinuz", "/probe/initramfs.cpio"),
        new AcceleratorBoot(TimeSpan.FromSeconds(2.7), Refused: false, null),
        new AcceleratorBoot(null, Refused: true, "failed to initialize kvm"));

    [Test]
    public async Task It_is_recalled_as_it_was_kept()
    {
        using var folder = new HostFolder();
        await Sample.KeepAsync(folder["m.json"], CancellationToken.None);

        (await Recall(folder)).Should().Be(Sample);
        Directory.EnumerateFiles(folder.Path).Should().ContainSingle();
    }

    [TestCase("")]
    [TestCase("{ \"Host\": {")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("{ \"Host\": { \"BootId\": \"boot\", \"Kernel\": \"6.1\", \"Qemu\": \"QEMU emulator version 10.0.2\" } }")]
    [TestCase("{ \"Host\": null, \"Files\": null, \"Tcg\": null, \"Kvm\": null }")]
    public async Task A_damaged_file_is_no_measurement(string damage)
    {
        using var folder = new HostFolder();
        folder.Write("m.json", damage);

        (await Recall(folder)).Should().BeNull();
    }

    [Test]
    public async Task A_measurement_without_its_measure_is_none()
    {
        using var folder = new HostFolder();
        await (Sample with { Tcg = Sample.Kvm }).KeepAsync(folder["m.json"], CancellationToken.None);

        (await Recall(folder)).Should().BeNull();
    }

    private static Task<AcceleratorMeasurement?> Recall(HostFolder folder) => AcceleratorMeasurement.RecallAsync(folder["m.json"], CancellationToken.None);
}
