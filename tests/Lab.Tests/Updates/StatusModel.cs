using FsCheck;
using FsCheck.Fluent;
using Lab.Updates;

namespace Lab.Tests.Updates;

/// <summary>Deployments in boot order, as a tool could have them.</summary>
public sealed record StatusModel(IReadOnlyList<Deployment> Deployments)
{
    /// <summary>What is left of it in a form that does not print everything.</summary>
    public HostStatus As(Func<Deployment, Deployment> form) => new(Deployments.Select(form));

    public override string ToString() => string.Join(Environment.NewLine, Deployments);
}

/// <summary>Makes such models: at most one booted, the first perhaps staged.</summary>
public static class StatusModelArbitrary
{
    public static Arbitrary<StatusModel> Models() => Model.ToArbitrary();

    private static Gen<string> Text(string characters) => Gen.Elements(characters.ToCharArray()).ArrayOf(12).Select(chosen => new string(chosen));

    private static Gen<string?> Perhaps(Gen<string> text) => Gen.OneOf(text.Select(some => (string?)some), Gen.Constant((string?)null));

    private static Gen<bool> Flag => Gen.Elements(true, false);

    private static Gen<string> VersionText =>
        Text("0123456789.~+:-() ab").Select(version => version.Trim()).Where(version => version.Length > 0);

    private static Gen<Deployment> Deployment =>
        from stateRoot in Gen.Elements("debian", "rhel-atomic-host", "a")
        from commit in Gen.Elements("0123456789abcdef".ToCharArray()).ArrayOf(64)
        from serial in Gen.Choose(0, 12)
        from pinned in Flag
        from unlocked in Gen.Elements(null, "development", "hotfix", "transient")
        from version in Perhaps(VersionText)
        from refspec in Gen.Elements(null, "lab:labtree", "edge:rhel/8/x86_64/edge", "ostree-unverified-registry:quay.io/fedora/fedora-coreos:stable")
        from seconds in Gen.Choose(0, int.MaxValue)
        select new Deployment
        {
            StateRoot = stateRoot,
            Commit = new string(commit),
            Serial = serial,
            Pinned = pinned,
            Unlocked = unlocked,
            Version = version,
            Refspec = refspec,
            Timestamp = DateTimeOffset.FromUnixTimeSeconds(seconds),
        };

    private static Gen<StatusModel> Model =>
        from count in Gen.Choose(1, 5)
        from deployments in Deployment.ArrayOf(count)
        from booted in Gen.Choose(-1, count - 1)
        from staged in Flag
        select new StatusModel([.. deployments.Select((deployment, index) => deployment with { Booted = index == booted, Staged = staged && index == 0 && booted > 0 })]);
}
