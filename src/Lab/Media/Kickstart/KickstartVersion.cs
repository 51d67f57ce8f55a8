namespace Lab.Media.Kickstart;

/// <summary>Whose installer reads a kickstart: each knows other commands and options.</summary>
public enum KickstartVersion
{
    /// <summary>RHEL 8 and its rebuilds.</summary>
    Rhel8,

    /// <summary>RHEL 9, CentOS Stream 9 and the rebuilds.</summary>
    Rhel9,

    /// <summary>RHEL 10, CentOS Stream 10 and the rebuilds.</summary>
    Rhel10,

    /// <summary>A Fedora that is still maintained.</summary>
    Fedora,
}
