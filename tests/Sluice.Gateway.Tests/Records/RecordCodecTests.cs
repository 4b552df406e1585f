using System.Text;
using CsCheck;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Tests.Records;

public class RecordCodecTests
{
    private readonly TextCache _texts = new();

    [Fact]
    public void A_record_comes_back_as_it_was() => RecordGens.Record.Sample(record =>
    {
        var bytes = new byte[RecordCodec.BytesMax];
        var written = RecordCodec.Write(bytes, record);
        return RecordGens.Text(RecordCodec.ReadRecord(bytes.AsSpan(0, written), new TextCache())) == RecordGens.Text(record);
    });

    [Fact]
    public void An_intent_comes_back_as_it_was() => RecordGens.Intent.Sample(intent =>
    {
        var bytes = new byte[RecordCodec.BytesMax];
        var written = RecordCodec.Write(bytes, intent);
        return RecordGens.Text(RecordCodec.ReadIntent(bytes.AsSpan(0, written), new TextCache())) == RecordGens.Text(intent);
    });

    [Fact]
    public void Hostile_text_is_cut_at_a_characters_edge_and_the_greatest_entry_fits()
    {
        var monster = string.Concat(Enumerable.Repeat("漢𝄞", 1000)) + "\ud800";
        var record = new RequestRecord
        {
            RequestId = monster, StartedAtMs = long.MaxValue, State = CallState.Settled, OrganisationId = monster, ProjectId = monster, KeyId = monster,
            Day = int.MinValue, ClientIp = monster, Endpoint = monster, Stream = true, ModelAsked = monster, ModelUsed = monster, UpstreamId = monster,
            UpstreamName = monster, Status = int.MinValue, ErrorCode = monster, StoppedBy = monster, StageTimesUs = [.. Enumerable.Repeat(int.MinValue, 100)],
            FirstByteUs = long.MinValue, TotalUs = long.MinValue, PromptTokens = long.MinValue, CachedTokens = long.MinValue, CompletionTokens = long.MinValue,
            ReasoningTokens = long.MinValue, CostNano = long.MinValue, Currency = monster, FinishReason = monster,
        };
        var bytes = new byte[RecordCodec.BytesMax];
        var back = RecordCodec.ReadRecord(bytes.AsSpan(0, RecordCodec.Write(bytes, record)), _texts);
        monster.ShouldStartWith(back.ModelAsked!);
        Encoding.UTF8.GetByteCount(back.ModelAsked!).ShouldBeInRange(380, 384);
        back.StageTimesUs.Length.ShouldBe(RecordCodec.StagesMax);
        back.CostNano.ShouldBe(long.MinValue);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_replaced()
    {
        var bytes = new byte[RecordCodec.BytesMax];
        var record = new RequestRecord { RequestId = "req_1", StartedAtMs = 1, State = CallState.Refused, Endpoint = "e", Status = 400, ModelAsked = "a\ud800b" };
        RecordCodec.ReadRecord(bytes.AsSpan(0, RecordCodec.Write(bytes, record)), _texts).ModelAsked.ShouldBe("a\ufffdb");
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_and_never_crash() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        try
        {
            if (bytes.Length > 0) bytes[0] = 1;
            RecordCodec.ReadRecord(bytes, new TextCache());
        }
        catch (InvalidDataException)
        {
        }
    });

    [Fact]
    public void A_layout_from_the_future_is_refused()
        => Should.Throw<InvalidDataException>(() => RecordCodec.ReadRecord(new byte[] { 2, 0, 0 }, _texts)).Message.ShouldContain("layout 2");
}
