using System.Xml.Linq;

namespace LibvirtSharp.Tests.Qemu;

/// <summary>Which of libvirt's two ways to QEMU a test takes.</summary>
public enum QemuWay
{
    /// <summary>The driver inside this process: native streams and events come straight from it.</summary>
    Embedded,

    /// <summary>A daemon behind a socket: the same go through libvirt's protocol, as in production.</summary>
    Daemon,
}

/// <summary>
/// A QEMU driver of the tests' own, with all its state in one temporary folder. Neither needs root nor touches what the machine's own
/// libvirt has.
/// </summary>
[SetUpFixture]
public sealed class QemuHost
{
    private static string _folder = null!;
    private static PrivateDaemon _daemon = null!;

    public static string UriOf(QemuWay way) => way == QemuWay.Embedded ? $"qemu:///embed?root={_folder}/embedded" : _daemon.Uri("qemu:///session");

    /// <summary>A folder that QEMU can write to.</summary>
    public static string Files => $"{_folder}/files";

    public static PrivateDaemon Daemon => _daemon;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("libvirtsharp-").FullName;
        Directory.CreateDirectory(Files);
        Directory.CreateDirectory($"{_folder}/embedded/etc");

        // As root the driver would run QEMU as another user, who can see neither this folder nor, often, /dev/kvm; and without a log
        // daemon QEMU has to write its own logs.
        await File.WriteAllTextAsync(
            $"{_folder}/embedded/etc/qemu.conf",
            Environment.IsPrivilegedProcess ? "stdio_handler = \"file\"\nuser = \"root\"\ngroup = \"root\"\n" : "stdio_handler = \"file\"\n");
        _daemon = await PrivateDaemon.StartAsync($"{_folder}/daemon");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The smallest guest there is: SeaBIOS, talking on the serial port, with nothing to boot.</summary>
    public static string GuestXml(string name) =>
        new XElement(
            "domain",
            new XAttribute("type", "qemu"),
            new XElement("name", name),
            new XElement("memory", new XAttribute("unit", "MiB"), 64),
            new XElement("vcpu", 1),
            new XElement(
                "os",
                new XElement("type", new XAttribute("arch", "x86_64"), new XAttribute("machine", "q35"), "hvm"),
                new XElement("bios", new XAttribute("useserial", "yes"), new XAttribute("rebootTimeout", -1)),
                new XElement("bootmenu", new XAttribute("enable", "yes"), new XAttribute("timeout", 60000))),
            new XElement("features", new XElement("acpi")),
            new XElement(
                "devices",
                new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")),
                new XElement("serial", new XAttribute("type", "pty"), new XElement("log", new XAttribute("file", LogOf(name)))),
                new XElement(
                    "interface",
                    new XAttribute("type", "user"),
                    new XElement("mac", new XAttribute("address", MacAddress)),
                    new XElement("model", new XAttribute("type", "virtio"))),
                new XElement("video", new XElement("model", new XAttribute("type", "vga"))),
                new XElement("memballoon", new XAttribute("model", "virtio"))),
            new XElement("seclabel", new XAttribute("type", "none"))).ToString();

    public const string MacAddress = "52:54:00:00:00:01";

    public static string LogOf(string name) => $"{Files}/{name}.log";
}
