using Sluice.Server.Audit;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Audit;

/// <summary>One act of somebody with every right on the database and without the audit key, and what a check must say of it.</summary>
/// <param name="What">For the message of a failing test.</param>
/// <param name="Statements">Done in order.</param>
/// <param name="FirstBadSeq">Where it must be found.</param>
/// <param name="Defects">What it may be called.</param>
internal sealed record Tampering(string What, IReadOnlyList<(string Sql, (string, object)[] Values)> Statements, long FirstBadSeq, params IReadOnlyList<AuditDefect> Defects)
{
    // Numbers are moved by way of a place where none is: no two rows may share one at any time.
    private const long Aside = 1_000_000;

    /// <param name="random">Decides which act, where and how.</param>
    /// <param name="entries">The organisation's log, whole and unharmed.</param>
    public static Tampering Of(Random random, IReadOnlyList<AuditEntryRow> entries)
    {
        var (n, id) = (entries.Count, entries[0].OrganisationId);
        var k = random.Next(1, n + 1);
        (string, object)[] org = [("@o", id)];
        switch (random.Next(n > 1 ? 12 : 5))
        {
            case 0:
                return Change(random, entries[k - 1]);
            case 1:
                return new($"remove {k} of {n}", [($"delete from audit_entries where organisation_id = @o and seq = {k}", org)], k, k == n ? AuditDefect.Cut : AuditDefect.Removed);
            case 2:
                return new($"renumber {k} of {n}", [($"update audit_entries set seq = {n + random.Next(1, 9)} where organisation_id = @o and seq = {k}", org)], k, AuditDefect.Removed);
            case 3:
                return new($"give {k} of {n} away", [($"update audit_entries set organisation_id = 'org_nobody' || @o where organisation_id = @o and seq = {k}", org)], k, k == n ? AuditDefect.Cut : AuditDefect.Removed);
            case 4:
                return Insert(random, entries, k);
            case 5:
                var first = random.Next(1, n);
                return new($"remove the first {first} of {n}", [($"delete from audit_entries where organisation_id = @o and seq <= {first}", org)], 1, AuditDefect.Removed);
            case 6:
                var cut = random.Next(1, n + 1);
                return new($"cut {cut} of {n}", [($"delete from audit_entries where organisation_id = @o and seq > {n - cut}", org)], n - cut + 1, AuditDefect.Cut);
            case 7:
                k = random.Next(1, n);
                return new($"remove {k} of {n} and close the gap", [($"delete from audit_entries where organisation_id = @o and seq = {k}", org), .. Shift(k + 1, n, -1, org)], k, AuditDefect.Removed);
            case 8:
                var (i, j) = Two(random, n);
                return new($"swap {i} and {j} of {n}", [Move(i, Aside, org), Move(j, i, org), Move(Aside, j, org)], i, AuditDefect.Reordered);
            case 9:
                (i, j) = Two(random, n);
                return new($"take {i} behind {j} of {n}", [Move(i, 3 * Aside, org), .. Shift(i + 1, j, -1, org), Move(3 * Aside, j, org)], i, AuditDefect.Reordered);
            case 10:
                (i, j) = Two(random, n);
                return new($"take {j} before {i} of {n}", [Move(j, 3 * Aside, org), .. Shift(i, j - 1, 1, org), Move(3 * Aside, i, org)], i, AuditDefect.Reordered);
            default:
                (i, j) = Two(random, n);
                if (random.Next(2) == 0) (i, j) = (j, i);
                return new($"write {j} over {i} of {n}", [($"""
                    update audit_entries set (at_ms, actor_id, action, subject_id, detail, previous_hash, hash) =
                      (select at_ms, actor_id, action, subject_id, detail, previous_hash, hash from audit_entries where organisation_id = @o and seq = {j}) where organisation_id = @o and seq = {i}
                    """, org)], i, AuditDefect.Changed);
        }
    }

    private static Tampering Change(Random random, AuditEntryRow row)
    {
        (string Column, object Value)[] columns =
        [
            ("at_ms", row.AtMs + (random.Next(2) == 0 ? 1 : -1) * random.Next(1, 100_000)), ("actor_id", Edited(random, row.ActorId)), ("action", Edited(random, row.Action)),
            ("subject_id", Edited(random, row.SubjectId)), ("detail", Edited(random, row.Detail)), ("previous_hash", Edited(random, row.PreviousHash, mayGrow: true)), ("hash", Edited(random, row.Hash, mayGrow: false)),
        ];
        var (column, value) = columns[random.Next(columns.Length)];
        return new($"change {column} of {row.Seq}", [($"update audit_entries set {column} = @v where organisation_id = @o and seq = {row.Seq}", [("@o", row.OrganisationId), ("@v", value)])], row.Seq, AuditDefect.Changed);
    }

    /// <summary>A row between others (or behind the last) that looks as right as it can without the key; those behind are numbered anew and linked to it.</summary>
    private static Tampering Insert(Random random, IReadOnlyList<AuditEntryRow> entries, int k)
    {
        var (n, id) = (entries.Count, entries[0].OrganisationId);
        if (random.Next(4) == 0) k = n + 1;
        var model = entries[random.Next(n)];
        // Behind the last entry any entry that does not hold may as well be a changed one.
        var copy = random.Next(2) == 0 && model.Seq < k;
        var hash = copy ? model.Hash : Edited(random, model.Hash, mayGrow: false);
        (string, object)[] values =
        [
            ("@o", id), ("@at", copy ? model.AtMs : model.AtMs + 1), ("@actor", model.ActorId), ("@action", model.Action), ("@subject", model.SubjectId), ("@detail", model.Detail),
            ("@previous", copy ? model.PreviousHash : k == 1 ? [] : entries[k - 2].Hash), ("@hash", hash),
        ];
        var insert = ($"insert into audit_entries (organisation_id, seq, at_ms, actor_id, action, subject_id, detail, previous_hash, hash) values (@o, {k}, @at, @actor, @action, @subject, @detail, @previous, @hash)", values);
        (string, (string, object)[]) link = ($"update audit_entries set previous_hash = @hash where organisation_id = @o and seq = {k + 1}", [("@o", id), ("@hash", hash)]);
        return new($"insert {(copy ? "a copy of " + model.Seq : "a made one")} at {k} of {n}", [.. Shift(k, n, 1, [("@o", id)]), insert, .. random.Next(2) == 0 ? [link] : Array.Empty<(string, (string, object)[])>()],
            k, k == n + 1 ? [AuditDefect.Changed, AuditDefect.Inserted] : [AuditDefect.Inserted]);
    }

    private static (int, int) Two(Random random, int n)
    {
        var i = random.Next(1, n);
        return (i, random.Next(i + 1, n + 1));
    }

    private static (string, (string, object)[]) Move(long from, long to, (string, object)[] org) => ($"update audit_entries set seq = {to} where organisation_id = @o and seq = {from}", org);

    private static (string, (string, object)[])[] Shift(long first, long last, long by, (string, object)[] org) => first > last ? [] :
    [
        ($"update audit_entries set seq = seq + {Aside} where organisation_id = @o and seq between {first} and {last}", org),
        ($"update audit_entries set seq = seq - {Aside - by} where organisation_id = @o and seq between {Aside + first} and {Aside + last}", org),
    ];

    private static string Edited(Random random, string text)
    {
        var at = random.Next(text.Length);
        return random.Next(4) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, ((char)random.Next(' ', '\x7e')).ToString()),
            2 => text + " ",
            _ => text[..at] + (char)(text[at] ^ 1) + text[(at + 1)..],
        };
    }

    private static byte[] Edited(Random random, byte[] bytes, bool mayGrow)
    {
        if (bytes.Length == 0 || (mayGrow && random.Next(4) == 0)) return [.. bytes, (byte)random.Next(256)];
        var edited = (byte[])bytes.Clone();
        edited[random.Next(edited.Length)] ^= (byte)(1 << random.Next(8));
        return edited;
    }
}
