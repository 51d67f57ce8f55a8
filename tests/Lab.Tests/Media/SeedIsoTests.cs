using System.Security.Cryptography;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Execution;
using Lab.Media;
using Lab.Tests.Definitions;
using Lab.Tests.Hosting;
using NUnit.Framework;
using YamlDotNet.RepresentationModel;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Media;

public sealed class SeedIsoTests
{
    internal static readonly Seed Seed = new(
        "web",
        "node1",
        "core",
        "ssh-ed25519 AAAAC3Nz lab",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n",
        "ssh-ed25519 AAAAC3Nzhost node1",
        new SeedNetwork("52:54:00:12:34:56", "10.0.2.15/24", "192.0.2.1", "10.0.2.2"),
        new SeedRemote("lab", "http://192.0.2.1:21000/node1", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ\n-----END PGP PUBLIC KEY BLOCK-----\n"));

    [TestCase("user-data")]
    [TestCase("meta-data")]
    [TestCase("network-config")]
    public void A_seeds_files_are_what_is_checked_in(string name) => SeedIso.Render(Seed)[name].ShouldMatchSnapshot(name);

    [TestCase("user-data", "user-data-segments")]
    [TestCase("network-config", "network-config-segments")]
    public void A_guest_on_a_segment_knows_its_address_there_and_everybodys_names(string name, string snapshot) =>
        SeedIso.Render(Seed with { Network = Seed.Network with { Segments = [new SeedSegment("edge", "52:54:00:65:43:21", "192.168.100.11/24")], Hosts = "127.0.0.1 localhost\n192.168.100.100 vip\n" } })[name].ShouldMatchSnapshot(snapshot);

    [Test]
    public void A_guest_with_a_gateway_goes_out_there_and_asks_it_for_names()
    {
        var segment = Parse(SeedIso.Render(Seed with { Network = Seed.Network with { Segments = [new SeedSegment("edge", "52:54:00:65:43:21", "192.168.100.11/24", "192.168.100.254")] } })["network-config"])["ethernets"]["edge"];

        segment["routes"][0].ToString().Should().Be("{ { to, 0.0.0.0/0 }, { via, 192.168.100.254 } }");
        segment["nameservers"]["addresses"].ToString().Should().Be("[ 192.168.100.254 ]");
    }

    [Test]
    public void A_guest_without_content_has_no_remote() =>
        Parse(SeedIso.Render(Seed with { Content = null })["user-data"]).Children.Should().NotContainKey(new YamlScalarNode("write_files"));

    [Test]
    public void Another_seed_is_another_instance_so_that_cloud_init_applies_it()
    {
        string[] instances =
        [
            Instance(Seed), Instance(Seed with { User = "ops" }), Instance(Seed with { Guest = "node2" }), Instance(Seed with { HostKey = "another" }),
            Instance(Seed with { Network = Seed.Network with { HostAddress = "192.0.2.2" } }), Instance(Seed with { Content = null }),
        ];

        instances.Should().OnlyHaveUniqueItems();
        Instance(Seed with { }).Should().Be(instances[0]);
    }

    [Test]
    public async Task The_same_seed_gives_the_same_bytes_wherever_it_is_written()
    {
        using var folder = new HostFolder();
        Directory.CreateDirectory(folder["elsewhere"]);

        await SeedIso.WriteAsync(Seed, folder["one.iso"]);
        await SeedIso.WriteAsync(Seed, folder["elsewhere/other.iso"]);

        SHA256.HashData(await File.ReadAllBytesAsync(folder["one.iso"])).Should().Equal(SHA256.HashData(await File.ReadAllBytesAsync(folder["elsewhere/other.iso"])));
    }

    [Test]
    public async Task The_volume_is_named_as_cloud_init_looks_for_it_and_holds_the_three_files()
    {
        using var folder = new HostFolder();
        await SeedIso.WriteAsync(Seed, folder["seed.iso"]);

        var volume = await new Command("xorriso", "-indev", folder["seed.iso"], "-pvd_info").RunAsync();
        await new Command("xorriso", "-osirrox", "on", "-indev", folder["seed.iso"], "-extract", "/", folder["out"]).SucceedAsync();

        (volume.Output + volume.Error).Should().MatchRegex(@"Volume id\s*:\s*'?cidata'?\s");
        Directory.EnumerateFiles(folder["out"]).ToDictionary(file => Path.GetFileName(file), File.ReadAllText).Should().Equal(SeedIso.Render(Seed));
    }

    [Test]
    public async Task Only_its_owner_can_read_an_image_and_the_files_in_it()
    {
        using var folder = new HostFolder();
        await SeedIso.WriteAsync(Seed, folder["seed.iso"]);

        var listing = await new Command("xorriso", "-indev", folder["seed.iso"], "-lsl", "/").SucceedAsync();

        File.GetUnixFileMode(folder["seed.iso"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listing.Split('\n').Where(line => line.EndsWith('\'')).Should().HaveCount(3).And.OnlyContain(line => line.StartsWith("-rw-------", StringComparison.Ordinal));
    }

    [Test]
    public async Task Nothing_but_the_image_stays_and_a_killed_runs_litter_does_not_get_in()
    {
        using var folder = new HostFolder();
        folder.Write("seed.iso.d/user-data.1.partial", "half a key");
        await SeedIso.WriteAsync(Seed, folder["clean.iso"]);

        await SeedIso.WriteAsync(Seed, folder["seed.iso"]);

        (await File.ReadAllBytesAsync(folder["seed.iso"])).Should().Equal(await File.ReadAllBytesAsync(folder["clean.iso"]));
        Directory.EnumerateFileSystemEntries(folder.Path).Should().BeEquivalentTo(folder["clean.iso"], folder["seed.iso"]);
    }

    [Test]
    public async Task An_image_is_replaced_whole()
    {
        using var folder = new HostFolder();
        folder.Write("seed.iso", new string('x', 3_000_000));
        await SeedIso.WriteAsync(Seed, folder["clean.iso"]);

        await SeedIso.WriteAsync(Seed, folder["seed.iso"]);

        (await File.ReadAllBytesAsync(folder["seed.iso"])).Should().Equal(await File.ReadAllBytesAsync(folder["clean.iso"]));
    }

    [Property(MaxTest = 200)]
    public Property Whatever_a_seed_says_is_what_its_yaml_means() => Prop.ForAll(Arb.From(Hostile().Four()), texts =>
    {
        var (guest, user, key, remoteKey) = texts;
        var seed = Seed with { Lab = user, Guest = guest, User = user, AuthorizedKey = key, HostKey = remoteKey, PublicHostKey = guest, Content = Seed.Content! with { Name = guest, PublicKey = remoteKey, Url = "x" + key } };
        var files = SeedIso.Render(seed);

        var data = Parse(files["user-data"]);
        Text(data, "hostname").Should().Be(guest);
        Text(data, "ssh_keys", "ed25519_private").Should().Be(remoteKey);
        Text(data, "ssh_keys", "ed25519_public").Should().Be(guest);
        Text(data, "ssh_authorized_keys", 0).Should().Be(key);
        Text(data, "users", 0, "name").Should().Be(user);
        Text(data, "users", 0, "ssh_authorized_keys", 0).Should().Be(key);
        Text(data, "write_files", 0, "path").Should().Be($"/etc/ostree/remotes.d/{guest}.conf");
        Text(data, "write_files", 0, "content").Should().StartWith($"[remote \"{guest}\"]\nurl=x{key}\n");
        Text(data, "write_files", 1, "content").Should().Be(remoteKey);
        Text(Parse(files["meta-data"]), "local-hostname").Should().Be(guest);
        Text(Parse(files["meta-data"]), "instance-id").Should().StartWith($"{user}-{guest}-");
    });

    private static string Instance(Seed seed) => Text(Parse(SeedIso.Render(seed)["meta-data"]), "instance-id");

    private static YamlMappingNode Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return (YamlMappingNode)stream.Documents.Should().ContainSingle().Which.RootNode;
    }

    private static string Text(YamlNode node, params object[] path) =>
        ((YamlScalarNode)path.Aggregate(node, (inner, step) => step is int index ? inner[index] : inner[(string)step])).Value!;

    private static Gen<string> Hostile() => Gen.ArrayOf(Gen.Frequency(
            (6, Gen.Elements("\"", "'", "\n", "\r", "\t", "\\", "{{", "}}", "{{guest}}", ": ", " #", "- ", "---", "%", "&a", "*a", "!", "|", ">", "@", "`", "<", "&amp;", "null", "yes", " ", "\u0085", "\u2028", "\u0000", "\ufeff", "é", "🙂")),
            (1, Gen.Choose(0x20, 0xd7ff).Select(code => ((char)code).ToString()))))
        .Resize(12)
        .Select(string.Concat);
}
