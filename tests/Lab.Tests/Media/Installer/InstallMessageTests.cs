using FluentAssertions;
using Lab.Media.Installer;
using NUnit.Framework;

namespace Lab.Tests.Media.Installer;

public sealed class InstallMessageTests
{
    private static readonly InstallMessage[] Messages =
    [
        new InstallPhaseBegun(InstallPhase.FileSystems),
        new InstallObjects(1234, 13_600),
        new InstallObjects(1000, null),
        new InstallAlive(),
        new InstallError("ks.cfg:3:1: this installer does not do `raid`. Remove it."),
        new InstallFailed(FailureKind.Definition),
        new InstallEnded(new string('a', 64), Reboots: true),
        new InstallEnded(new string('0', 64), Reboots: false),
    ];

    [TestCaseSource(nameof(Messages))]
    public void A_message_is_read_as_it_was_said(InstallMessage message) => InstallMessage.Read(message.ToString()).Should().Be(message);

    [TestCaseSource(nameof(Messages))]
    public void A_message_is_read_behind_what_the_kernel_has_said(InstallMessage message) => InstallMessage.Read($"[    3.141592] random: {message}").Should().Be(message);

    [TestCase("Lab: GRUB boots entry 0")]
    [TestCase("Lab installer: phase Nonsense")]
    [TestCase("Lab installer: installed abc, reboot")]
    [TestCase("")]
    public void Anything_else_is_none(string line) => InstallMessage.Read(line).Should().BeNull();
}
