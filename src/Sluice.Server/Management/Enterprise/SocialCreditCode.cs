namespace Sluice.Server.Management.Enterprise;

/// <summary>
/// Chinese unified social credit codes (GB 32100-2015): kind of register and of body, six digits of the region, the organisation code with its own
/// check character (GB 11714), and a check character over all.
/// </summary>
internal static class SocialCreditCode
{
    public const int Length = 18;
    // Without I, O, Z, S and V, which are mistaken for digits.
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private const string OrganisationAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int RegionFrom = 2;
    private const int OrganisationFrom = 8;
    private const int OrganisationLength = 8;

    private static ReadOnlySpan<int> Weights => [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    private static ReadOnlySpan<int> OrganisationWeights => [3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>What is wrong with the code, as the rest of a sentence that begins with its name; <see langword="null"/> if nothing is.</summary>
    public static string? Wrong(string code)
    {
        if (code.Length != Length)
            return $"must have {Length} characters.";
        foreach (var letter in code)
        {
            if (!Alphabet.Contains(letter, StringComparison.Ordinal))
                return $"must be of digits and the capital letters A–Y without I, O, S, V and Z; '{letter}' is none of them.";
        }

        if (code.AsSpan(RegionFrom, OrganisationFrom - RegionFrom).ContainsAnyExceptInRange('0', '9'))
            return "must have six digits of the region from its third character on.";
        if (code[OrganisationFrom + OrganisationLength] != OrganisationCheck(code.AsSpan(OrganisationFrom, OrganisationLength)))
            return "is mistyped: the organisation code in it (characters 9 to 17) does not fit its check character.";
        return code[^1] == Check(code.AsSpan(0, Length - 1)) ? null : "is mistyped: its last character, which checks the others, does not fit.";
    }

    /// <summary>The last character that goes with the first 17.</summary>
    public static char Check(ReadOnlySpan<char> first)
    {
        var sum = 0;
        for (var i = 0; i < first.Length; i++)
            sum += Alphabet.IndexOf(first[i], StringComparison.Ordinal) * Weights[i];
        return Alphabet[(31 - (sum % 31)) % 31];
    }

    /// <summary>The check character of an organisation code of eight.</summary>
    public static char OrganisationCheck(ReadOnlySpan<char> eight)
    {
        var sum = 0;
        for (var i = 0; i < eight.Length; i++)
            sum += OrganisationAlphabet.IndexOf(eight[i], StringComparison.Ordinal) * OrganisationWeights[i];
        return (11 - (sum % 11)) switch
        {
            10 => 'X',
            11 => '0',
            var digit => (char)('0' + digit),
        };
    }
}
