using System.IO.Compression;
using System.Text;

namespace Sluice.Server.Accounts.Text;

/// <summary>
/// Unicode normalisation form KC. The framework's own does nothing where globalization is invariant, as it is here; without it the same password
/// typed on two keyboards can be two different texts.
/// </summary>
internal static class NfkcText
{
    private const int HangulFirst = 0xAC00, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailFirst = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28, Syllables = Leads * Vowels * Trails;

    private static readonly Lazy<Tables> Data = new(Tables.Read);

    /// <summary>The text in form KC, or <see langword="null"/> where it holds half a surrogate pair.</summary>
    public static string? Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\x7f'))
            return text;
        var points = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
                return null;
            Decompose(rune.Value, points);
            if (rune.Utf16SequenceLength == 2)
                i++;
        }

        Order(points);
        return Compose(points);
    }

    private static void Decompose(int point, List<int> into)
    {
        if (point - HangulFirst is >= 0 and < Syllables and var syllable)
        {
            into.Add(LeadFirst + syllable / (Vowels * Trails));
            into.Add(VowelFirst + syllable % (Vowels * Trails) / Trails);
            if (syllable % Trails is > 0 and var trail)
                into.Add(TrailFirst + trail);
        }
        else if (Data.Value.Decompositions.TryGetValue(point, out var parts))
        {
            into.AddRange(parts);
        }
        else
        {
            into.Add(point);
        }
    }

    private static int ClassOf(int point) => Data.Value.Classes.GetValueOrDefault(point);

    /// <summary>Marks on one base letter come in the order of their classes; equal ones stay as they are.</summary>
    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var (point, at) = (points[i], i);
            if (ClassOf(point) is not (> 0 and var own))
                continue;
            while (at > 0 && ClassOf(points[at - 1]) > own)
            {
                points[at] = points[at - 1];
                at--;
            }

            points[at] = point;
        }
    }

    private static string Compose(List<int> points)
    {
        var kept = new List<int>(points.Count);
        var (starter, lastClass) = (-1, -1);
        foreach (var point in points)
        {
            var own = ClassOf(point);
            if (starter >= 0 && (lastClass < own || lastClass < 0) && Pair(kept[starter], point) is { } composed)
            {
                kept[starter] = composed;
                continue;
            }

            if (own == 0)
                (starter, lastClass) = (kept.Count, -1);
            else
                lastClass = own;
            kept.Add(point);
        }

        var text = new StringBuilder(kept.Count);
        foreach (var point in kept)
            text.Append(new Rune(point).ToString());
        return text.ToString();
    }

    private static int? Pair(int first, int second)
    {
        if (first - LeadFirst is >= 0 and < Leads and var lead && second - VowelFirst is >= 0 and < Vowels and var vowel)
            return HangulFirst + (lead * Vowels + vowel) * Trails;
        if (first - HangulFirst is >= 0 and < Syllables and var syllable && syllable % Trails == 0 && second - TrailFirst is > 0 and < Trails and var trail)
            return first + trail;
        return Data.Value.Compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }

    /// <summary>What make-nfkc.py wrote.</summary>
    private sealed record Tables(Dictionary<int, int[]> Decompositions, Dictionary<int, int> Classes, Dictionary<(int, int), int> Compositions)
    {
        public static Tables Read()
        {
            using var stream = typeof(NfkcText).Assembly.GetManifestResourceStream("accounts/nfkc.bin")!;
            using var unpacked = new ZLibStream(stream, CompressionMode.Decompress);
            using var reader = new BinaryReader(unpacked);
            reader.Read7BitEncodedInt();
            var decompositions = new Dictionary<int, int[]>();
            var point = 0;
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                point += reader.Read7BitEncodedInt();
                var parts = new int[reader.Read7BitEncodedInt()];
                for (var i = 0; i < parts.Length; i++)
                    parts[i] = reader.Read7BitEncodedInt();
                decompositions.Add(point, parts);
            }

            var classes = new Dictionary<int, int>();
            point = 0;
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
                classes.Add(point += reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
            var compositions = new Dictionary<(int, int), int>();
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
                compositions.Add((reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt()), reader.Read7BitEncodedInt());
            return new Tables(decompositions, classes, compositions);
        }
    }
}
