namespace Lab.Faults;

/// <summary>What an update goes through, in order. Each is recognised by what the guest does, never by the time that passed.</summary>
public enum UpdatePhase
{
    /// <summary>Objects come in: libostree's staging folder is there.</summary>
    Pulling,

    /// <summary>The deployment's files are laid out.</summary>
    Deploying,

    /// <summary>The deployment waits in /run for a shutdown to finalize it.</summary>
    Staged,

    /// <summary>The shutdown has begun to finalize it.</summary>
    Finalizing,

    /// <summary>The new deployment is given its /etc, merged from the running one's.</summary>
    EtcMerge,

    /// <summary>The new set of bootloader entries is written, beside the one that counts.</summary>
    BootloaderSwap,

    /// <summary>The first boot of the new deployment, before its health checks.</summary>
    FirstBoot,

    /// <summary>The health checks of the new deployment run.</summary>
    HealthChecks,

    /// <summary>The old deployment, fallen back to, makes itself the default.</summary>
    Rollback,
}
