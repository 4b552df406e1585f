using Sluice.Gateway.Ledger;

namespace Sluice.Gateway.Records;

/// <summary>
/// Intents and records as bytes in the journal. The first byte is the version of the layout: a new member is a new version, and every
/// version is read for ever. Text longer than its bound is cut at a character's edge, so that an entry never exceeds <see cref="BytesMax"/>.
/// </summary>
internal static class RecordCodec
{
    /// <summary>Bound of one encoded intent or record.</summary>
    public const int BytesMax = 1904;

    /// <summary>More stages than that are not kept.</summary>
    public const int StagesMax = 32;

    private const byte Version = 1;

    // Bounds of text in bytes of UTF-8.
    private const int IdMax = 48, AddressMax = 48, EndpointMax = 64, ModelMax = 384, NameMax = 128, CodeMax = 64, CurrencyMax = 8, FinishMax = 32;

    public static int Write(Span<byte> destination, CallIntent intent)
    {
        var writer = new CodecWriter(destination);
        writer.Byte(Version);
        writer.Text(intent.RequestId, IdMax);
        writer.Number(intent.StartedAtMs);
        writer.Text(intent.OrganisationId, IdMax);
        writer.Text(intent.ProjectId, IdMax);
        writer.Text(intent.KeyId, IdMax);
        writer.Number(intent.Day);
        writer.Text(intent.Endpoint, EndpointMax);
        writer.Byte(intent.Stream ? (byte)1 : (byte)0);
        writer.Text(intent.ModelAsked, ModelMax);
        writer.Text(intent.ClientIp, AddressMax);
        writer.Number(intent.PromptTokensEstimate);
        return writer.Position;
    }

    /// <exception cref="InvalidDataException">The bytes are not an intent of a known version.</exception>
    public static CallIntent ReadIntent(ReadOnlySpan<byte> source, TextCache texts)
    {
        var reader = new CodecReader(source, texts);
        CheckVersion(reader.Byte());
        return new CallIntent
        {
            RequestId = reader.OwnText(IdMax) ?? "",
            StartedAtMs = reader.Number(),
            OrganisationId = reader.Text(IdMax) ?? "",
            ProjectId = reader.Text(IdMax) ?? "",
            KeyId = reader.Text(IdMax) ?? "",
            Day = (int)reader.Number(),
            Endpoint = reader.Text(EndpointMax) ?? "",
            Stream = reader.Byte() != 0,
            ModelAsked = reader.Text(ModelMax),
            ClientIp = reader.Text(AddressMax),
            PromptTokensEstimate = reader.Number(),
        };
    }

    public static int Write(Span<byte> destination, RequestRecord record)
    {
        var writer = new CodecWriter(destination);
        writer.Byte(Version);
        writer.Text(record.RequestId, IdMax);
        writer.Number(record.StartedAtMs);
        writer.Byte((byte)record.State);
        writer.Byte((byte)record.TokenSource);
        writer.Byte((byte)((record.Stream ? 1 : 0) | (record.CostNano is not null ? 2 : 0)));
        writer.Text(record.OrganisationId, IdMax);
        writer.Text(record.ProjectId, IdMax);
        writer.Text(record.KeyId, IdMax);
        writer.Number(record.Day);
        writer.Text(record.ClientIp, AddressMax);
        writer.Text(record.Endpoint, EndpointMax);
        writer.Text(record.ModelAsked, ModelMax);
        writer.Text(record.ModelUsed, ModelMax);
        writer.Text(record.UpstreamId, IdMax);
        writer.Text(record.UpstreamName, NameMax);
        writer.Number(record.Status);
        writer.Text(record.ErrorCode, CodeMax);
        writer.Text(record.StoppedBy, CodeMax);
        var stages = record.StageTimesUs.AsSpan(0, Math.Min(record.StageTimesUs.Length, StagesMax));
        writer.Byte((byte)stages.Length);
        foreach (var stage in stages) writer.Number(stage);
        writer.Number(record.FirstByteUs);
        writer.Number(record.TotalUs);
        writer.Number(record.PromptTokens);
        writer.Number(record.CachedTokens);
        writer.Number(record.CompletionTokens);
        writer.Number(record.ReasoningTokens);
        if (record.CostNano is { } cost) writer.Number(cost);
        writer.Text(record.Currency, CurrencyMax);
        writer.Text(record.FinishReason, FinishMax);
        return writer.Position;
    }

    /// <exception cref="InvalidDataException">The bytes are not a record of a known version.</exception>
    public static RequestRecord ReadRecord(ReadOnlySpan<byte> source, TextCache texts)
    {
        var reader = new CodecReader(source, texts);
        CheckVersion(reader.Byte());
        var record = new RequestRecord
        {
            RequestId = reader.OwnText(IdMax) ?? "",
            StartedAtMs = reader.Number(),
            State = (CallState)reader.Byte(),
            TokenSource = (TokenSource)reader.Byte(),
            Endpoint = "",
            Status = 0,
        };
        var flags = reader.Byte();
        record.Stream = (flags & 1) != 0;
        record.OrganisationId = reader.Text(IdMax);
        record.ProjectId = reader.Text(IdMax);
        record.KeyId = reader.Text(IdMax);
        record.Day = (int)reader.Number();
        record.ClientIp = reader.Text(AddressMax);
        record.Endpoint = reader.Text(EndpointMax) ?? "";
        record.ModelAsked = reader.Text(ModelMax);
        record.ModelUsed = reader.Text(ModelMax);
        record.UpstreamId = reader.Text(IdMax);
        record.UpstreamName = reader.Text(NameMax);
        record.Status = (int)reader.Number();
        record.ErrorCode = reader.Text(CodeMax);
        record.StoppedBy = reader.Text(CodeMax);
        int stages = reader.Byte();
        if (stages > StagesMax) throw new InvalidDataException("A journal entry holds more stages than there can be.");
        if (stages > 0)
        {
            var times = new int[stages];
            for (var i = 0; i < stages; i++) times[i] = (int)reader.Number();
            record.StageTimesUs = times;
        }
        record.FirstByteUs = reader.Number();
        record.TotalUs = reader.Number();
        record.PromptTokens = reader.Number();
        record.CachedTokens = reader.Number();
        record.CompletionTokens = reader.Number();
        record.ReasoningTokens = reader.Number();
        if ((flags & 2) != 0) record.CostNano = reader.Number();
        record.Currency = reader.Text(CurrencyMax);
        record.FinishReason = reader.Text(FinishMax);
        return record;
    }

    private static void CheckVersion(byte version)
    {
        if (version != Version) throw new InvalidDataException($"A journal entry has layout {version}; this version of Sluice reads layout {Version}.");
    }
}
