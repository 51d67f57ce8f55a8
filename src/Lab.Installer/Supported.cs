using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Media.Kickstart;

namespace Lab.Installer;

/// <summary>What of the kickstart language this installer does. The rest it refuses by name, before it touches the disk.</summary>
internal static class Supported
{
    // A command and its options; an option with a value after it is done with that value only.
    private static readonly Dictionary<string, string[]> _commands = Read(
        """
        bootloader --append --location=mbr
        clearpart --all --initlabel
        cmdline --non-interactive
        eula --agreed
        firewall --enabled --disabled --service --port
        firstboot --disabled
        graphical --non-interactive
        group --name --gid
        halt --eject
        ignoredisk --only-use
        keyboard --vckeymap
        lang
        network --activate --bootproto=dhcp|static --bridgeslaves --device --gateway --hostname --ip --nameserver --netmask --onboot
        ostreesetup --osname --remote --url --ref --nogpg
        part --fstype --size --grow --ondisk
        partition --fstype --size --grow --ondisk
        poweroff --eject
        reboot --eject
        reqpart --add-boot
        rootpw --iscrypted --lock
        selinux --enforcing --permissive --disabled
        services --enabled --disabled
        shutdown --eject
        skipx
        sshkey --username
        text --non-interactive
        timezone --utc
        user --name --groups --homedir --shell --gecos --uid --password --iscrypted --lock
        zerombr
        %pre --interpreter --log --erroronfail
        %post --interpreter --log --erroronfail --nochroot
        """);

    /// <summary>Reports what it does not do.</summary>
    public static void Check(KickstartFile kickstart, Problems problems)
    {
        foreach (var entry in kickstart.Entries)
        {
            switch (entry)
            {
                case KickstartInclude include:
                    problems.Add(include.Location, $"this installer does not read what `{include.Directive}` names", "Write it into the kickstart itself.");
                    break;
                case KickstartSection section:
                    Check(section.Location, section.Name, section.Options, problems);
                    break;
                case KickstartCommand command:
                    Check(command.Location, command.Name, command.Options, problems);
                    break;
                default:
                    break;
            }
        }

        foreach (var section in kickstart.Sections.Where(section => section.Name == "%pre" || section.Options.Any(option => option.Name == "--nochroot")))
        {
            if (section.Options.LastOrDefault(option => option.Name == "--interpreter") is { Value: { } interpreter } option && !File.Exists(interpreter))
            {
                problems.Add(option.Location, $"the installer has no `{interpreter}`", "Write the script for `/bin/sh`.");
            }
        }

        var whole = SourceLocation.Whole(kickstart.File);
        if (kickstart.Commands.FirstOrDefault(command => command.Name == "clearpart")?.Has("--all") != true)
        {
            problems.Add(whole, "the kickstart does not say `clearpart --all`, and this installer takes the whole of a disk", "Add `clearpart --all --initlabel`.");
        }

        if (kickstart.Commands.All(command => command.Name != "ostreesetup"))
        {
            problems.Add(whole, "the kickstart has no `ostreesetup`, and this installer installs nothing else", "Give it `--osname`, `--remote`, `--url` and `--ref`.");
        }

        foreach (var network in kickstart.Commands.Where(command => command.Name == "network"))
        {
            if (network["--netmask"] is { } mask && PrefixOf(mask) is null)
            {
                problems.Add(network.Location, $"`--netmask` of `network` is no netmask: `{YamlScalar.Excerpt(mask)}`", "Write it as `255.255.255.0`.");
            }
        }

        foreach (var second in kickstart.Commands.Where(command => command.Name == "network" && (command.Has("--device") || command.Has("--bootproto") || command.Has("--ip"))).Skip(1))
        {
            problems.Add(second.Location, "this installer sets one network interface up, and another `network` is given before", "Remove it, or install with the distribution's own installer.");
        }

        DiskLayout.Check(kickstart, problems);
    }

    /// <summary>The length of a netmask's prefix; null where it is none.</summary>
    public static int? PrefixOf(string netmask)
    {
        if (!IPAddress.TryParse(netmask, out var mask) || mask.AddressFamily != AddressFamily.InterNetwork)
        {
            return null;
        }

        var bits = BitConverter.ToUInt32([.. mask.GetAddressBytes().Reverse()]);
        var length = BitOperations.LeadingZeroCount(~bits);
        return BitOperations.PopCount(bits) == length ? length : null;
    }

    private static void Check(SourceLocation location, string name, IReadOnlyList<KickstartOption> options, Problems problems)
    {
        if (!_commands.TryGetValue(name, out var known))
        {
            problems.Add(location, $"this installer does not do `{name}`", "Remove it, or install with the distribution's own installer.");
            return;
        }

        foreach (var option in options)
        {
            var form = known.FirstOrDefault(candidate => candidate.Split('=')[0] == option.Name);
            if (form is null)
            {
                problems.Add(option.Location, $"this installer does not do `{option.Name}` of `{name}`", "Remove it, or install with the distribution's own installer.");
            }
            else if (form.Split('=') is [_, var values] && !values.Split('|').Contains(option.Value, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add(option.Location, $"this installer does not do `{option.Name}={option.Value}` of `{name}`", $"It does {Spelling.Listed(values.Split('|'))}.");
            }
        }
    }

    private static Dictionary<string, string[]> Read(string table) =>
        table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(row => row.Split(' '))
            .ToDictionary(row => row[0], row => row[1..], StringComparer.Ordinal);
}
