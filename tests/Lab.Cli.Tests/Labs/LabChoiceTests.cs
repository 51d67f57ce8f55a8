using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Definitions;

namespace Lab.Cli.Tests.Labs;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LabChoiceTests : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("lab-choice-").FullName;

    public void Dispose() => Directory.Delete(_top, recursive: true);

    [Test]
    public async Task A_folder_a_file_and_a_name_mean_the_same_lab()
    {
        var file = Lab("labs/web", "web");

        foreach (var word in new[] { "web", "labs/web", "./labs/web/lab.yaml", file })
        {
            (await Choice().DefinitionAsync(word, NoneUp)).File.Should().Be(file, because: word);
        }
    }

    [Test]
    public async Task A_name_is_looked_for_in_the_folders_above_too()
    {
        var file = Lab("labs/web", "web");
        var below = Directory.CreateDirectory(Path.Combine(_top, "src", "deep")).FullName;

        (await new LabChoice(new LabFiles(below)).DefinitionAsync("web", NoneUp)).File.Should().Be(file);
    }

    [Test]
    public async Task The_default_is_the_lab_file_here_whatever_is_up()
    {
        var file = Lab(".", "web");

        (await Choice().DefinitionAsync(null, () => Task.FromResult<IReadOnlyList<UpLab>>([Up("other", "/other/lab.yaml")]))).File.Should().Be(file);
    }

    [Test]
    public async Task Without_a_lab_file_here_the_default_is_the_only_lab_that_is_up()
    {
        var file = Lab("elsewhere", "web");

        var definition = await Choice().DefinitionAsync(null, () => Task.FromResult<IReadOnlyList<UpLab>>([Up("second", file)]));

        definition.File.Should().Be(file);
        definition.Name.Should().Be("second", because: "it was brought up under that name");
    }

    [Test]
    public void Several_labs_that_are_up_are_listed_rather_than_guessed()
    {
        var choose = () => Choice().Name(null, [Up("db", "/db/lab.yaml"), Up("web", "/web/lab.yaml")]);

        choose.Should().Throw<CommandLineMistake>().Which.Remedy.Should().Be("Name a lab. Labs that are up: `db` and `web`.");
    }

    [Test]
    public void A_lab_that_is_up_is_found_by_its_file_under_any_name()
    {
        var file = Lab("labs/web", "web");

        Choice().Name("labs/web", [Up("second", file)]).Should().Be("second");
        Choice().Name("web", [Up("second", file)]).Should().Be("second");
    }

    [Test]
    public void Of_two_that_are_up_from_one_file_the_name_decides()
    {
        var file = Lab("labs/web", "web");
        var up = new[] { Up("second", file), Up("web", file) };

        Choice().Name("labs/web", up).Should().Be("web");
        Choice().Name("second", up).Should().Be("second");
    }

    [Test]
    public async Task A_seat_is_meant_by_its_own_name_only()
    {
        var file = Lab("labs/web", "web");
        var up = new[] { Up("web-7", file) with { Seat = new Seat("web", 7, "Ada") } };

        Choice().Name("web", up).Should().Be("web", "the lab itself is not up");
        Choice().Name("web-7", up).Should().Be("web-7");
        (await Choice().DefinitionAsync("web-7", () => Task.FromResult<IReadOnlyList<UpLab>>(up))).Seat.Should().Be(up[0].Seat);
    }

    [Test]
    public void The_lab_of_seats_that_are_up_is_found_without_its_file()
    {
        var up = new[] { Up("class-1", "/gone") with { Seat = new Seat("class", 1, string.Empty) }, Up("class-2", "/gone") with { Seat = new Seat("class", 2, string.Empty) } };

        SeatChoice.LabOf("class", up).Should().Be("class");
        SeatChoice.LabOf(null, up).Should().Be("class");
        SeatChoice.Up("class", up).Select(seat => seat.Name).Should().Equal("class-1", "class-2");
    }

    [Test]
    public void A_lab_that_is_up_is_found_while_its_file_is_broken()
    {
        var file = Lab("labs/web", "web");
        File.WriteAllText(file, "no lab at all");

        Choice().Name("web", [Up("web", file)]).Should().Be("web");
        Choice().Invoking(choice => choice.Name("web", [])).Should().Throw<DefinitionException>();
    }

    [Test]
    public void A_lab_that_is_not_up_is_said_to_be_so()
    {
        Lab("labs/web", "web");

        Choice().Invoking(choice => choice.Up("web", [Up("db", "/db/lab.yaml")])).Should().Throw<CommandLineMistake>()
            .Which.Should().Match<CommandLineMistake>(mistake => mistake.Message == "Lab web is not up." && mistake.Remedy == "`lab up web` brings it up. Labs that are up: `db`.");
    }

    [Test]
    public void The_only_guest_needs_no_name()
    {
        LabChoice.Guest("web", ["node1"], null).Should().Be("node1");
        FluentActions.Invoking(() => LabChoice.Guest("web", ["node1", "node2"], null)).Should().Throw<CommandLineMistake>().Which.Remedy.Should().Be("Name one: `node1` and `node2`.");
        FluentActions.Invoking(() => LabChoice.Guest("web", ["node1", "node2"], "ndoe2")).Should().Throw<CommandLineMistake>().Which.Remedy.Should().Be("Did you mean `node2`? It has `node1` and `node2`.");
    }

    private static Task<IReadOnlyList<UpLab>> NoneUp() => Task.FromResult<IReadOnlyList<UpLab>>([]);

    private static UpLab Up(string name, string file) => new(name, file, []);

    private LabChoice Choice() => new(new LabFiles(_top));

    private string Lab(string folder, string name)
    {
        var path = Directory.CreateDirectory(Path.GetFullPath(folder, _top)).FullName;
        File.WriteAllText(Path.Combine(path, "tree.yaml"), $"tree: {name}\nref: {name}\nversion: '1'\nsources: [{{ suite: trixie }}]\n");
        File.WriteAllText(Path.Combine(path, "lab.yaml"), $"lab: {name}\ntrees: [tree.yaml]\nguests: {{ node1: {{ tree: {name} }} }}\n");
        return Path.Combine(path, "lab.yaml");
    }
}
