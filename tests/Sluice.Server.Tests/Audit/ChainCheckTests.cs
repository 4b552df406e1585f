using Microsoft.Extensions.Time.Testing;
using Sluice.Server.Audit;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Secrets;

namespace Sluice.Server.Tests.Audit;

public class ChainCheckTests
{
    private const int Edits = 10_000;

    [Fact]
    public async Task Ten_thousand_single_edits_are_each_found_in_their_place()
    {
        using var keys = new KeyFolder();
        var chain = new AuditChain(keys.Load(), new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero)));
        var entries = new List<AuditEntryRow>();
        for (var i = 0; i < 20; i++)
            entries.Add(chain.Following(entries.LastOrDefault(), "org_1", "acc_" + i, "key.update", "key_" + i, $$"""{"n":{{i}}}"""));
        var check = new ChainCheck(chain, beyondMax: 10);
        (await VerdictAsync(check, entries)).FirstBadSeq.ShouldBeNull();

        var random = new Random(20261124);
        for (var edit = 0; edit < Edits; edit++)
        {
            var rows = entries.Select(Copy).ToList();
            var k = random.Next(rows.Count);
            var what = Edit(random, rows, k, out var defect);
            var verdict = await VerdictAsync(check, rows);
            verdict.FirstBadSeq.ShouldBe(k + 1, $"edit {edit}: {what}");
            verdict.Defect.ShouldBe(defect, $"edit {edit}: {what}");
        }
    }

    private static string Edit(Random random, List<AuditEntryRow> rows, int k, out AuditDefect defect)
    {
        var row = rows[k];
        defect = AuditDefect.Changed;
        switch (random.Next(9))
        {
            case 0 when k < rows.Count - 1:
                rows.RemoveAt(k);
                defect = AuditDefect.Removed;
                return $"remove {k}";
            case 1 when k < rows.Count - 1:
                var j = random.Next(k + 1, rows.Count);
                (rows[k], rows[j]) = (rows[j], rows[k]);
                (rows[k].Seq, rows[j].Seq) = (k + 1, j + 1);
                defect = AuditDefect.Reordered;
                return $"swap {k} and {j}";
            case 2:
                row.AtMs ^= 1L << random.Next(40);
                return "at";
            case 3:
                row.ActorId = Bit(random, row.ActorId);
                return "actor";
            case 4:
                row.Action = Bit(random, row.Action);
                return "action";
            case 5:
                row.SubjectId = Bit(random, row.SubjectId);
                return "subject";
            case 6:
                row.Detail = Bit(random, row.Detail);
                return "detail";
            case 7 when row.PreviousHash.Length > 0:
                row.PreviousHash[random.Next(32)] ^= (byte)(1 << random.Next(8));
                return "previous hash";
            default:
                row.Hash[random.Next(32)] ^= (byte)(1 << random.Next(8));
                return "hash";
        }
    }

    private static string Bit(Random random, string text)
    {
        var at = random.Next(text.Length);
        return text[..at] + (char)(text[at] ^ (1 << random.Next(7))) + text[(at + 1)..];
    }

    private static AuditEntryRow Copy(AuditEntryRow row) => new()
    {
        OrganisationId = row.OrganisationId, Seq = row.Seq, AtMs = row.AtMs, ActorId = row.ActorId, Action = row.Action, SubjectId = row.SubjectId, Detail = row.Detail,
        PreviousHash = [.. row.PreviousHash], Hash = [.. row.Hash],
    };

    private static Task<AuditVerdict> VerdictAsync(ChainCheck check, IReadOnlyList<AuditEntryRow> rows) =>
        check.RunAsync("org_1", after => rows.Where(r => r.Seq > after).ToAsyncEnumerable(), TestContext.Current.CancellationToken);
}
