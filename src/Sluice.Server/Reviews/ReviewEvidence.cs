using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Server.Storage;

namespace Sluice.Server.Reviews;

/// <summary>
/// What a finished review is kept as: one JSON document, signed, that no later change of keys, roles or people touches. Exports are made from it alone, always the same
/// bytes. People stand in it as ids.
/// </summary>
internal static class ReviewEvidence
{
    public const string Form = "evidence";

    public static string Write(AccessReviewRow review, IEnumerable<ReviewItemRow> items)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteString("organisationId", review.OrganisationId);
            json.WriteString("reviewId", review.Id);
            json.WriteString("name", review.Name);
            json.WriteString("createdAt", At(review.CreatedAtMs));
            json.WriteString("createdBy", review.CreatedBy);
            json.WriteString("dueAt", At(review.DueAtMs));
            json.WriteString("remindedAt", At(review.RemindedAtMs));
            json.WriteString("escalatedAt", At(review.EscalatedAtMs));
            json.WriteString("silencedAt", At(review.SilencedAtMs));
            json.WriteString("finishedAt", At(review.FinishedAtMs));
            json.WriteStartArray("items");
            foreach (var item in items.OrderBy(i => i.SubjectKind, StringComparer.Ordinal).ThenBy(i => i.Id, StringComparer.Ordinal))
                Write(json, item);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Whether it is what was signed when the review was finished.</summary>
    public static bool Holds(AccessReviewRow review, ReviewSeal seal) =>
        review is { Evidence: { } evidence, Signature: { } signature } && CryptographicOperations.FixedTimeEquals(signature, seal.Sign(review.Id, Form, Encoding.UTF8.GetBytes(evidence)));

    private static void Write(Utf8JsonWriter json, ReviewItemRow item)
    {
        json.WriteStartObject();
        json.WriteString("id", item.Id);
        json.WriteString("kind", item.SubjectKind);
        json.WriteString("subjectId", item.SubjectId);
        json.WriteString("accountId", item.AccountId);
        json.WriteString("title", item.Title);
        json.WritePropertyName("findings");
        json.WriteRawValue(item.Findings);
        json.WritePropertyName("proposed");
        json.WriteRawValue(item.Proposed ?? "null");
        json.WriteString("decision", item.Decision);
        json.WriteString("decidedBy", item.DecidedBy);
        json.WriteString("decidedAt", At(item.DecidedAtMs));
        json.WriteString("note", item.Note);
        json.WriteEndObject();
    }

    private static string? At(long? ms) => ms is { } some ? DateTimeOffset.FromUnixTimeMilliseconds(some).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture) : null;
}
