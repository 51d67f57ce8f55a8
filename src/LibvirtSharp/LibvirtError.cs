namespace LibvirtSharp;

/// <summary>What went wrong: <c>virErrorNumber</c>, without the codes of drivers and objects that this binding does not reach.</summary>
public enum LibvirtErrorCode
{
    /// <summary>No error.</summary>
    Ok = 0,

    /// <summary>Something failed for which there is no better code; the message says what.</summary>
    InternalError = 1,

    /// <summary>Memory could not be allocated.</summary>
    NoMemory = 2,

    /// <summary>The driver does not implement this call.</summary>
    NoSupport = 3,

    /// <summary>A host name could not be resolved.</summary>
    UnknownHost = 4,

    /// <summary>No driver can be reached for this URI.</summary>
    NoConnect = 5,

    /// <summary>The connection is not, or no longer, valid.</summary>
    InvalidConnection = 6,

    /// <summary>The domain object is not valid.</summary>
    InvalidDomain = 7,

    /// <summary>An argument is not valid.</summary>
    InvalidArgument = 8,

    /// <summary>The hypervisor refused or failed an operation.</summary>
    OperationFailed = 9,

    /// <summary>The host cannot run a guest of this type or architecture.</summary>
    OsType = 16,

    /// <summary>A definition has no name.</summary>
    NoName = 21,

    /// <summary>A definition has no operating system.</summary>
    NoOs = 22,

    /// <summary>The URI's driver does not serve this call.</summary>
    CallFailed = 26,

    /// <summary>A definition is not well formed, or lacks or contradicts something.</summary>
    XmlError = 27,

    /// <summary>The domain exists already.</summary>
    DomainExists = 28,

    /// <summary>The connection is read-only.</summary>
    OperationDenied = 29,

    /// <summary>A file could not be opened.</summary>
    OpenFailed = 30,

    /// <summary>A configuration file could not be read.</summary>
    ReadFailed = 31,

    /// <summary>A configuration file could not be parsed.</summary>
    ParseFailed = 32,

    /// <summary>A configuration file has a syntax error.</summary>
    ConfigurationSyntax = 33,

    /// <summary>A file could not be written.</summary>
    WriteFailed = 34,

    /// <summary>A detail of an error in a definition.</summary>
    XmlDetail = 35,

    /// <summary>The network object is not valid.</summary>
    InvalidNetwork = 36,

    /// <summary>The network exists already.</summary>
    NetworkExists = 37,

    /// <summary>A system call failed; the message ends with the system's own.</summary>
    SystemError = 38,

    /// <summary>Talking to the daemon failed.</summary>
    Rpc = 39,

    /// <summary>TLS failed.</summary>
    GnuTls = 40,

    /// <summary>There is no such domain.</summary>
    NoDomain = 42,

    /// <summary>There is no such network.</summary>
    NoNetwork = 43,

    /// <summary>A MAC address is not valid.</summary>
    InvalidMac = 44,

    /// <summary>Authentication failed.</summary>
    AuthenticationFailed = 45,

    /// <summary>The security driver that a definition asks for is not there.</summary>
    NoSecurityModel = 54,

    /// <summary>The operation does not fit the object's state, such as starting a running domain.</summary>
    OperationInvalid = 55,

    /// <summary>The hypervisor cannot do what a definition asks for.</summary>
    ConfigurationUnsupported = 67,

    /// <summary>The operation took too long, or waited too long for another to end.</summary>
    OperationTimeout = 68,

    /// <summary>A hook script on the host failed.</summary>
    HookScriptFailed = 70,

    /// <summary>The stream object is not valid.</summary>
    InvalidStream = 73,

    /// <summary>The driver does not know this flag or argument.</summary>
    ArgumentUnsupported = 74,

    /// <summary>The operation was aborted.</summary>
    OperationAborted = 78,

    /// <summary>Authentication was cancelled.</summary>
    AuthenticationCancelled = 79,

    /// <summary>The domain has no such metadata.</summary>
    NoDomainMetadata = 80,

    /// <summary>A number is too large.</summary>
    Overflow = 82,

    /// <summary>The hypervisor does not support this operation, or not for this guest.</summary>
    OperationUnsupported = 84,

    /// <summary>The SSH transport failed.</summary>
    Ssh = 85,

    /// <summary>The guest agent is absent or does not answer.</summary>
    AgentUnresponsive = 86,

    /// <summary>Something else uses this resource.</summary>
    ResourceBusy = 87,

    /// <summary>The access policy forbids it.</summary>
    AccessDenied = 88,

    /// <summary>The guest's CPU cannot be had on this host.</summary>
    CpuIncompatible = 91,

    /// <summary>A definition does not validate against libvirt's schema.</summary>
    XmlInvalidSchema = 92,

    /// <summary>No way to authenticate is available.</summary>
    AuthenticationUnavailable = 94,

    /// <summary>The guest agent answered another question; asking again may help.</summary>
    AgentUnsynced = 97,

    /// <summary>The domain has no such device.</summary>
    DeviceMissing = 99,

    /// <summary>The guest agent did not answer a command in time.</summary>
    AgentCommandTimeout = 112,

    /// <summary>The guest agent answered that a command failed.</summary>
    AgentCommandFailed = 113,
}

/// <summary>Which part of libvirt raised an error: <c>virErrorDomain</c>, the parts that a QEMU or test connection meets.</summary>
public enum LibvirtErrorDomain
{
    /// <summary>No part in particular.</summary>
    None = 0,

    /// <summary>The XML reader.</summary>
    Xml = 5,

    /// <summary>Operations on domains.</summary>
    DomainOperation = 6,

    /// <summary>The remote protocol.</summary>
    Rpc = 7,

    /// <summary>Reading libvirt's configuration files.</summary>
    Configuration = 9,

    /// <summary>The QEMU driver.</summary>
    Qemu = 10,

    /// <summary>Operations on networks.</summary>
    NetworkOperation = 11,

    /// <summary>The test driver.</summary>
    Test = 12,

    /// <summary>The remote driver.</summary>
    Remote = 13,

    /// <summary>The storage driver.</summary>
    Storage = 18,

    /// <summary>Network definitions.</summary>
    Network = 19,

    /// <summary>Domain definitions.</summary>
    Domain = 20,

    /// <summary>Security drivers such as AppArmor and SELinux.</summary>
    Security = 24,

    /// <summary>CPU models.</summary>
    Cpu = 31,

    /// <summary>Hook scripts.</summary>
    Hook = 34,

    /// <summary>Streams: consoles, screenshots.</summary>
    Streams = 38,

    /// <summary>The event loop.</summary>
    Event = 40,

    /// <summary>Lock managers.</summary>
    Locking = 42,

    /// <summary>Capabilities of hosts and hypervisors.</summary>
    Capabilities = 44,

    /// <summary>Connection URIs.</summary>
    Uri = 45,

    /// <summary>Authentication.</summary>
    Authentication = 46,

    /// <summary>Control groups.</summary>
    Cgroup = 54,

    /// <summary>The access policy.</summary>
    Access = 55,

    /// <summary>Firewall rules.</summary>
    Firewall = 59,

    /// <summary>Polkit.</summary>
    Polkit = 60,

    /// <summary>The log daemon.</summary>
    Logging = 63,

    /// <summary>TPM devices.</summary>
    Tpm = 70,
}

/// <summary>How grave an error is: <c>virErrorLevel</c>.</summary>
public enum LibvirtErrorLevel
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>A warning.</summary>
    Warning = 1,

    /// <summary>An error.</summary>
    Error = 2,
}
