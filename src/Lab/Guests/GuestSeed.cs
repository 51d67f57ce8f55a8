using Lab.Hosting;
using Lab.Images;
using Lab.Media;
using Lab.Remote;
using Lab.State;

namespace Lab.Guests;

/// <summary>What a guest is told at its first boot, from its plan and its lab's keys.</summary>
public static class GuestSeed
{
    /// <summary>The seed. The same plan and keys give the same seed.</summary>
    /// <param name="plan">The guest.</param>
    /// <param name="home">Where its lab is.</param>
    /// <param name="identity">The lab's keys.</param>
    /// <param name="hosts">The names that it knows, in the format of hosts(5); empty for a lab without segments.</param>
    /// <param name="contentKey">The public key that its updates are signed with, armoured.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">This host has no default route, so no guest would find it.</exception>
    public static async Task<Seed> MakeAsync(GuestPlan plan, LabHome home, SshIdentity identity, string hosts, string contentKey, CancellationToken cancellation = default)
    {
        var host = HostRoute.Gateway();
        return new Seed(
            plan.Lab,
            plan.Name,
            plan.Definition.User,
            await identity.PublicKeyAsync(cancellation),
            await identity.HostKeyAsync(plan.Name, cancellation),
            await identity.PublicHostKeyAsync(plan.Name, cancellation),
            new SeedNetwork(plan.Mac, $"{GuestDomain.Address}/{GuestDomain.Prefix}", host, GuestDomain.Via)
            {
                Segments = [.. plan.Nics.Select(nic => new SeedSegment(nic.Segment, nic.Mac, nic.Address, nic.Gateway))],
                Hosts = hosts,
            },
            plan.Definition.Tree is null ? null : Content(plan, home, host, contentKey));
    }

    /// <summary>The seed of a guest that is installed with a tree, for systemd; null for one that begins on an image, whose cloud-init reads it.</summary>
    /// <param name="plan">The guest.</param>
    /// <param name="seed">Its seed.</param>
    public static SeedCredentials? Credentials(GuestPlan plan, Seed seed) =>
        plan.Definition.Tree is { } tree ? SeedCredentials.Of(seed, tree.HomeOf(seed.User)) : null;

    /// <summary>The lab's content server as a guest sees it.</summary>
    /// <param name="plan">The guest.</param>
    /// <param name="home">Where its lab is.</param>
    /// <param name="host">The address at which the guest finds this host.</param>
    /// <param name="contentKey">The public key that its updates are signed with, armoured.</param>
    public static SeedRemote Content(GuestPlan plan, LabHome home, string host, string contentKey) =>
        new(ImageBuilder.Remote, $"http://{host}:{LabInstance.ContentPort(home, plan.Lab)}/{plan.Name}", contentKey);
}
