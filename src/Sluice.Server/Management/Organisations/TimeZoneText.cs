using Sluice.Contracts.Errors;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Organisations;

/// <summary>Time zones by their IANA names.</summary>
internal static class TimeZoneText
{
    private const int CharsMax = 64;

    /// <summary>The zone's own spelling, or <see langword="null"/> if the member is absent, <c>null</c> or refused.</summary>
    public static string? From(BodyFields body, string member)
    {
        if (body.Text(member, CharsMax) is not { } text)
            return null;
        // The system's zone folder holds more than zones; those begin with a capital letter.
        if (char.IsAsciiLetterUpper(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '+' or '-')
            && TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) && zone.HasIanaId)
            return zone.Id;
        body.Refuse(member, ErrorCodes.InvalidValue, $"'{member}' must be the IANA name of a time zone, such as UTC, Asia/Shanghai or Europe/Berlin.");
        return null;
    }
}
