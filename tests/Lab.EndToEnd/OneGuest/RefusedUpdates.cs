using Lab.Guests;
using Lab.Remote;
using Lab.Trees;
using Lab.Updates;

namespace Lab.EndToEnd.OneGuest;

/// <summary>Updates that nobody vouches for: the guest itself refuses them, and goes on running what it ran.</summary>
[TestFixture]
public sealed class RefusedUpdates
{
    private const string Ref = "labtree";
    private readonly string _strangers = Directory.CreateTempSubdirectory("lab-stranger-").FullName;
    private SigningKey _stranger = null!;
    private PublishedRef _published = null!;
    private Guest _guest = null!;

    private static string Booted => OneGuestLab.Running.Instance.Trees["labtree-1"].Commit;

    [OneTimeSetUp]
    public async Task MakeAStrangersKeyAsync() => _stranger = await SigningKey.LoadOrCreateAsync(_strangers);

    [OneTimeTearDown]
    public async Task ForgetTheStrangerAsync()
    {
        await _stranger.StopAgentAsync();
        Directory.Delete(_strangers, recursive: true);
    }

    [SetUp]
    public async Task WatchTheRefAsync()
    {
        _guest = await OneGuestLab.ReadyAsync();
        _published = await PublishedRef.OfAsync(OneGuestLab.Running, Ref);
    }

    [TearDown]
    public async Task ForgetWhatWasTakenAsync()
    {
        await _published.DisposeAsync();
        if ((await _guest.Updater.StatusAsync()).Staged is not null)
        {
            await _guest.Shell.SucceedAsync($"ostree admin undeploy 0 && ostree refs --force --create=lab:{Ref} {Booted} && ostree admin cleanup");
        }
    }

    [Test]
    public async Task A_commit_signed_by_a_stranger_is_refused()
    {
        await _published.OfferAsync(await LaterAsync(), _stranger);
        await UpgradeMustBeRefusedAsync("Can't check signature: public key not found");
    }

    [Test]
    public async Task A_commit_that_nobody_signed_is_refused()
    {
        await _published.OfferAsync(await LaterAsync(), signer: null);
        await UpgradeMustBeRefusedAsync("GPG verification enabled, but no signatures found");
    }

    [Test]
    public async Task A_list_of_refs_signed_by_a_stranger_is_refused()
    {
        await _published.SignSummaryAsync(_stranger);
        await UpgradeMustBeRefusedAsync("Can't check signature: public key not found");
    }

    [Test]
    public async Task A_file_that_was_altered_on_the_server_is_refused()
    {
        await _published.SwapContentAsync("/usr/share/lab-web/index.html", "/usr/etc/motd");
        await UpgradeMustBeRefusedAsync("Corrupted file object; checksum expected=");
    }

    [Test]
    public async Task A_delta_that_was_altered_on_the_server_is_refused()
    {
        _published.AlterDeltas();
        await UpgradeMustBeRefusedAsync("Data is corrupt");
    }

    [Test]
    public async Task A_commit_older_than_the_booted_one_is_refused()
    {
        var key = await OneGuestLab.Running.Composer.KeyAsync();
        await _published.OfferAsync((await OneGuestLab.Running.Repository.TimestampAsync(Booted)).AddDays(-1), key);
        await UpgradeMustBeRefusedAsync("is chronologically older than current revision");
    }

    [Test]
    public async Task A_signed_commit_of_another_ref_is_refused()
    {
        var key = await OneGuestLab.Running.Composer.KeyAsync();
        await _published.OfferAsync(await LaterAsync(), key, boundTo: "badtree");
        await UpgradeMustBeRefusedAsync("ref binding");
    }

    [Test]
    public async Task After_a_refusal_the_real_update_is_taken()
    {
        await _published.OfferAsync(await LaterAsync(), _stranger);
        await UpgradeMustBeRefusedAsync("Can't check signature");

        await _published.RestoreAsync();
        (await _guest.Updater.UpgradeAsync()).Staged!.Commit.Should().Be(_published.Commit);
    }

    private async Task UpgradeMustBeRefusedAsync(string words)
    {
        var before = await _guest.Updater.StatusAsync();
        var upgrade = () => _guest.Updater.UpgradeAsync();
        (await upgrade.Should().ThrowAsync<UpdateRefusedException>()).Which.Reason.Should().Contain(words);
        (await _guest.Updater.StatusAsync()).Deployments.Should().Equal(before.Deployments);
    }

    private async Task<DateTimeOffset> LaterAsync() => (await OneGuestLab.Running.Repository.TimestampAsync(_published.Commit)).AddDays(1);
}
