namespace Lab.Updates;

/// <summary>A host's deployments in boot order.</summary>
public sealed class HostStatus
{
    /// <summary>
    /// Takes the deployments in boot order and marks which is pending and which is the rollback. The rule is libostree's own
    /// (<c>ostree_sysroot_query_deployments_for</c>): of the booted stateroot, the first before the booted one, and the first after it.
    /// </summary>
    /// <param name="deployments">In boot order, at most one of them booted.</param>
    public HostStatus(IEnumerable<Deployment> deployments)
    {
        var ordered = deployments.ToList();
        var booted = ordered.FindIndex(deployment => deployment.Booted);
        var stateRoot = booted < 0 ? null : ordered[booted].StateRoot;
        var pending = ordered.FindIndex(0, Math.Max(booted, 0), deployment => deployment.StateRoot == stateRoot);
        var rollback = booted < 0 ? -1 : ordered.FindIndex(booted + 1, deployment => deployment.StateRoot == stateRoot);
        Deployments = [.. ordered.Select((deployment, index) => deployment with { Pending = index == pending, Rollback = index == rollback })];
    }

    /// <summary>All deployments; an index into them is what <c>ostree admin pin</c> and <c>set-default</c> take.</summary>
    public IReadOnlyList<Deployment> Deployments { get; }

    /// <summary>The one that the host runs from; null if it did not boot through ostree.</summary>
    public Deployment? Booted => Deployments.FirstOrDefault(deployment => deployment.Booted);

    /// <summary>The one that shutdown will finalize, if an update was staged.</summary>
    public Deployment? Staged => Deployments.FirstOrDefault(deployment => deployment.Staged);

    /// <summary>The first: what the next boot takes. Null if there is no deployment at all.</summary>
    public Deployment? Next => Deployments.Count == 0 ? null : Deployments[0];

    /// <summary>Where a rollback leads, if anywhere.</summary>
    public Deployment? RollbackTarget => Deployments.FirstOrDefault(deployment => deployment.Rollback);

    /// <summary>The index of a deployment, or -1.</summary>
    public int IndexOf(Deployment deployment) => Deployments.ToList().IndexOf(deployment);

    internal static HostStatus Of(IReadOnlyList<(ToolLine Line, Deployment Deployment)> entries)
    {
        var second = entries.Where(entry => entry.Deployment.Booted).Skip(1).ToList();
        return second.Count == 0
            ? new HostStatus(entries.Select(entry => entry.Deployment))
            : throw second[0].Line.Unexpected("one booted deployment at most");
    }
}
