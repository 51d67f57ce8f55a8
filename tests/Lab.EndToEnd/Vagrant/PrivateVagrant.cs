using Lab.Execution;

namespace Lab.EndToEnd.Vagrant;

/// <summary>The real vagrant and vagrant-libvirt, on a host of their own.</summary>
internal sealed class PrivateVagrant : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PrivateHost _host;

    private PrivateVagrant(string folder, PrivateHost host) => (_folder, _host) = (folder, host);

    /// <summary>The folder of the Vagrantfile.</summary>
    public string Project => Path.Combine(_folder, "project");

    /// <summary>Starts libvirt, and makes the network that vagrant-libvirt looks for.</summary>
    /// <param name="folder">Where all of it is kept.</param>
    /// <param name="emulated">Whether guests are emulated.</param>
    public static async Task<PrivateVagrant> StartAsync(string folder, bool emulated)
    {
        var vagrant = new PrivateVagrant(folder, await PrivateHost.StartAsync(folder, emulated));
        Directory.CreateDirectory(vagrant.Project);
        Directory.CreateDirectory(Path.Combine(folder, "home"));
        await vagrant._host.MakeNetworkAsync("vagrant-libvirt", "virbr0", "192.168.121");
        return vagrant;
    }

    /// <summary>Runs vagrant; it must end well.</summary>
    public Task<string> RunAsync(params string[] words) => Inside(["vagrant", .. words]).SucceedAsync();

    /// <summary>A program in its namespaces, in the project's folder.</summary>
    public Command Inside(params string[] words) => _host.Inside(["env", $"--chdir={Project}", .. words])
        .WithEnvironment("HOME", Path.Combine(_folder, "home"))
        .WithEnvironment("VAGRANT_HOME", Path.Combine(_folder, "home", ".vagrant.d"))
        .WithEnvironment("VAGRANT_DEFAULT_PROVIDER", "libvirt")
        .WithEnvironment("VAGRANT_NO_COLOR", "1")
        .WithEnvironment("VAGRANT_CHECKPOINT_DISABLE", "1")
        .WithEnvironment("VAGRANT_BOX_UPDATE_CHECK_DISABLE", "1");

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
