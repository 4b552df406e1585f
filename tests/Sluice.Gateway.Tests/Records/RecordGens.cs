using System.Text.Json;
using CsCheck;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Tests.Records;

internal static class RecordGens
{
    private static readonly Gen<string> Id = Gen.Char["abcdefXYZ0189_-é漢"].Array[0, 16].Select(chars => new string(chars));
    private static readonly Gen<string?> Optional = Gen.Frequency((1, Gen.Const((string?)null)), (4, Id.Select(id => (string?)id)));
    private static readonly Gen<long> Number = Gen.Frequency((3, Gen.Long[-1, 100_000]), (1, Gen.Long));

    public static readonly Gen<RequestRecord> Record =
        from texts in Optional.Array[14]
        from numbers in Number.Array[7]
        from state in Gen.Enum<CallState>()
        from source in Gen.Enum<TokenSource>()
        from stream in Gen.Bool
        from day in Gen.Int
        from status in Gen.Int[100, 599]
        from stages in Gen.Int.Array[0, 32]
        from cost in Gen.Frequency((1, Gen.Const((long?)null)), (3, Number.Select(n => (long?)n)))
        select new RequestRecord
        {
            RequestId = texts[0] ?? "", StartedAtMs = numbers[0], State = state, OrganisationId = texts[1], ProjectId = texts[2], KeyId = texts[3],
            Day = day, ClientIp = texts[4], Endpoint = texts[5] ?? "", Stream = stream, ModelAsked = texts[6], ModelUsed = texts[7],
            UpstreamId = texts[8], UpstreamName = texts[9], Status = status, ErrorCode = texts[10], StoppedBy = texts[11], StageTimesUs = stages,
            FirstByteUs = numbers[1], TotalUs = numbers[2], TokenSource = source, PromptTokens = numbers[3], CachedTokens = numbers[4],
            CompletionTokens = numbers[5], ReasoningTokens = numbers[6], CostNano = cost, Currency = texts[12] is { Length: > 2 } ? "CNY" : null, FinishReason = texts[13]?[..Math.Min(8, texts[13]!.Length)],
        };

    public static readonly Gen<CallIntent> Intent =
        from texts in Optional.Array[7]
        from numbers in Number.Array[2]
        from day in Gen.Int
        from stream in Gen.Bool
        select new CallIntent
        {
            RequestId = texts[0] ?? "", StartedAtMs = numbers[0], OrganisationId = texts[1] ?? "", ProjectId = texts[2] ?? "", KeyId = texts[3] ?? "",
            Day = day, Endpoint = texts[4] ?? "", Stream = stream, ModelAsked = texts[5], ClientIp = texts[6], PromptTokensEstimate = numbers[1],
        };

    /// <summary>Every member, for comparison.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value);
}
