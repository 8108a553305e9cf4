using FedLearn.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FedLearn.Coordinator.Ingest.Roads;

/// <summary>Reads the ranges of the HTTP road.</summary>
internal static class ByteRanges
{
    /// <summary>The first byte that a PUT brings: of <c>Content-Range: bytes FIRST-LAST/TOTAL</c>.</summary>
    /// <param name="request">The PUT.</param>
    /// <param name="byteLength">The update's length, which the range has to name.</param>
    public static (long First, Problem? Problem) OfUpload(HttpRequest request, long byteLength)
    {
        var text = request.Headers.ContentRange.ToString();
        if (!ContentRangeHeaderValue.TryParse(text, out var range) || range is not { Unit.Value: "bytes", HasRange: true, HasLength: true })
        {
            return (0, Problem.Invalid($"content-range: expected 'bytes FIRST-LAST/{byteLength}', got '{text}'"));
        }

        return range.Length != byteLength || range.To >= byteLength
            ? (0, Problem.Invalid($"content-range: expected a last byte of at most {byteLength - 1} and {byteLength} in all, got '{text}'; the header says how long the update is"))
            : (range.From!.Value, null);
    }

    /// <summary>What a GET wants of a vector: of <c>Range: bytes=FIRST-</c> or <c>bytes=FIRST-LAST</c>; all of it without.</summary>
    /// <param name="request">The GET.</param>
    /// <param name="byteLength">The vector's length.</param>
    /// <returns>The bytes [First, End), and whether a part was asked for.</returns>
    public static (long First, long End, bool IsPart, Problem? Problem) OfModel(HttpRequest request, long byteLength)
    {
        var text = request.Headers.Range.ToString();
        if (text.Length == 0)
        {
            return (0, byteLength, false, null);
        }

        return RangeHeaderValue.TryParse(text, out var range) && range.Unit == "bytes" && range.Ranges.Count == 1
            && range.Ranges.First() is { From: { } first } one && first <= byteLength && !(one.To < first)
            ? (first, Math.Min(one.To + 1 ?? byteLength, byteLength), true, null)
            : (0, 0, false, Problem.Invalid($"range: expected 'bytes=FIRST-' with a first byte of 0 to {byteLength}, got '{text}'"));
    }
}
