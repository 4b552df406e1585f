namespace Sluice.Server.Accounts;

/// <summary>
/// The passwords that are guessed first. The list holds what people are known to choose everywhere (the word itself, keyboard rows, names, teams, animals, love);
/// with the endings that they hang on, it stands for several thousand.
/// </summary>
internal static class CommonPasswords
{
    private const int PiecesMax = 3;
    private const int PieceCharsMin = 4;

    private static readonly string[] Endings = ["1", "12", "123", "1234", "12345", "!", "123!", "@123"];
    private static readonly string[] Rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertzuiop", "azertyuiop"];
    private static readonly Lazy<HashSet<string>> List = new(Read);

    public static int Count => List.Value.Count;

    /// <summary>Whether a password is on the list, or is put together from a few entries of it, keyboard rows and repeated characters.</summary>
    /// <param name="password">In form KC.</param>
    public static bool Contains(string password) => IsMadeUp(Plain(password).ToLowerInvariant(), PiecesMax) || IsMadeUp(password.ToLowerInvariant(), PiecesMax);

    private static bool IsMadeUp(ReadOnlySpan<char> rest, int pieces)
    {
        if (rest.Length == 0)
            return true;
        if (pieces == 0)
            return false;
        // A few digits or signs at the end make nothing better.
        if (rest.Length <= 4 && pieces < PiecesMax && rest.IndexOfAnyInRange('a', 'z') < 0)
            return true;
        var look = List.Value.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var length = rest.Length; length >= PieceCharsMin; length--)
        {
            var piece = rest[..length];
            if ((look.Contains(piece) || IsRun(piece)) && IsMadeUp(Unrepeated(rest, piece), pieces - 1))
                return true;
        }

        return false;
    }

    /// <summary>What is left once a piece, however often it is repeated, is taken off the front.</summary>
    private static ReadOnlySpan<char> Unrepeated(ReadOnlySpan<char> rest, ReadOnlySpan<char> piece)
    {
        while (rest.StartsWith(piece, StringComparison.Ordinal))
            rest = rest[piece.Length..];
        return rest;
    }

    private static bool IsRun(ReadOnlySpan<char> piece)
    {
        if (piece.IndexOfAnyExcept(piece[0]) < 0)
            return true;
        foreach (var row in Rows)
        {
            if (row.AsSpan().IndexOf(piece, StringComparison.Ordinal) >= 0 || Reversed(row).AsSpan().IndexOf(piece, StringComparison.Ordinal) >= 0)
                return true;
        }

        return false;
    }

    private static string Reversed(string row) => string.Create(row.Length, row, static (span, text) =>
    {
        text.CopyTo(span);
        span.Reverse();
    });

    private static string Plain(string password) => string.Create(password.Length, password, static (span, text) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = text[i] switch
            {
                '@' => 'a',
                '0' => 'o',
                '$' => 's',
                '3' => 'e',
                '1' or '!' => 'i',
                var other => other,
            };
        }
    });

    private static HashSet<string> Read()
    {
        using var reader = new StreamReader(typeof(CommonPasswords).Assembly.GetManifestResourceStream("accounts/common-passwords.txt")!);
        var list = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in reader.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            list.Add(word);
            foreach (var ending in Endings)
                list.Add(word + ending);
        }

        return list;
    }
}
