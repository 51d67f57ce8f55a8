using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LibvirtSharp.Native;

namespace LibvirtSharp;

public sealed partial class Domain
{
    /// <summary>Its state, memory and CPU time.</summary>
    public Task<DomainInfo> GetInfoAsync(CancellationToken cancellation = default) =>
        RunAsync(
            domain =>
            {
                NativeMethods.virDomainGetInfo(domain, out var info).OrThrow();
                return new DomainInfo(
                    (DomainState)info.State,
                    checked((long)info.MaxMemoryKiB * 1024),
                    checked((long)info.MemoryKiB * 1024),
                    info.VirtualCpus,
                    TimeSpan.FromTicks((long)(info.CpuNanoseconds / TimeSpan.NanosecondsPerTick)));
            },
            cancellation);

    /// <summary>What is known of its memory. Most of it comes from the guest's balloon driver, so a guest without one has little here.</summary>
    public Task<IReadOnlyDictionary<DomainMemoryStatistic, long>> GetMemoryStatisticsAsync(CancellationToken cancellation = default) =>
        RunAsync(
            IReadOnlyDictionary<DomainMemoryStatistic, long> (domain) =>
            {
                // Room for more than libvirt knows today; it fills in as many as it has.
                Span<NativeMemoryStat> statistics = stackalloc NativeMemoryStat[32];
                var count = NativeMethods.virDomainMemoryStats(domain, statistics, (uint)statistics.Length, 0).OrThrow();
                var found = new Dictionary<DomainMemoryStatistic, long>();
                foreach (var statistic in statistics[..count])
                {
                    found[(DomainMemoryStatistic)statistic.Tag] = (long)statistic.Value;
                }

                return found;
            },
            cancellation);

    /// <summary>What one of its running disks has read and written.</summary>
    /// <param name="device">The disk's target, such as <c>vda</c>, or its path.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<DomainBlockStatistics> GetBlockStatisticsAsync(string device, CancellationToken cancellation = default) =>
        RunAsync(
            domain =>
            {
                NativeMethods.virDomainBlockStats(domain, device, out var statistics, (nuint)Unsafe.SizeOf<NativeBlockStats>()).OrThrow();
                return new DomainBlockStatistics(statistics.ReadRequests, statistics.ReadBytes, statistics.WriteRequests, statistics.WriteBytes);
            },
            cancellation);

    /// <summary>The IP addresses of its interfaces, as one source knows them. An interface without an address may be missing.</summary>
    public Task<IReadOnlyList<DomainInterface>> GetInterfaceAddressesAsync(InterfaceAddressSource source, CancellationToken cancellation = default) =>
        RunAsync(IReadOnlyList<DomainInterface> (domain) => ReadInterfaces(domain, source), cancellation);

    private static unsafe DomainInterface[] ReadInterfaces(DomainHandle domain, InterfaceAddressSource source)
    {
        var count = NativeMethods.virDomainInterfaceAddresses(domain, out var found, (uint)source, 0).OrThrow();
        try
        {
            var interfaces = new DomainInterface[count];
            for (var i = 0; i < count; i++)
            {
                interfaces[i] = new DomainInterface(
                    Marshal.PtrToStringUTF8((nint)found[i]->Name) ?? string.Empty,
                    Marshal.PtrToStringUTF8((nint)found[i]->HardwareAddress),
                    ReadAddresses(found[i]));
            }

            return interfaces;
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                NativeMethods.virDomainInterfaceFree(found[i]);
            }

            NativeMemory.Free(found);
        }
    }

    private static unsafe InterfaceAddress[] ReadAddresses(NativeDomainInterface* device)
    {
        var addresses = new InterfaceAddress[device->AddressCount];
        for (var i = 0; i < addresses.Length; i++)
        {
            var address = device->Addresses[i];
            addresses[i] = new InterfaceAddress(IPAddress.Parse(Marshal.PtrToStringUTF8((nint)address.Address)!), (int)address.Prefix);
        }

        return addresses;
    }
}
