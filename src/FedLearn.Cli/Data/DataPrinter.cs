using System.Text.Json;
using FedLearn.Cli.Shell;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Cli.Data;

/// <summary>Versions and their files, for people and for scripts.</summary>
internal static class DataPrinter
{
    private const int ShortName = 12;

    public static void Versions(TextWriter output, IReadOnlyList<(VaultVersion Version, bool Destroyed)> versions, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, writer =>
            {
                writer.WriteStartArray();
                foreach (var (version, destroyed) in versions)
                {
                    writer.WriteStartObject();
                    Write(writer, version);
                    writer.WriteBoolean("destroyed", destroyed);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });
            return;
        }

        var table = new TextTable("version", "name", "created", "files", "sealed", "schema", "state");
        foreach (var (version, destroyed) in versions)
        {
            table.Add(
                $"{version.Number}",
                version.Name[..ShortName],
                Show.Time(version.Created.ToUnixTimeMilliseconds()),
                $"{version.Files.Length}",
                Show.Bytes(version.Length),
                version.SchemaDigest[..ShortName],
                destroyed ? "destroyed" : "readable");
        }

        table.Write(output);
    }

    /// <summary>What an import made. The counts are the import's own: a public key could not read them back.</summary>
    public static void Imported(TextWriter output, VaultVersion version, ImportCount count, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, writer =>
            {
                writer.WriteStartObject();
                Write(writer, version);
                writer.WriteNumber("importedTrainRecords", count.Train);
                writer.WriteNumber("importedTestRecords", count.Test);
                writer.WriteNumber("files", version.Files.Length);
                writer.WriteEndObject();
            });
            return;
        }

        output.WriteLine($"imported {count.Train} training and {count.Test} test records as version {version.Number}");
        output.WriteLine($"name {version.Name}");
        output.WriteLine($"schema {version.SchemaDigest}, {version.RecordLength} bytes a record");
        output.WriteLine($"{version.Files.Length} sealed files, {Show.Bytes(version.Length)}");
    }

    public static void Files(TextWriter output, VaultVersion version, IReadOnlyList<FileReport> reports, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, writer => WriteReport(writer, version, reports));
            return;
        }

        output.WriteLine($"version {version.Number}, name {version.Name}");
        output.WriteLine($"schema {version.SchemaDigest}, {version.RecordLength} bytes a record");
        output.WriteLine($"{DataCommand.Count(reports, DataPart.Train)} training records, {DataCommand.Count(reports, DataPart.Test)} test records");
        var table = new TextTable("file", "part", "records", "segments", "sealed", "state");
        foreach (var report in reports)
        {
            table.Add(
                report.File.Id[..ShortName],
                report.File.Part == DataPart.Train ? "train" : "test",
                $"{report.Records}",
                $"{report.Segments}",
                Show.Bytes(report.File.Length),
                report.Problem ?? "ok");
        }

        table.Write(output);
    }

    private static void WriteReport(Utf8JsonWriter writer, VaultVersion version, IReadOnlyList<FileReport> reports)
    {
        writer.WriteStartObject();
        Write(writer, version);
        writer.WriteNumber("trainRecords", DataCommand.Count(reports, DataPart.Train));
        writer.WriteNumber("testRecords", DataCommand.Count(reports, DataPart.Test));
        writer.WriteStartArray("files");
        foreach (var report in reports)
        {
            writer.WriteStartObject();
            writer.WriteString("id", report.File.Id);
            writer.WriteString("part", report.File.Part == DataPart.Train ? "train" : "test");
            writer.WriteNumber("records", report.Records);
            writer.WriteNumber("segments", report.Segments);
            writer.WriteNumber("sealedBytes", report.File.Length);
            writer.WriteString("sha256", report.File.Digest);
            writer.WriteString("problem", report.Problem);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, VaultVersion version)
    {
        writer.WriteNumber("version", version.Number);
        writer.WriteString("name", version.Name);
        writer.WriteString("created", version.Created);
        writer.WriteString("schemaDigest", version.SchemaDigest);
        writer.WriteNumber("recordLength", version.RecordLength);
        writer.WriteNumber("sealedBytes", version.Length);
    }
}
