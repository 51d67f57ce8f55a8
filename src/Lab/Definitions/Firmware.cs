namespace Lab.Definitions;

/// <summary>What a guest's machine starts by, before its boot loader.</summary>
public enum Firmware
{
    /// <summary>A BIOS: SeaBIOS, as QEMU brings it.</summary>
    Bios,

    /// <summary>UEFI, without Secure Boot: the host's build of OVMF.</summary>
    Uefi,
}
