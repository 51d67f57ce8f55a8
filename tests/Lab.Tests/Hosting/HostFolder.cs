namespace Lab.Tests.Hosting;

/// <summary>A folder of a test's own, gone with the test: a piece of a host, with programs in it.</summary>
internal sealed class HostFolder : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Path { get; } = Directory.CreateTempSubdirectory("lab-host-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public string Write(string file, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[file])!);
        File.WriteAllText(this[file], text);
        return this[file];
    }

    public string Program(string name, string script)
    {
        Write(name, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(this[name], Executable);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
