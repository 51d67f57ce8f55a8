using FluentAssertions;
using Lab.Execution;
using NUnit.Framework;

namespace Lab.Tests.Execution;

public sealed class StepProgressTests
{
    [Test]
    public void Steps_of_one_piece_of_work_are_told_as_how_far_it_is()
    {
        var whole = new Whole();
        using (var step = new StepProgress(whole).Begin("resume node1"))
        {
            step.Report("setting clocks");
            step.Done("saved yesterday");
        }

        whole.Told.Should().Equal("resume node1", "resume node1: setting clocks");
        whole.Ended.Should().BeFalse("its own end is its caller's");
    }

    private sealed class Whole : IActivity
    {
        public List<string> Told { get; } = [];

        public bool Ended { get; private set; }

        public void Report(string detail, double? fraction = null) => Told.Add(detail);

        public void Done(string? outcome = null) => Ended = true;

        public void Dispose() => Ended = true;
    }
}
