using Lab.Definitions;
using Lab.Images;
using Lab.Remote;
using Lab.State;
using Lab.Trees;

namespace Lab.Guests;

/// <summary>What the seats of a lab begin with: a checkpoint of the lab, which nobody replaces or deletes until this is disposed.</summary>
public sealed class SeatOrigin : IDisposable
{
    private readonly FileLock _guard;

    internal SeatOrigin(FileLock guard, LabDefinition lab, Checkpoint checkpoint, SshIdentity identity, IReadOnlyList<ComposedTree> trees, IReadOnlyList<BaseImage> images, string contentKey)
    {
        (_guard, Lab, Checkpoint) = (guard, lab, checkpoint);
        (Identity, Trees, Images, ContentKey) = (identity, trees, images, contentKey);
    }

    /// <summary>The lab.</summary>
    public LabDefinition Lab { get; }

    /// <summary>The checkpoint.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The keys that its guests have in the checkpoint.</summary>
    internal SshIdentity Identity { get; }

    /// <summary>The lab's trees.</summary>
    internal IReadOnlyList<ComposedTree> Trees { get; }

    /// <summary>What its guests begin on, in their order.</summary>
    internal IReadOnlyList<BaseImage> Images { get; }

    /// <summary>The public key that its updates are signed with, armoured.</summary>
    internal string ContentKey { get; }

    /// <inheritdoc/>
    public void Dispose() => _guard.Dispose();
}
