using System.Text;
using System.Text.Json;
using FedLearn.Coordinator.Dashboard.Data;
using FedLearn.Coordinator.Dashboard.Pages;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol;
using Microsoft.AspNetCore.Http;

namespace FedLearn.Coordinator.Dashboard;

/// <summary>The files of a run.</summary>
internal sealed class Downloads(RunList runs, RunBooks books, RunCatalog catalog, ModelFeed models, SigningKey key)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Task SpecAsync(HttpContext http, string runId)
    {
        var run = runs.Find(runId);
        return Reply.FileAsync(http, "application/json", $"{run.Name}.json", run.SpecJson);
    }

    public Task RoundsAsync(HttpContext http, string runId) =>
        Reply.FileAsync(http, "text/csv; charset=utf-8", $"{runs.Find(runId).Name}-rounds.csv", RoundsTable.Csv(books.Of(runId).Read().Rounds));

    /// <summary>A version's safetensors file; its digest is checked before its first byte.</summary>
    public Task ModelAsync(HttpContext http, string runId, int version) => models.CopyFileAsync(runId, version, length =>
    {
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = length;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{runs.Find(runId).Name}-{version}.safetensors\"";
        return http.Response.Body;
    }, http.RequestAborted);

    /// <summary>A version's signed manifest: the statement's text, the signature over its bytes, and the key (docs/provenance.md).</summary>
    public Task ManifestAsync(HttpContext http, string runId, int version)
    {
        var name = runs.Find(runId).Name;
        var manifest = catalog.Manifests(runId, version, version, 1) is [var one] ? one
            : throw Problem.NotFound($"run '{runId}' has no signed manifest of version {version}").ToException();
        return Reply.FileAsync(http, "application/json", $"{name}-{version}.manifest.json", JsonSerializer.Serialize(
            new { statement = Encoding.UTF8.GetString(manifest.Statement), signature = Convert.ToBase64String(manifest.Signature), publicKey = Convert.ToBase64String(key.PublicKey) }, s_json));
    }
}
