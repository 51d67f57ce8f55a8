using Lab.Definitions;
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

    /// <summary>Where hosts that boot through OSTree have their users' homes: <c>/home</c> is a link there.</summary>
    public const string OstreeHomes = TreeUser.Homes;

    /// <summary>The files by name.</summary>
    /// <param name="homes">The folder of users' homes, without a link in its path: behind one cloud-init leaves root the owner of a user's keys, which Vagrant then can't replace.</param>
    public static IReadOnlyDictionary<string, string> Files(string homes) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["user-data"] = Template.Render("templates/box/user-data.hbs", new { homes }),
        ["meta-data"] = Template.Render("templates/box/meta-data.hbs", new { }),
    };
}
