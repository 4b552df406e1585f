using System.Buffers;

namespace Sluice.Server.Messages.Mail;

/// <summary>What may stand as an address in a mail: one mailbox, without quoting, comments, routes or names, so that it means the same to everyone who parses it.</summary>
internal static class MailboxText
{
    private static readonly SearchValues<char> LocalCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");

    public static bool IsAddress(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at is < 1 or > 64 || text.Length > 254) return false;
        var local = text.AsSpan(0, at);
        var domain = text.AsSpan(at + 1);
        if (local.ContainsAnyExcept(LocalCharacters) || local[0] == '.' || local[^1] == '.' || local.IndexOf("..", StringComparison.Ordinal) >= 0) return false;
        if (domain.IsEmpty || domain.Length > 253) return false;
        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
            foreach (var c in label)
                if (c != '-' && !char.IsLetterOrDigit(c)) return false;
        }
        return true;
    }

    /// <summary>Text for a header: without anything that could end the line or turn it round, and not longer than a reader shows.</summary>
    public static string Header(string text, int lengthMax = 200)
    {
        var clean = string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? ' ' : c)).Trim();
        if (clean.Length <= lengthMax) return clean;
        // Never between the halves of one character.
        return clean[..(char.IsHighSurrogate(clean[lengthMax - 1]) ? lengthMax - 1 : lengthMax)];
    }
}
