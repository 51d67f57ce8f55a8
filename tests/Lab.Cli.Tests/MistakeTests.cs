using System.Text.Json;

namespace Lab.Cli.Tests;

/// <summary>What the user gets to see for a mistake: exit code 2, what is wrong, what to do; never a stack trace.</summary>
internal sealed class MistakeTests
{
    [TestCase("upp", "lab: `lab` has no command `upp`.\nDid you mean `up`? `lab --help` lists them.\n")]
    [TestCase("tree serv", "lab: `lab tree` has no command `serv`.\nDid you mean `serve`? `lab tree --help` lists them.\n")]
    [TestCase("status --jsno", "lab: `lab status` has no option `--jsno`.\nDid you mean `--json`? `lab status --help` lists them.\n")]
    [TestCase("list here", "lab: `here` is one word too many for `lab list`.\n`lab list --help` shows how it is used.\n")]
    [TestCase("list -- here", "lab: `lab list` takes nothing after `--`.\n`lab list --help` shows how it is used.\n")]
    [TestCase("tree diff one", "lab: Required argument 'B' missing for command: 'diff'.\n`lab tree diff --help` shows how it is used.\n")]
    [TestCase("log -n many", "lab: `--lines` takes a whole number, and `many` is none.\n`lab log --help` shows how it is used.\n")]
    [TestCase("down web --all", "lab: Either a lab or --all, not both.\n`lab down --help` shows how it is used.\n")]
    [TestCase("up web --cold --from ready", "lab: `--cold` boots and `--from` resumes: only one can be.\nLeave one out.\n")]
    [TestCase("up web --cold --seats 3", "lab: `--cold` boots and `--seats` resumes: only one can be.\nLeave one out.\n")]
    [TestCase("up web --seats 0", "lab: There can't be 0 seats.\nGive a number from 1 to 200, or a list of seats.\n")]
    [TestCase("plan web --seats 201", "lab: There can't be 201 seats.\nGive a number from 1 to 200, or a list of seats.\n")]
    [TestCase("plan web", "lab: Option '--seats' is required.\n`lab plan --help` shows how it is used.\n")]
    [TestCase("plan web --seats seats.csv", "*seats.csv: does not exist. *")]
    [TestCase("reset web-7", "lab: There is no lab `web-7`.\n*")]
    [TestCase("status web --watch", "lab: --watch is for --seats.\n`lab status --help` shows how it is used.\n")]
    [TestCase("down --all --seats", "lab: --all takes seats down too: leave --seats out.\n`lab down --help` shows how it is used.\n")]
    [TestCase("up", "lab: No lab is named, there is no lab.yaml here, and no lab is up.\nName a lab. Labs here: `db` and `web`.\n")]
    [TestCase("up wbe", "lab: There is no lab `wbe`.\nDid you mean `web`? Labs here: `db` and `web`.\n")]
    [TestCase("status wbe", "lab: There is no lab `wbe`.\nDid you mean `web`? Labs here: `db` and `web`.\n")]
    [TestCase("up web --as Two", "lab: `Two` is no name for a lab.\nUse a lower-case letter, then lower-case letters, digits and `-`, 31 at most.\n")]
    [TestCase("down ../web", "*/web: does not exist. Create it, or correct the path.\n")]
    [TestCase("ssh --lab web", "lab: Lab web is not up.\n`lab up web` brings it up.\n")]
    [TestCase("inspect --lab web", "lab: Lab web is not up.\n`lab up web` brings it up.\n")]
    [TestCase("inspect --set boot_counter", "lab: `--set` takes NAME=VALUE, and `boot_counter` is none.\nFor example: `--set boot_counter=1`.\n")]
    [TestCase("inspect --set a=1 --unset a", "lab: `a` is to be changed twice.\nGive one `--set` or `--unset` for each variable.\n")]
    [TestCase("inspect --journal -n 3", "lab: Either --journal, which is all of it, or --lines, not both.\n`lab inspect --help` shows how it is used.\n")]
    [TestCase("stop --lab web", "lab: Lab web is not up.\n`lab up web` brings it up.\n")]
    [TestCase("start --lab web", "lab: Lab web is not up.\n`lab up web` brings it up.\n")]
    [TestCase("run web", "lab: Lab web has no scenarios, or none that match.\nThey are test fixtures with [Category(\"web\")], in the lab's folder, compiled by Labs.csproj beside it.\n")]
    [TestCase("tree diff one two", "lab: No tree `one` was composed here.\n`lab tree list` lists them.\n")]
    [TestCase("tree serve --lab web", "lab: Lab web has nothing to serve: it is not up.\n`lab up` publishes its trees.\n")]
    [TestCase("media inspect no.iso", "lab: There is no file *no.iso.\n")]
    [TestCase("media inspect labs/web/lab.yaml", "*lab.yaml: the file is no ISO 9660 image. Name an installer's or a seed's image.\n")]
    [TestCase("media embed no.iso ks.cfg -o out.iso", "lab: There is no file *no.iso.\n")]
    [TestCase("media kickstart web --variant ostree-rhel7", "lab: There is no variant `ostree-rhel7`.\nDid you mean `ostree-rhel8`? The variants are `ostree-rhel8`, `ostree-rhel9`, `container-rhel10`, `container-fedora` and `packages`.\n")]
    [TestCase("media kickstart web --url ftp://192.0.2.1", "lab: `--url` is not the URL of a content server.\nWrite `http://HOST:PORT/PATH`, or `https`, without a user name.\n")]
    [TestCase("media kickstart web --variant packages", "*labs/web/lab.yaml:3:11: the kickstart of guest `node1` has no `url`, which the variant `packages` needs. Add `url: *`, say.\n")]
    [TestCase("media check no.ks", "*no.ks: does not exist. *")]
    [TestCase("media check no.ks --version rhel7", "lab: There is no version `rhel7`.\nDid you mean `rhel8`? The versions are `rhel8`, `rhel9`, `rhel10` and `fedora`.\n")]
    public async Task A_mistake_ends_with_code_2_and_advice(string line, string said)
    {
        using var user = TwoLabs();

        var result = await user.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(2, because: result.Error);
        result.Output.Should().BeEmpty();
        result.Error.Should().Match(said);
    }

    [Test]
    public async Task A_mistake_is_json_where_json_was_asked_for()
    {
        using var user = TwoLabs();

        var result = await user.RunAsync("status", "wbe", "--json");

        result.ExitCode.Should().Be(2);
        result.Error.Should().BeEmpty();
        var error = JsonDocument.Parse(result.Output).RootElement.GetProperty("error");
        error.GetProperty("kind").GetString().Should().Be("definition");
        error.GetProperty("message").GetString().Should().Be("There is no lab `wbe`.");
        error.GetProperty("remedy").GetString().Should().Be("Did you mean `web`? Labs here: `db` and `web`.");
        error.GetProperty("diagnostics").GetArrayLength().Should().Be(0);
    }

    [Test]
    public async Task A_wrong_lab_file_is_told_by_line_and_column()
    {
        using var user = new LabUser();
        user.Write("lab.yaml", "lab: web\nguets: {}\n");

        var result = await user.RunAsync("up");

        result.ExitCode.Should().Be(2);
        result.Output.Should().BeEmpty();
        result.Error.Should().Contain("lab.yaml:2:1: ").And.Contain("Did you mean `guests`?").And.NotContain("   at ");
    }

    [Test]
    public async Task A_wrong_lab_file_is_told_by_line_and_column_in_json()
    {
        using var user = new LabUser();
        user.Write("lab.yaml", "lab: web\nguets: {}\n");

        var result = await user.RunAsync("up", "--json");

        result.ExitCode.Should().Be(2);
        var diagnostics = JsonDocument.Parse(result.Output).RootElement.GetProperty("error").GetProperty("diagnostics").EnumerateArray().ToList();
        var misspelt = diagnostics.Single(found => found.GetProperty("line").GetInt32() == 2);
        misspelt.GetProperty("file").GetString().Should().Be(Path.Combine(user.Folder, "lab.yaml"));
        misspelt.GetProperty("column").GetInt32().Should().Be(1);
        misspelt.GetProperty("message").GetString().Should().Contain("guets");
        misspelt.GetProperty("fix").GetString().Should().Contain("Did you mean `guests`?");
    }

    [Test]
    public async Task What_has_no_end_is_no_json()
    {
        using var user = new LabUser();

        foreach (var line in new[] { "console --follow --json", "console --interactive --json", "log --follow --json" })
        {
            (await user.RunAsync(line.Split(' '))).ExitCode.Should().Be(2, because: line);
        }
    }

    [Test]
    public async Task A_home_that_can_not_be_made_is_the_hosts_failure()
    {
        using var user = new LabUser();
        await File.WriteAllTextAsync(user.Home, "in the way");

        var result = await user.RunAsync("list");

        result.ExitCode.Should().Be(3);
        result.Error.Should().StartWith("lab: The folder for Lab's data").And.EndWith("Set LAB_HOME to a folder you can write.\n");
    }

    private static LabUser TwoLabs()
    {
        var user = new LabUser();
        foreach (var lab in new[] { "web", "db" })
        {
            user.Write($"labs/{lab}/lab.yaml", $"lab: {lab}\ntrees: [tree.yaml]\nguests: {{ node1: {{ tree: {lab} }} }}\n");
            user.Write($"labs/{lab}/tree.yaml", $"tree: {lab}\nref: {lab}\nversion: '1'\nsources: [{{ suite: trixie }}]\n");
        }

        return user;
    }
}
