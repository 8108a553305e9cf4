using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Plots;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn run plot</c>.</summary>
internal static class RunPlotCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("run") { Description = "The runs' ids or names; several are drawn over each other.", HelpName = "RUN", Arity = ArgumentArity.OneOrMore };
        var output = new Option<FileInfo>("--output", "-o") { Description = "Draw into this file, as SVG, instead of here.", HelpName = "FILE.svg" };
        var metric = new Option<string>("--metric") { Description = "One metric of the evaluations, such as auc; loss and accuracy otherwise.", HelpName = "NAME" };
        return new Command("plot", "Draws loss and accuracy of runs by round: here as text, or into an SVG file.") { runs, output, metric }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var found = new List<GetRunReply>();
                foreach (var name in result.GetRequiredValue(runs))
                {
                    var request = new GetRunRequest { RunId = await connection.RunIdAsync(name, cancellationToken) };
                    found.Add(await connection.Runs.GetRunAsync(request, connection.Headers, cancellationToken: cancellationToken));
                }

                Draw(RunCurves.Of(found, result.GetValue(metric)), result.GetValue(metric), result.GetValue(output), result.InvocationConfiguration.Output);
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn run plot RUN", "fedlearn run plot RUN OTHER --output compared.svg", "fedlearn run plot RUN --metric auc");
    }

    private static void Draw(IReadOnlyList<LinePlot> plots, string? metric, FileInfo? file, TextWriter output)
    {
        if (plots.All(p => p.Lines.All(l => l.Points.Count == 0)))
        {
            throw new CliException(metric is null ? "no round is over yet; there is nothing to draw" : $"no evaluation has the metric '{metric}'; `fedlearn run show RUN --json` lists them");
        }

        if (file is null)
        {
            TextPlot.Write(output, plots);
            return;
        }

        File.WriteAllText(file.FullName, SvgDocument.Of(plots));
        output.WriteLine(file.FullName);
    }
}
