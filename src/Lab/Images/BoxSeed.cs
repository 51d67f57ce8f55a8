using Lab.Templates;

namespace Lab.Images;

/// <summary>
/// What makes a host a box: a seed on its own disk, where cloud-init's NoCloud finds it at the first boot. It gives what Vagrant expects
/// (https://developer.hashicorp.com/vagrant/docs/boxes/base): the user <c>vagrant</c> with the well-known key, which Vagrant replaces at once,
/// sudo without a password. Without a word on its network cloud-init asks DHCP on the first interface. Host keys are each machine's own, made then.
/// </summary>
public static class BoxSeed
{
    /// <summary>Where cloud-init looks for a seed on the disk.</summary>
    public const string Folder = "/var/lib/cloud/seed/nocloud";

    /// <summary>The files by name.</summary>
    public static IReadOnlyDictionary<string, string> Files { get; } = new[] { "user-data", "meta-data" }
        .ToDictionary(name => name, name => Template.Render($"templates/box/{name}.hbs", new { }), StringComparer.Ordinal);
}
