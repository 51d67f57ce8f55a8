using LibvirtSharp;

namespace Lab.Cli.CommandLine;

/// <summary>Failures of the host that reach us in other libraries' words.</summary>
internal static class HostFailure
{
    /// <summary>What a failure means to the user; null where it is none of the host's.</summary>
    public static HostException? Of(Exception failure) => failure switch
    {
        LibvirtException => new HostException($"libvirt: {failure.Message}.", "`lab doctor` checks this host.", failure),
        UnauthorizedAccessException => new HostException(failure.Message, "Labs that root brought up are root's: run the same command as the user who did.", failure),
        IOException => new HostException(failure.Message, inner: failure),
        _ => null,
    };
}
