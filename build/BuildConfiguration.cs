namespace Lab.Building;

/// <summary>What MSBuild calls the configuration.</summary>
internal enum BuildConfiguration
{
    /// <summary>Unoptimised. The default, which build.sh's own build shares.</summary>
    Debug,

    /// <summary>Optimised, as it is shipped.</summary>
    Release,
}
