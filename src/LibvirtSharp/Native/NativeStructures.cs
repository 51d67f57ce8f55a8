using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LibvirtSharp.Native;

// The C structures as libvirt's headers lay them out; `unsigned long` has the size of a pointer on every Linux.

/// <summary><c>virError</c>, as far as its level: the rest is deprecated or repeats the message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeError
{
    public int Code;
    public int Domain;
    public byte* Message;
    public int Level;
}

/// <summary><c>virNodeInfo</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeNodeInfo
{
    public NodeModel Model;
    public nuint MemoryKiB;
    public uint Cpus;
    public uint Mhz;
    public uint Nodes;
    public uint Sockets;
    public uint Cores;
    public uint Threads;

    [InlineArray(32)]
    public struct NodeModel
    {
        private byte _first;
    }
}

/// <summary><c>virDomainInfo</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeDomainInfo
{
    public byte State;
    public nuint MaxMemoryKiB;
    public nuint MemoryKiB;
    public ushort VirtualCpus;
    public ulong CpuNanoseconds;
}

/// <summary><c>virDomainMemoryStatStruct</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeMemoryStat
{
    public int Tag;
    public ulong Value;
}

/// <summary><c>virDomainBlockStatsStruct</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeBlockStats
{
    public long ReadRequests;
    public long ReadBytes;
    public long WriteRequests;
    public long WriteBytes;
    public long Errors;
}

/// <summary><c>virDomainInterface</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeDomainInterface
{
    public byte* Name;
    public byte* HardwareAddress;
    public uint AddressCount;
    public NativeIPAddress* Addresses;
}

/// <summary><c>virDomainIPAddress</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeIPAddress
{
    public int Type;
    public byte* Address;
    public uint Prefix;
}

/// <summary><c>virNetworkDHCPLease</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeDhcpLease
{
    public byte* Interface;
    public long ExpirySeconds;
    public int Type;
    public byte* Mac;
    public byte* Iaid;
    public byte* Address;
    public uint Prefix;
    public byte* HostName;
    public byte* ClientId;
}
