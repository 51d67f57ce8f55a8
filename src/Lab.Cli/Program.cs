using Lab.Cli;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;

using var interruption = new Interruption();
return await new LabProgram(Screen.OfOutput(), Screen.OfError()).RunAsync(args, interruption);
