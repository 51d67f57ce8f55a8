using Lab;
using Lab.Installer;
using Lab.Media.Installer;

// Runs as the only program of the installer's initramfs: the exit code tells init how to end the machine.
try
{
    var plan = await Installation.RunAsync();
    return plan.Reboots ? InstallerImage.RebootCode : 0;
}
catch (LabException failure)
{
    return Fail(failure.Kind, failure.Remedy is null ? failure.Message : $"{failure.Message}\n{failure.Remedy}");
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
{
    return Fail(FailureKind.Infrastructure, failure.Message);
}
catch (Exception defect)
{
    // Whoever waits for it must hear of it.
    return Fail(FailureKind.Infrastructure, $"a defect of the installer: {defect.GetType().Name}: {defect.Message}");
}

static int Fail(FailureKind kind, string message)
{
    foreach (var line in message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
    {
        Terminal.Say(new InstallError(line));
    }

    Terminal.Say(new InstallFailed(kind));
    return (int)kind;
}
