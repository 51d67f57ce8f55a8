namespace LibvirtSharp;

/// <summary>The host's hardware, as <c>virNodeGetInfo</c> reports it.</summary>
/// <param name="Architecture">Its CPU architecture, such as <c>x86_64</c>.</param>
/// <param name="Memory">Installed memory in bytes.</param>
/// <param name="Cpus">CPUs that are online.</param>
/// <param name="NumaNodes">NUMA nodes; 1 where there are none.</param>
/// <param name="Sockets">CPU sockets in a NUMA node.</param>
/// <param name="Cores">Cores in a socket.</param>
/// <param name="Threads">Threads in a core.</param>
public sealed record NodeInfo(string Architecture, long Memory, int Cpus, int NumaNodes, int Sockets, int Cores, int Threads);
