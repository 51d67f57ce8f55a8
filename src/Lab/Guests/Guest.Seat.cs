using Lab.Execution;
using Lab.Hosting;
using Lab.Images;
using Lab.Media;
using Lab.Remote;
using Lab.Trees;
using LibvirtSharp;

namespace Lab.Guests;

public sealed partial class Guest
{
    private const string SeatFolder = "/run/lab-seat";

    // What a copy must not share with its original; hostname, addresses and all that was done before are to be the same. What runs and asked for the
    // machine's id before keeps the old one until it starts again, so the journal does: its folder and every entry bear it.
    private const string TakeSeat = """
        set -e
        for file in /root/.ssh/authorized_keys "$(getent passwd "$user" | cut -d: -f6)/.ssh/authorized_keys"; do
            [ ! -f "$file" ] || sed -i "s|$old_key|$new_key|" "$file"
        done
        for key in /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub; do
            if [ -f "$(basename "$key")" ]; then cat "$(basename "$key")" > "$key"; else rm -f "$key"; fi
        done
        [ ! -f "$remote" ] || sed -i "s|^\(url=.*\):$old_port/|\1:$new_port/|" "$remote"
        [ ! -f /var/lib/systemd/random-seed ] || head -c 512 /dev/urandom > /var/lib/systemd/random-seed
        old_id=$(cat /etc/machine-id)
        ! mountpoint -q /etc/machine-id || umount /etc/machine-id
        echo "$machine_id" > /etc/machine-id
        [ ! -f /var/lib/dbus/machine-id ] || [ /var/lib/dbus/machine-id -ef /etc/machine-id ] || echo "$machine_id" > /var/lib/dbus/machine-id
        for journal in /run/log/journal /var/log/journal; do
            [ ! -d "$journal/$old_id" ] || mv "$journal/$old_id" "$journal/$machine_id"
        done
        systemctl restart systemd-journald
        for unit in ssh sshd; do
            ! systemctl --quiet is-active "$unit.service" || systemctl reload "$unit.service"
        done
        rm -rf "$PWD"
        sync
        """;

    /// <summary>The machine id of a seat's guest (machine-id(5)): its domain's UUID, as systemd takes it in virtual machines.</summary>
    internal string SeatMachineId => _domain.Uuid.ToString("N");

    /// <summary>Resumes a copy of another guest's memory as this one, stopped: <see cref="TakeSeatAsync"/> follows once all guests are there.</summary>
    /// <param name="memory">The other guest's memory.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">The memory can't become this guest's, or libvirt refused it.</exception>
    internal async Task ResumeCopyAsync(string memory, CancellationToken cancellation)
    {
        var mine = GuestPlan.HandOutIn(Folder);
        await SavedMemory.CopyAsync(memory, mine, await _domain.GetXmlAsync(DomainXmlOptions.Inactive | DomainXmlOptions.Secure, cancellation), cancellation);
        await ResumeAsync(mine, cancellation);
    }

    /// <summary>Lets a copy go on as itself: with keys and a machine id of its own, before anybody else meets it.</summary>
    /// <param name="saved">What was noted when the original was saved.</param>
    /// <param name="original">The keys that the copy wakes with; nobody but the lab's owner has them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GuestDeadException">It does not answer, or not as itself.</exception>
    internal async Task TakeSeatAsync(CheckpointGuest saved, SshIdentity original, CancellationToken cancellation)
    {
        var copy = new Guest(_hypervisor, _domain, Metadata, _endpoint with { Identity = original }, Folder, _time);
        try
        {
            await copy.WakeAsync(saved, resumed: true, cancellation);
            using var workshop = new Workshop(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await WriteIdentityAsync(workshop, original, cancellation);

            // Not on a command line: it would show the host key to all users of this host.
            await copy.Shell.CopyToAsync(workshop.Folder, SeatFolder, cancellation);
            await copy.Shell.SucceedAsync($"cd {SeatFolder} && . ./seat", cancellation: cancellation);
        }
        finally
        {
            await copy.Shell.CloseAsync(CancellationToken.None);
            await copy.Console.DisposeAsync();
        }

        var deadline = _hypervisor.Scale(WakeDeadline);
        var seen = string.Empty;
        if (!await Within(deadline, async token => (seen = await Shell.ProbeAsync(cancellation: token) ?? string.Empty).Length == 0, cancellation))
        {
            throw new GuestDeadException(Name, $"it did not answer with keys of its own within {deadline.TotalSeconds:0} s: {seen}", FailureKind.Infrastructure);
        }

        if (await Shell.SucceedAsync("cat /etc/machine-id", cancellation: cancellation) is var id && id != SeatMachineId)
        {
            throw new GuestDeadException(Name, $"its machine id is {id} instead of {SeatMachineId}.", FailureKind.Infrastructure);
        }
    }

    private async Task WriteIdentityAsync(Workshop workshop, SshIdentity original, CancellationToken cancellation)
    {
        var (identity, handOut) = (_endpoint.Identity, Metadata.HandOut!);
        var home = _hypervisor.Home;
        (string Name, string Value)[] values =
        [
            ("user", Metadata.User),
            ("old_key", Blob(await original.PublicKeyAsync(cancellation))),
            ("new_key", Blob(await identity.PublicKeyAsync(cancellation))),
            ("remote", new SeedRemote(ImageBuilder.Remote, string.Empty, string.Empty).ConfigFile),
            ("old_port", $"{LabInstance.ContentPort(home, handOut.Seat.Lab)}"),
            ("new_port", $"{LabInstance.ContentPort(home, Metadata.Lab)}"),
            ("machine_id", SeatMachineId),
        ];
        var script = string.Concat(values.Select(value => $"{value.Name}={Command.Quote(value.Value)}\n")) + TakeSeat;
        await File.WriteAllTextAsync(workshop.File("seat"), script, cancellation);
        await File.WriteAllTextAsync(workshop.File("ssh_host_ed25519_key"), await identity.HostKeyAsync(Name, cancellation), cancellation);
        await File.WriteAllTextAsync(workshop.File("ssh_host_ed25519_key.pub"), await identity.PublicHostKeyAsync(Name, cancellation) + "\n", cancellation);
    }

    // The key itself, between its type and its comment (sshd(8), "AUTHORIZED_KEYS FILE FORMAT").
    private static string Blob(string key) => key.Split(' ')[1];
}
