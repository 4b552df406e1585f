namespace Sluice.Server.Accounts;

/// <summary>Telephone numbers in E.164 form, such as <c>+8613800138000</c>.</summary>
internal static class PhoneNumber
{
    public const string Rule = "must be a telephone number in international form without spaces, such as +8613800138000.";

    public static bool IsValid(string text) => text.Length is >= 8 and <= 16 && text[0] == '+' && text[1] is >= '1' and <= '9' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>As it is shown to whoever is signed in: the last four digits are enough to know it again.</summary>
    public static string Masked(string number) => $"{number[..3]}…{number[^4..]}";
}
