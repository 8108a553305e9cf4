using System.CommandLine;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Elsewhere;

/// <summary>The options that send a run's metrics elsewhere.</summary>
internal sealed class SinkOptions
{
    private readonly Option<DirectoryInfo> _tensorBoard = new("--tensorboard") { Description = "Also write the metrics as a TensorBoard event file in DIR/RUN.", HelpName = "DIR" };
    private readonly Option<string> _mlflow = new("--mlflow") { Description = "Also log the metrics to an MLflow tracking server; MLFLOW_TRACKING_TOKEN, or _USERNAME and _PASSWORD, say who asks.", HelpName = "URL" };
    private readonly Option<string> _experiment = new("--mlflow-experiment") { Description = "The experiment in MLflow; made where there is none.", HelpName = "NAME", DefaultValueFactory = _ => "fedlearn" };

    public SinkOptions AddTo(Command command)
    {
        command.Add(_tensorBoard);
        command.Add(_mlflow);
        command.Add(_experiment);
        return this;
    }

    /// <summary>What the options name; null where they name nothing.</summary>
    public IMetricSink? Open(ParseResult result)
    {
        var sinks = new List<IMetricSink>();
        if (result.GetValue(_tensorBoard) is { } folder)
        {
            sinks.Add(new TensorBoardFile(folder.FullName, TimeProvider.System));
        }

        if (result.GetValue(_mlflow) is { } url)
        {
            sinks.Add(new MlflowTracking(MlflowTracking.Client(url), result.GetRequiredValue(_experiment), TimeProvider.System));
        }

        return sinks.Count switch { 0 => null, 1 => sinks[0], _ => new Several(sinks) };
    }

    /// <summary>Sinks that each have what they had before: a round goes to those that lack it.</summary>
    private sealed class Several(IReadOnlyList<IMetricSink> sinks) : IMetricSink
    {
        private readonly Dictionary<IMetricSink, int> _has = [];

        public async Task<int> BeginAsync(Run run, CancellationToken cancellationToken)
        {
            foreach (var sink in sinks)
            {
                _has[sink] = await sink.BeginAsync(run, cancellationToken);
            }

            return _has.Values.Min();
        }

        public async Task TakeAsync(int round, IReadOnlyList<Metric> metrics, CancellationToken cancellationToken)
        {
            foreach (var sink in sinks.Where(s => _has[s] < round))
            {
                await sink.TakeAsync(round, metrics, cancellationToken);
            }
        }

        public async Task EndAsync(Run run, CancellationToken cancellationToken)
        {
            foreach (var sink in sinks)
            {
                await sink.EndAsync(run, cancellationToken);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var sink in sinks)
            {
                await sink.DisposeAsync();
            }
        }
    }
}
