using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Versions;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;

namespace FedLearn.Cli.Data;

/// <summary>A source to import, and the part that takes all of it; null where the split draws.</summary>
internal sealed record SourcePart(Func<IRecordSource> Open, DataPart? Part);

/// <summary>The options that say what to import.</summary>
internal sealed class SourceOptions
{
    private readonly Option<FileInfo> _csv = new("--csv") { Description = "A delimited text file; needs --schema.", HelpName = "FILE" };
    private readonly Option<FileInfo> _schema = new("--schema") { Description = "The columns of the CSV file, as JSON; all participants share one.", HelpName = "FILE" };
    private readonly Option<FileInfo> _images = new("--idx-images") { Description = "Images in IDX format, plain or .gz; needs --idx-labels.", HelpName = "FILE" };
    private readonly Option<FileInfo> _labels = new("--idx-labels") { Description = "Their labels in IDX format, plain or .gz.", HelpName = "FILE" };
    private readonly Option<FileInfo> _testImages = new("--idx-test-images") { Description = "Images that are the test part; those of --idx-images are all for training then.", HelpName = "FILE" };
    private readonly Option<FileInfo> _testLabels = new("--idx-test-labels") { Description = "The labels of --idx-test-images.", HelpName = "FILE" };
    private readonly Option<int?> _digits = new("--digits") { Description = "Draw this many handwritten-style digits instead of reading a file.", HelpName = "COUNT" };
    private readonly Option<long> _digitsSeed = new("--digits-seed") { Description = "The seed of the drawn digits.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _writer = new("--writer") { Description = "Whose hand draws them; each has its own style and favourite digits.", HelpName = "N", DefaultValueFactory = _ => 0 };
    private readonly Option<DirectoryInfo> _heart = new("--heart-disease") { Description = "The folder of the UCI Heart Disease data, with flamby-split.csv; needs --site and --schema.", HelpName = "DIR" };
    private readonly Option<string> _site = new("--site") { Description = $"A hospital: {string.Join(", ", HeartDisease.Sites)}.", HelpName = "NAME" };

    public SourceOptions AddTo(Command command)
    {
        foreach (var option in new Option[] { _csv, _schema, _images, _labels, _testImages, _testLabels, _digits, _digitsSeed, _writer, _heart, _site })
        {
            command.Add(option);
        }

        return this;
    }

    /// <summary>The sources that the command line names: one, or a train and a test part where the data comes split.</summary>
    /// <exception cref="CliException">It names none, several, or half of one.</exception>
    public IReadOnlyList<SourcePart> Read(ParseResult result)
    {
        var csv = result.GetValue(_csv)?.FullName;
        var images = result.GetValue(_images)?.FullName;
        var digits = result.GetValue(_digits);
        var heart = result.GetValue(_heart)?.FullName;
        if (new object?[] { csv, images, digits, heart }.Count(o => o is not null) != 1)
        {
            throw new CliException("expected one source: --csv with --schema, --idx-images with --idx-labels, --digits, or --heart-disease with --site and --schema", ExitCode.Usage);
        }

        if (digits < 1)
        {
            throw new CliException($"--digits: expected at least 1, got {digits}", ExitCode.Usage);
        }

        if (digits is { } count)
        {
            return [Digits(count, result.GetValue(_digitsSeed), result.GetValue(_writer))];
        }

        if (images is not null)
        {
            return Idx(result, images);
        }

        var schema = Table(Required(result.GetValue(_schema), _schema, csv is null ? _heart : _csv).FullName);
        if (csv is not null)
        {
            return [new SourcePart(() => new CsvRecordSource(csv, schema), Part: null)];
        }

        var site = Required(result.GetValue(_site), _site, _heart);
        return [
            new SourcePart(() => HeartDisease.Open(heart!, site, schema, test: false), DataPart.Train),
            new SourcePart(() => HeartDisease.Open(heart!, site, schema, test: true), DataPart.Test),
        ];
    }

    /// <summary>Digits in one writer's hand, of which three in five are two favourites: data that is not identically distributed.</summary>
    public static SourcePart Digits(int count, long seed, int writer)
    {
        var weights = Enumerable.Repeat(1.0, 10).ToArray();
        var favourite = (int)((2L * writer % 10) + 10) % 10;
        weights[favourite] = weights[favourite + 1] = 6;
        return new SourcePart(() => new DigitsRecordSource(new DigitsOptions { Seed = seed, Writer = writer, Count = count, LabelWeights = weights }), Part: null);
    }

    private IReadOnlyList<SourcePart> Idx(ParseResult result, string images)
    {
        var labels = Required(result.GetValue(_labels), _labels, _images).FullName;
        if (result.GetValue(_testImages)?.FullName is not { } testImages)
        {
            return [new SourcePart(() => new IdxRecordSource(images, labels), Part: null)];
        }

        var testLabels = Required(result.GetValue(_testLabels), _testLabels, _testImages).FullName;
        return [
            new SourcePart(() => new IdxRecordSource(images, labels), DataPart.Train),
            new SourcePart(() => new IdxRecordSource(testImages, testLabels), DataPart.Test),
        ];
    }

    private static TableSchema Table(string path) =>
        DataSchema.Load(path) as TableSchema ?? throw new CliException($"{path}: expected a schema of kind table", ExitCode.Usage);

    private static T Required<T>(T? value, Option needed, Option by)
        where T : class => value ?? throw new CliException($"{by.Name} needs {needed.Name}", ExitCode.Usage);
}
