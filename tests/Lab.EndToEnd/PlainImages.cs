using System.Security.Cryptography;
using System.Text.Json;
using Lab.Execution;
using Lab.Guests;
using Lab.Remote;
using Lab.State;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>A lab whose guest begins on a disk that people have already, as a cloud's image, fetched from a server.</summary>
[TestFixture]
public sealed class PlainImages
{
    private const string Lab = "e2e-plain";
    private const string FromBox = "e2e-box";
    private const string Ignition = """{ "ignition": { "version": "3.4.0" }, "note": "it's \"here\"" }""";
    private readonly LabHome _home = LabHome.Default();
    private string _folder = null!;
    private string _said = null!;
    private LabCli _cli = null!;
    private ContentServer _server = null!;

    [OneTimeSetUp]
    public async Task BootOnceAsync()
    {
        _cli = new LabCli(_home);
        await ForgetAsync();
        _folder = Directory.CreateTempSubdirectory("lab-plain-").FullName;
        var served = Directory.CreateDirectory(Path.Combine(_folder, "served")).FullName;
        var raw = Path.Combine(_folder, "debian.raw");
        await PlainDisk.MakeAsync(_home, raw);
        await new Command("qemu-img", "convert", "-O", "qcow2", raw, Path.Combine(served, "debian.qcow2")).SucceedAsync();
        File.Delete(raw);
        _server = await ContentServer.StartAsync(served, LabInstance.ContentPort(_home, "e2e-plain-images"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.ign"), Ignition);
        await WriteLabAsync("6 GiB");
        _said = await UpAsync();
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await ForgetAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task It_boots_with_its_seed_on_a_disk_of_the_size_that_was_asked_for()
    {
        _said.Should().Contain("download debian.qcow2").And.Contain("boot node1");
        (await SshAsync("hostname; whoami; sudo -n whoami; test -e /run/ostree-booted || echo plain; lsblk --bytes --nodeps --noheadings --output SIZE /dev/vda")).Should().Be($"node1\ncore\nroot\nplain\n{6L << 30}\n");
    }

    [Test]
    public async Task What_only_trees_have_is_absent()
    {
        using var status = JsonDocument.Parse((await _cli.RunAsync("status", Lab, "--json")).Output);
        var guest = status.RootElement.GetProperty("guests")[0];
        guest.GetProperty("power").GetString().Should().Be("running");
        guest.GetProperty("bootId").GetString().Should().HaveLength(36);
        (guest.GetProperty("booted").ValueKind, guest.GetProperty("next").ValueKind, guest.GetProperty("silence").ValueKind).Should().Be((JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null));

        (await _cli.ToRun("list").SucceedAsync()).Should().Contain("debian.qcow2");
        var kickstart = await _cli.RunAsync("media", "kickstart", _folder);
        kickstart.ExitCode.Should().Be((int)FailureKind.Definition);
        kickstart.Error.Should().Match("*lab.yaml:4:*node1 begins on an image*");
    }

    [Test]
    public async Task Its_Ignition_configuration_is_in_its_firmwares() =>
        (await SshAsync("sudo modprobe qemu_fw_cfg; sudo cat /sys/firmware/qemu_fw_cfg/by_name/opt/com.coreos/config/raw")).Should().Be(Ignition);

    [Test]
    [Category("Long")]
    public async Task A_box_of_it_holds_nothing_of_its_lab_which_goes_on_as_before()
    {
        var before = await SshAsync("cat /proc/sys/kernel/random/boot_id /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub");
        var box = Path.Combine(_folder, "plain.box");
        await _cli.SucceedAsync("box", "export", "--lab", Lab, "--output", box);

        (await SshAsync("cat /proc/sys/kernel/random/boot_id /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub")).Should().Be(before);
        await new Command("tar", "--extract", "--gzip", "--file", box, "--directory", _folder).SucceedAsync();
        var disk = Path.Combine(_folder, "box.raw");
        await new Command("qemu-img", "convert", "-O", "raw", Path.Combine(_folder, "box.img"), disk).SucceedAsync();
        var identity = await SshIdentity.LoadOrCreateAsync(LabInstance.KeyFolder(_home, Lab), ["node1"]);
        (await IsInAsync("instance-id: lab-box", disk)).Should().BeTrue("that is how its seed reads");
        (await IsInAsync((await identity.HostKeyAsync("node1")).Split('\n')[2], disk)).Should().BeFalse("the host key is the lab's");
        (await IsInAsync((await identity.PublicKeyAsync()).Split(' ')[1], disk)).Should().BeFalse("nobody of the lab gets in");
        File.Delete(disk);
        File.Delete(box);
        await ABoxOfSeveralDisksComesUpAsync(Path.Combine(_folder, "box.img"));
    }

    // That guest's own disk, and another one beside it, in a box of version 2.
    private async Task ABoxOfSeveralDisksComesUpAsync(string first)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "box")).FullName;
        await new Command("sh", "-ec", $$"""
            cd {{Command.Quote(folder)}}
            mv {{Command.Quote(first)}} box_0.img
            mkdir data && echo brought > data/note
            mke2fs -q -t ext4 -L data -d data data.raw 16m
            qemu-img convert -f raw -O qcow2 data.raw box_1.img
            echo '{ "provider": "libvirt", "format": "qcow2", "disks": [ { "path": "box_0.img" }, { "path": "box_1.img" } ] }' > metadata.json
            tar --create --use-compress-program='gzip -1' --file two.box metadata.json box_0.img box_1.img
            printf 'lab: {{FromBox}}\nguests:\n  node1: { image: "box:{{FromBox}}" }\n' > lab.yaml
            """).SucceedAsync();
        await _cli.SucceedAsync("box", "import", Path.Combine(folder, "two.box"), "--name", FromBox);
        try
        {
            (await _cli.RunAsync("box", "list")).Output.Should().Contain($"box:{FromBox}");
            (await UpAsync(folder)).Should().Contain("boot node1");
            (await SshAsync("sudo mount -L data /mnt; cat /mnt/note; echo changed | sudo tee /mnt/note; hostname; whoami; sudo umount /mnt", FromBox)).Should().Be("brought\nchanged\nnode1\ncore\n");

            await _cli.SucceedAsync("down", FromBox);
            (await UpAsync(folder)).Should().Contain("resume checkpoint ready");
            (await SshAsync("sudo mount -L data /mnt; cat /mnt/note", FromBox)).Should().Be("brought\n", "a checkpoint has all disks");
        }
        finally
        {
            await ForgetAsync(FromBox);
            await _cli.SucceedAsync("box", "delete", FromBox);
        }
    }

    [Test]
    public async Task It_comes_up_again_without_a_download_or_a_boot_and_never_on_another_disk_than_it_had()
    {
        await _cli.SucceedAsync("down", Lab);
        var fetched = _server.Counts;
        (await UpAsync()).Should().Contain("resume checkpoint ready").And.NotContain("download");
        _server.Counts.Should().BeEquivalentTo(fetched);

        await WriteLabAsync("7 GiB");
        var changed = await _cli.RunAsync("up", _folder);
        changed.Error.Should().Contain("node1 is up, made from another definition");
        await WriteLabAsync("6 GiB");
    }

    private async Task WriteLabAsync(string disk)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(_folder, "served", "debian.qcow2"))));
        await File.WriteAllTextAsync(Path.Combine(_folder, "lab.yaml"), $$"""
            lab: {{Lab}}
            guests:
              node1:
                image: { url: "http://127.0.0.1:{{_server.Port}}/images/debian.qcow2", sha256: {{digest}} }
                ignition: config.ign
                disk: {{disk}}
            """);
    }

    private Task<string> UpAsync() => UpAsync(_folder);

    private async Task<string> UpAsync(string folder)
    {
        var result = await _cli.RunAsync("up", folder);
        result.ExitCode.Should().Be(0, result.Error);
        return result.Error;
    }

    private async Task<string> SshAsync(string command, string lab = Lab)
    {
        var result = await _cli.RunAsync("ssh", "--lab", lab, "--", command);
        result.ExitCode.Should().Be(0, result.Error);
        return result.Output;
    }

    private static async Task<bool> IsInAsync(string text, string file) =>
        (await new Command("grep", "--text", "--fixed-strings", "--quiet", "-e", text, file).RunAsync()).ExitCode == 0;

    private async Task ForgetAsync(string lab = Lab)
    {
        await _cli.SucceedAsync("down", lab);
        await _cli.RunAsync("checkpoint", "delete", Checkpoint.Ready, "--lab", lab);
    }
}
