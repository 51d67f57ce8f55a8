using System.Buffers;
using System.Text.RegularExpressions;

namespace Lab.Definitions.Yaml;

/// <summary>How names are spelled, each rule from its owner's documentation.</summary>
internal static partial class Grammar
{
    /// <summary>What YAML 1.2 (5.1, c-printable) keeps out of a file.</summary>
    public static SearchValues<char> ControlCharacters { get; } =
        SearchValues.Create([.. Enumerable.Range(0, 0xa0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\u0085'))]);

    /// <summary>Ours, for labs, trees and guests: fits a host name, a domain name of libvirt and a folder.</summary>
    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,30}\z")]
    public static partial Regex Name { get; }

    /// <summary>A ref of ostree(1): components of word characters, <c>.</c> and <c>-</c>, none of which may lead up the folders it is stored in.</summary>
    [GeneratedRegex(@"\A(?!\.\.?(/|\z))[a-zA-Z0-9._-]+(/(?!\.\.?(/|\z))[a-zA-Z0-9._-]+)*\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Ref { get; }

    /// <summary>Debian policy 5.6.1.</summary>
    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]+\z")]
    public static partial Regex Package { get; }

    /// <summary>A glob of apt_preferences(5) over package names, or over source packages after <c>src:</c>.</summary>
    [GeneratedRegex(@"\A(src:)?[a-z0-9*?\[][a-z0-9+.*?\[\]-]*\z", RegexOptions.ExplicitCapture)]
    public static partial Regex PackagePattern { get; }

    /// <summary>A suite or codename of sources.list(5).</summary>
    [GeneratedRegex(@"\A[a-zA-Z0-9][a-zA-Z0-9._+-]*(/[a-zA-Z0-9._+-]+)*\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Suite { get; }

    /// <summary>useradd(8), which groupadd(8) shares.</summary>
    [GeneratedRegex(@"\A[a-z_][a-z0-9_-]{0,31}\z")]
    public static partial Regex User { get; }

    /// <summary>systemd.unit(5).</summary>
    [GeneratedRegex(@"\A[a-zA-Z0-9:_.\\-]+(@[a-zA-Z0-9:_.\\-]*)?\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Unit { get; }

    /// <summary>A path in a field of passwd(5): absolute, without empty components, blanks or colons.</summary>
    [GeneratedRegex(@"\A(/(?!\.\.?(/|\z))[^/:\s]+)+\z", RegexOptions.ExplicitCapture)]
    public static partial Regex AccountPath { get; }

    /// <summary>The kernel splits its command line at blanks outside double quotes.</summary>
    [GeneratedRegex("\\A([^\\s\"]|\"[^\"\\r\\n]*\")+\\z", RegexOptions.ExplicitCapture)]
    public static partial Regex KernelArgument { get; }

    /// <summary>An interface as the kernel takes it (dev_valid_name), so far as a kickstart can carry it.</summary>
    [GeneratedRegex(@"\A(?!\.\.?\z)[A-Za-z0-9._-]{1,15}\z")]
    public static partial Regex Interface { get; }

    /// <summary>A network's name as libvirt takes it (virNetworkDefParseXML keeps out <c>/</c>), narrowed to what needs no quoting in a shell.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._+:@-]{0,62}\z")]
    public static partial Regex LibvirtNetwork { get; }

    /// <summary>Interfaces that guests have besides those on segments, by names of the kernel, udev (systemd.net-naming-scheme(7)) or Lab.</summary>
    [GeneratedRegex(@"\A(lo|host|lab0|(eth|en|wl|br|veth|docker|podman|cni)[a-z]*[0-9].*)\z", RegexOptions.ExplicitCapture)]
    public static partial Regex OwnInterface { get; }

    /// <summary>A disk's path below /dev.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._:+-]*(/[A-Za-z0-9._:+-]+)*\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Disk { get; }

    /// <summary>A systemd unit's name with or without its ending, or a service of firewalld.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9:_.@\\-]*\z")]
    public static partial Regex Service { get; }

    /// <summary>A name in <c>%packages</c>: a package, a <c>@group</c>, an <c>@^environment</c>, or one of them taken out with <c>-</c>.</summary>
    [GeneratedRegex(@"\A-?(@\^?)?[A-Za-z0-9][A-Za-z0-9._+:*?-]*\z", RegexOptions.ExplicitCapture)]
    public static partial Regex RpmPackage { get; }

    /// <summary>A container image with its registry, and a tag or digest (the distribution project's reference grammar, narrowed).</summary>
    [GeneratedRegex(@"\A[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Image { get; }

    [GeneratedRegex(@"\A[0-9a-fA-F]{64}\z")]
    public static partial Regex Sha256 { get; }

    [GeneratedRegex(@"\A[0-9a-fA-F]{128}\z")]
    public static partial Regex Sha512 { get; }

    /// <summary>A tag of a container image (the distribution project's reference grammar).</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    public static partial Regex ImageTag { get; }

    /// <summary>A line of authorized_keys (sshd(8)) without options.</summary>
    [GeneratedRegex(@"\A(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+=*( [^""\\\p{C}]*)?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex PublicKey { get; }

    [GeneratedRegex(@"\A(C|[a-z]{2,3}_[A-Z]{2})(\.[A-Za-z0-9-]+)?(@[a-z]+)?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Locale { get; }

    [GeneratedRegex(@"\A[a-z][A-Za-z0-9_.-]*\z")]
    public static partial Regex Keyboard { get; }

    [GeneratedRegex(@"\A[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Timezone { get; }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    public static partial Regex ScriptName { get; }

    [GeneratedRegex(@"\A(?<port>[0-9]{1,5})(/(?<protocol>tcp|udp))?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex FirewallPort { get; }

    /// <summary>A line that a kickstart takes for its own wherever it stands, or that ends a file that a script writes.</summary>
    [GeneratedRegex(@"^\s*(?<mark>%(end|include|ksappend|pre|pre-install|post|packages|addon|anaconda|onerror|traceback|certificate)|LAB_END)(?=\s|\z)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    public static partial Regex KickstartMark { get; }

    [GeneratedRegex(@"\A[0-7]{3,4}\z")]
    public static partial Regex Mode { get; }

    /// <summary>A port, and the path to ask for behind it.</summary>
    [GeneratedRegex(@"\A(?<port>[0-9]{1,5})(?<path>/[^\s#]*)?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Http { get; }

    [GeneratedRegex(@"\A[-+]?[0-9][0-9_]*(\.[0-9]*)?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Number { get; }
}
