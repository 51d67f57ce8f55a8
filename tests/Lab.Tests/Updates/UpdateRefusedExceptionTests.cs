using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class UpdateRefusedExceptionTests
{
    // As ostree 2025.2 printed them, each provoked.
    [TestCase("error: Commit b113cc745404f95da21d72f5680f2dd9f3d65e21ac40682fe07a559e9657c570: GPG verification enabled, but no signatures found (use gpg-verify=false in remote config to disable)\n", "Sign the commit*", TestName = "An unsigned commit is a refusal")]
    [TestCase("error: Commit 06640132283e35f81bb4df8bc2cdb9202f14ddb75e29bed98ca5fa2f7ad286cd: Signature made Sat Nov 21 07:17:12 2026 using RSA key ID D13CEC58410171BD\nCan't check signature: public key not found\n", "Sign the commit*", TestName = "A commit signed by a stranger is a refusal")]
    [TestCase("error: Commit 2183ecb0021b07ec55c93acac18b15e6a76aa11da4927da24910af4a99212d5e: Signature made Thu Jan  1 00:00:00 1970 using [unknown name] key ID 944549FC33828DC8\nBAD signature from \"Lab <lab@example.org>\"\nPrimary key ID 944549FC33828DC8\n", "Sign the commit*", TestName = "A commit with the signature of another is a refusal")]
    [TestCase("error: GPG signatures found, but none are in trusted keyring\n", "Sign the commit*", TestName = "A commit signed by nobody trusted is a refusal")]
    [TestCase("error: Writing content object: Corrupted file object; checksum expected='51f31fda2c91e2cf8ac5a67fdc2037bb87083fcf85dfc845726e9a5ba160954b' actual='569ec33eadfbf058dab0e4e4dbb9dfd04551a215b4e8524659edd8161356f706'\n", "*ostree fsck*", TestName = "A tampered file is a refusal")]
    [TestCase("error: URI http://127.0.0.1:8099/objects/a1/ce5fcd3f88bf06d6de81dde92a98e92e95662ffedac59f30f20e167196050d.commit exceeded maximum size of 142 bytes\n", "*ostree fsck*", TestName = "A commit longer than announced is a refusal")]
    [TestCase("error: Upgrade target revision '79f11b442fe2a54a565edb89a58b908cf32419328c10aa15d359be8a10113e4f' with timestamp 'Wed Jul  1 00:00:00 2020' is chronologically older than current revision '1639661ac38762c187cfa6bb426e1ce6d642dc82adbbc7733256d633b647e87e' with timestamp 'Fri May 30 05:12:55 2025'; use --allow-downgrade to permit\n", "*later time*", TestName = "An older commit is a refusal")]
    [TestCase("error: No rollback deployment found\n", "Upgrade or rebase*", TestName = "A rollback to nowhere is a refusal")]
    public void A_refusal_keeps_the_tools_words_and_tells_what_to_do(string error, string remedy)
    {
        var refusal = UpdateRefusedException.Recognise("edge", "ostree pull lab labtree", error)!;

        refusal.Reason.Should().Be(error["error: ".Length..].TrimEnd());
        refusal.Message.Should().StartWith("On guest edge: `ostree pull lab labtree` was refused: ").And.EndWith(refusal.Reason);
        refusal.Kind.Should().Be(FailureKind.Product);
        refusal.Remedy.Should().Match(remedy);
    }

    [TestCase("error: No such branch 'nosuch' in repository summary\n")]
    [TestCase("error: While fetching http://127.0.0.1:1/summary.sig: [7] Could not connect to server\n")]
    [TestCase("error: Cannot pin staged deployment\n")]
    [TestCase("")]
    public void Another_failure_is_none(string error) =>
        UpdateRefusedException.Recognise("edge", "ostree pull lab labtree", error).Should().BeNull();
}
