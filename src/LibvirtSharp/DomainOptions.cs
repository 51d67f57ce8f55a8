namespace LibvirtSharp;

/// <summary>How a domain starts: <c>virDomainCreateFlags</c>.</summary>
[Flags]
public enum DomainStartOptions
{
    /// <summary>It runs at once.</summary>
    None = 0,

    /// <summary>Its CPUs wait for <see cref="Domain.ResumeAsync"/>.</summary>
    Paused = 1 << 0,

    /// <summary>It is destroyed when the connection that started it closes or breaks.</summary>
    AutoDestroy = 1 << 1,

    /// <summary>Reads a saved image past the host's page cache.</summary>
    BypassCache = 1 << 2,

    /// <summary>Boots from cold even where there is a managed-save image, which is lost.</summary>
    ForceBoot = 1 << 3,

    /// <summary>Checks the definition against libvirt's schema; for transient domains.</summary>
    Validate = 1 << 4,

    /// <summary>Takes the firmware's variables anew from their template.</summary>
    ResetNvram = 1 << 5,
}

/// <summary>What goes with a definition: <c>virDomainUndefineFlagsValues</c>. libvirt refuses to forget a domain that has something which is not named.</summary>
[Flags]
public enum DomainUndefineOptions
{
    /// <summary>The definition only.</summary>
    None = 0,

    /// <summary>The managed-save image.</summary>
    ManagedSave = 1 << 0,

    /// <summary>What libvirt knows of its snapshots.</summary>
    SnapshotsMetadata = 1 << 1,

    /// <summary>The firmware's variables.</summary>
    Nvram = 1 << 2,

    /// <summary>Leaves the firmware's variables where they are.</summary>
    KeepNvram = 1 << 3,

    /// <summary>What libvirt knows of its block checkpoints.</summary>
    CheckpointsMetadata = 1 << 4,

    /// <summary>The TPM's state.</summary>
    Tpm = 1 << 5,

    /// <summary>Leaves the TPM's state where it is.</summary>
    KeepTpm = 1 << 6,

    /// <summary>All that libvirt keeps for the domain. The QEMU driver takes them all; the test driver only the first two.</summary>
    Everything = ManagedSave | SnapshotsMetadata | Nvram | CheckpointsMetadata | Tpm,
}

/// <summary>Which definition to give: <c>virDomainXMLFlags</c>.</summary>
[Flags]
public enum DomainXmlOptions
{
    /// <summary>The one in force.</summary>
    None = 0,

    /// <summary>With secrets, such as a VNC password; needs a connection that may write.</summary>
    Secure = 1 << 0,

    /// <summary>The one that the next start takes.</summary>
    Inactive = 1 << 1,

    /// <summary>With the CPU spelt out as this host provides it.</summary>
    UpdateCpu = 1 << 2,

    /// <summary>Without what an older libvirt would not understand.</summary>
    Migratable = 1 << 3,
}

/// <summary>How a domain's memory is saved or restored: <c>virDomainSaveRestoreFlags</c>.</summary>
[Flags]
public enum DomainSaveOptions
{
    /// <summary>In the state that it is in.</summary>
    None = 0,

    /// <summary>Goes past the host's page cache.</summary>
    BypassCache = 1 << 0,

    /// <summary>Will run when restored.</summary>
    Running = 1 << 1,

    /// <summary>Will be paused when restored.</summary>
    Paused = 1 << 2,

    /// <summary>Takes the firmware's variables anew from their template; when restoring.</summary>
    ResetNvram = 1 << 3,
}

/// <summary>How a guest is asked to shut down or to reboot: <c>virDomainShutdownFlagValues</c>. Several are tried in the hypervisor's order.</summary>
[Flags]
public enum DomainShutdownModes
{
    /// <summary>As the hypervisor sees fit: QEMU takes the agent where one answers, else ACPI.</summary>
    None = 0,

    /// <summary>Presses the ACPI power button.</summary>
    Acpi = 1 << 0,

    /// <summary>Asks the guest agent.</summary>
    Agent = 1 << 1,
}

/// <summary>What a change applies to: <c>virDomainModificationImpact</c>.</summary>
[Flags]
public enum DomainChangeScopes
{
    /// <summary>The running domain if it runs, else its stored definition.</summary>
    Current = 0,

    /// <summary>The running domain.</summary>
    Live = 1 << 0,

    /// <summary>The stored definition: what the next start takes.</summary>
    Config = 1 << 1,
}
