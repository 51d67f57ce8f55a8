namespace Pipeline.Tests.Engine;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ParameterTests : IDisposable
{
    private readonly World _world = new();
    private readonly Parametrised _build = new();

    public void Dispose() => _world.Dispose();

    [Test]
    public async Task The_command_line_comes_before_the_environment_before_the_file_before_the_initial_value()
    {
        (await NameAsync()).Should().Be("initial");

        _world.WriteParameterFile("""{ "buildName": "from the file" }""");
        (await NameAsync()).Should().Be("from the file");

        _world.Environment["BUILD_NAME"] = "from the environment";
        (await NameAsync()).Should().Be("from the environment");

        _world.Environment["LAB_BUILD_NAME"] = "from Lab's environment";
        (await NameAsync()).Should().Be("from Lab's environment");

        (await NameAsync("--build-name", "from the command line")).Should().Be("from the command line");

        async Task<string> NameAsync(params string[] arguments)
        {
            var build = new Parametrised();
            (await _world.RunAsync(build, ["Show", .. arguments])).Should().Be(0, because: _world.Error);
            return build.BuildName;
        }
    }

    [Test]
    public async Task An_empty_variable_is_no_value()
    {
        _world.Environment["BUILD_NAME"] = string.Empty;

        await _world.RunAsync(_build, "Show");

        _build.BuildName.Should().Be("initial");
    }

    [Test]
    public async Task Every_type_is_read_from_the_command_line()
    {
        var code = await _world.RunAsync(
            _build,
            ["Show", "--retries", "-3", "--is-fast", "--mode", "slow", "--timeout", "1.5h", "--limit", "7", "--modes", "Slow", "fast", "--ports", "80,443", "--note", "n"]);

        code.Should().Be(0, because: _world.Error);
        _build.Retries.Should().Be(-3);
        _build.IsFast.Should().BeTrue();
        _build.Mode.Should().Be(Mode.Slow);
        _build.Timeout.Should().Be(TimeSpan.FromMinutes(90));
        _build.Limit.Should().Be(7);
        _build.Modes.Should().Equal(Mode.Slow, Mode.Fast);
        _build.Ports.Should().Equal(80, 443);
        _build.NoteValue.Should().Be("n");
    }

    [Test]
    public async Task Every_type_is_read_from_the_environment()
    {
        foreach (var (name, value) in new[] { ("RETRIES", "3"), ("IS_FAST", "1"), ("MODE", "SLOW"), ("TIMEOUT", "250ms"), ("PORTS", "80, 443") })
        {
            _world.Environment[name] = value;
        }

        var code = await _world.RunAsync(_build, "Show");

        code.Should().Be(0, because: _world.Error);
        _build.Retries.Should().Be(3);
        _build.IsFast.Should().BeTrue();
        _build.Mode.Should().Be(Mode.Slow);
        _build.Timeout.Should().Be(TimeSpan.FromMilliseconds(250));
        _build.Ports.Should().Equal(80, 443);
    }

    [Test]
    public async Task Every_type_is_read_from_the_file()
    {
        _world.WriteParameterFile("""{ "retries": 3, "isFast": true, "mode": "slow", "timeout": "2d", "ports": [80, 443] }""");

        var code = await _world.RunAsync(_build, "Show");

        code.Should().Be(0, because: _world.Error);
        _build.Retries.Should().Be(3);
        _build.IsFast.Should().BeTrue();
        _build.Mode.Should().Be(Mode.Slow);
        _build.Timeout.Should().Be(TimeSpan.FromDays(2));
        _build.Ports.Should().Equal(80, 443);
    }

    [TestCase("--is-fast", "Show", ExpectedResult = true)]
    [TestCase("Show", "--is-fast", "false", ExpectedResult = false)]
    [TestCase("Show", "--is-fast=false", ExpectedResult = false)]
    public async Task<bool> A_flag_takes_the_next_word_only_where_it_is_a_truth_value(params string[] arguments)
    {
        (await _world.RunAsync(_build, arguments)).Should().Be(0, because: _world.Error);

        return _build.IsFast;
    }

    [Test]
    public async Task A_value_that_looks_like_an_option_can_be_attached()
    {
        await _world.RunAsync(_build, "Show", "--build-name=--x=y");

        _build.BuildName.Should().Be("--x=y");
    }

    [Test]
    public async Task A_repeated_list_grows_and_a_repeated_value_is_replaced()
    {
        await _world.RunAsync(_build, "Show", "--ports", "80", "--build-name", "a", "--ports", "443", "--build-name", "b");

        _build.Ports.Should().Equal(80, 443);
        _build.BuildName.Should().Be("b");
    }

    [TestCase("--retries", "many", "--retries is `many`, but must be a whole number.")]
    [TestCase("--is-fast", "=maybe", "--is-fast is `maybe`, but must be true or false.")]
    [TestCase("--mode", "Fest", "--mode is `Fest`, but must be Fast or Slow. Did you mean `Fast`?")]
    [TestCase("--mode", "0", "--mode is `0`, but must be Fast or Slow.")]
    [TestCase("--timeout", "90", "--timeout is `90`, but must be a duration such as 500ms, 90s, 5m, 1.5h or 2d.")]
    [TestCase("--timeout", "9999999999d", "--timeout is `9999999999d`, but must be a duration such as 500ms, 90s, 5m, 1.5h or 2d.")]
    [TestCase("--ports", "80,https", "--ports is `https`, but must be a whole number.")]
    [TestCase("--build-nam", "x", "There is no option `--build-nam`. Did you mean `--build-name`? `--help` lists them.")]
    [TestCase("--pln", "x", "There is no option `--pln`. Did you mean `--plan`? `--help` lists them.")]
    [TestCase("-x", "x", "There is no option `-x`. `--help` lists them.")]
    [TestCase("--build-name", "--plan", "--build-name lacks its value. Write `--build-name <text>`.")]
    public async Task A_mistake_on_the_command_line_is_one_clear_line(string option, string value, string message)
    {
        string[] arguments = value.StartsWith('=') ? ["Show", option + value] : ["Show", option, value];

        var code = await _world.RunAsync(_build, arguments);

        code.Should().Be(2);
        _world.Error.TrimEnd().Should().Be(message);
        _build.Ran.Should().BeEmpty();
    }

    [Test]
    public async Task A_bad_variable_is_named()
    {
        _world.Environment["LAB_RETRIES"] = "many";

        var code = await _world.RunAsync(_build, "Show");

        code.Should().Be(2);
        _world.Error.Should().StartWith("LAB_RETRIES is `many`, but must be a whole number.");
    }

    [TestCase("""{ "retries": "many" }""", "Retries in {0} is `many`, but must be a whole number.")]
    [TestCase("""{ "retries": [1, 2] }""", "Retries in {0} is `1,2`, but must be one value, not a list.")]
    [TestCase("""{ "retrys": 3 }""", "{0}: there is no parameter `retrys`. Did you mean `Retries`?")]
    [TestCase("""{ "plan": true }""", "{0}: there is no parameter `plan`.")]
    [TestCase("[]", "{0} can't be read: ")]
    [TestCase("{ nonsense", "{0} can't be read: ")]
    public async Task A_mistake_in_the_file_is_reported_with_the_file(string json, string message)
    {
        _world.WriteParameterFile(json);

        var code = await _world.RunAsync(_build, "Show");

        code.Should().Be(2);
        _world.Error.Should().StartWith(string.Format(null, message, Path.Combine(_world.Root, "build", "parameters.json")));
    }

    [Test]
    public async Task The_pipelines_own_options_are_not_read_from_the_environment()
    {
        _world.Environment["PLAN"] = "true";
        _world.Environment["TARGET"] = "Nonsense";

        await _world.RunAsync(_build, "Show");

        _build.Ran.Should().Equal("Show");
    }

    [Test]
    public async Task A_type_that_is_not_read_from_text_is_reported()
    {
        var code = await _world.RunAsync(new Unreadable(), "Show", "--when", "now");

        code.Should().Be(2);
        _world.Error.Should().StartWith("Parameter When is of type DateOnly, which can't be read from text.");
    }

    private enum Mode
    {
        Fast,
        Slow,
    }

    private sealed class Parametrised : RecordingBuild
    {
        [Parameter("A note")]
#pragma warning disable CS0649 // Filled through the attribute.
        private readonly string? _note;
#pragma warning restore CS0649

        [Parameter("A name")]
        public string BuildName { get; private set; } = "initial";

        [Parameter("A number")]
        public int Retries { get; private set; }

        [Parameter("A number that need not be")]
        public int? Limit { get; private set; }

        [Parameter("A flag")]
        public bool IsFast { get; private set; }

        [Parameter("A choice")]
        public Mode Mode { get; private set; }

        [Parameter("Choices")]
        public Mode[] Modes { get; private set; } = [];

        [Parameter("A time")]
        public TimeSpan Timeout { get; private set; }

        [Parameter("Numbers")]
        public int[] Ports { get; private set; } = [];

        public string? NoteValue => _note;

        private Target Show => _ => _.Executes(() => Note());
    }

    private sealed class Unreadable : RecordingBuild
    {
        [Parameter("A date")]
        public DateOnly When { get; private set; }

        private Target Show => _ => _.Executes(() => Note());
    }
}
