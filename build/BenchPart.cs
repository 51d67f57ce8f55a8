namespace Lab.Building;

/// <summary>What a bench measures, in the order in which it does. Each can be measured alone.</summary>
internal enum BenchPart
{
    /// <summary>A tree that only lays files over another, and trees that have not changed.</summary>
    Compose,

    /// <summary>A commit of a whole system.</summary>
    Commit,

    /// <summary>A seed image.</summary>
    Seed,

    /// <summary>An image that installs a guest.</summary>
    Kickstart,

    /// <summary>A bootable disk.</summary>
    Disk,

    /// <summary>A guest's boot, and a checkpoint of its memory.</summary>
    Boot,

    /// <summary>A lab of one guest brought up, beside Vagrant.</summary>
    Up,

    /// <summary>A lab of three guests brought up, beside Vagrant.</summary>
    UpThree,

    /// <summary>The seats of a class.</summary>
    Seats,

    /// <summary>A guest that installs itself.</summary>
    Install,

    /// <summary>A tree of packages, which takes minutes and the package mirror: measured only where it is asked for.</summary>
    Packages,
}
