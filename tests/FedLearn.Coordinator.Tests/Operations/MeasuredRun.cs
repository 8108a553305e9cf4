using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using FedLearn.Coordinator.Operations.Telemetry;

namespace FedLearn.Coordinator.Tests.Operations;

/// <summary>Listens to the coordinator's instruments, for one run: other tests of this process have coordinators too.</summary>
internal sealed class MeasuredRun : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Key, double Value)> _seen = [];
    private readonly string _name;

    public MeasuredRun(string name)
    {
        _name = name;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == CoordinatorMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What was measured under an instrument's name and tag values, such as "fedlearn.rounds published".</summary>
    public IReadOnlyList<double> Of(string key) => [.. _seen.Where(s => s.Key == key).Select(s => s.Value)];

    /// <summary>All keys measured, once each.</summary>
    public IReadOnlyList<string> Keys => [.. _seen.Select(s => s.Key).Distinct().Order(StringComparer.Ordinal)];

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length > 0 && tags[0] is { Key: "run", Value: string run } && run == _name)
        {
            var others = string.Join(' ', tags[1..].ToArray().Select(t => Convert.ToString(t.Value, CultureInfo.InvariantCulture)));
            _seen.Enqueue(($"{instrument.Name} {others}".TrimEnd(), value));
        }
    }
}
