using System.CommandLine;
using System.Globalization;
using FedLearn.Cli.Shell;
using FedLearn.Client.Vault.Versions;
using FedLearn.Training.Data;

namespace FedLearn.Cli.Data;

/// <summary><c>fedlearn data export</c>: the one command that writes plaintext, and says so.</summary>
internal static class DataExportCommand
{
    public static Command Create()
    {
        var vault = DataCommand.VaultOption();
        var version = DataCommand.VersionArgument();
        var part = new Option<DataPart>("--part") { Description = "train or test.", DefaultValueFactory = _ => DataPart.Train };
        var file = new Option<FileInfo>("--to") { Description = "The new file: one line per record, label first, then the features as training sees them.", HelpName = "FILE", Required = true };
        var command = new Command("export", "Decrypts one part of a version to a CSV file. THE FILE IS PLAINTEXT.") { version, vault, part, file };
        var key = new KeyOptions().AddTo(command);
        command.SetAction(result =>
        {
            using var opened = DataCommand.Open(result, vault, key);
            var found = opened.Find(result.GetValue(version));
            var data = VaultData.Load(opened, found);
            var path = result.GetRequiredValue(file).FullName;
            Write(path, result.GetValue(part) == DataPart.Train ? data.Train : data.Test);
            result.InvocationConfiguration.Error.WriteLine($"warning: {path} holds this data in plaintext; keep it as you would the original, and delete it when done");
        });
        return command.WithExamples("fedlearn data export --vault vault --key-file vault.key --part test --to test.csv");
    }

    private static void Write(string path, DataSet data)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        var row = new float[data.FeatureCount];
        for (var i = 0; i < data.Count; i++)
        {
            data.CopyFeatures(i, row);
            writer.Write(data.Labels[i].ToString("R", CultureInfo.InvariantCulture));
            foreach (var value in row)
            {
                writer.Write(',');
                writer.Write(value.ToString("R", CultureInfo.InvariantCulture));
            }

            writer.Write('\n');
        }
    }
}
