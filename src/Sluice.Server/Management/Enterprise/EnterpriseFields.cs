using System.Buffers;
using System.Net.Mail;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Intake;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Enterprise;

/// <summary>What a company says of itself, read and checked; what an earlier application said stands in for what is left out.</summary>
internal sealed record EnterpriseFields(string CompanyName, string Scheme, string Number, string ContactName, string ContactEmail, string ContactPhone)
{
    private const int CompanyCharsMin = 2;
    private const int CompanyCharsMax = 200;
    private const int NumberCharsMax = 64;
    private const int ContactCharsMax = 100;
    private const int EmailCharsMax = 254;
    private static readonly SearchValues<char> NotInAddress = SearchValues.Create("<>()[]\\,;:\"");

    /// <summary>The fields, or <see langword="null"/> if one of them was refused.</summary>
    public static EnterpriseFields? Read(BodyFields body, EnterpriseApplicationRow? previous)
    {
        var before = body.Refusals.Count;
        var required = previous is null;
        var company = body.Text("companyName", CompanyCharsMax, required) ?? previous?.CompanyName;
        if (company?.Trim().Length < CompanyCharsMin)
            body.Refuse("companyName", ErrorCodes.InvalidValue, $"'companyName' must have at least {CompanyCharsMin} characters.");
        var scheme = body.OneOf("registrationScheme", [RegistrationSchemes.UnifiedSocialCreditCode, RegistrationSchemes.Other], required) ?? previous?.RegistrationScheme;
        var number = (body.Text("registrationNumber", NumberCharsMax, required) ?? previous?.RegistrationNumber)?.Trim().ToUpperInvariant();
        if (number is not null && scheme is not null && WrongNumber(scheme, number) is { } wrong)
            body.Refuse("registrationNumber", ErrorCodes.InvalidValue, $"'registrationNumber' {wrong}");
        var name = body.Text("contactName", ContactCharsMax, required) ?? previous?.ContactName;
        var email = (body.Text("contactEmail", EmailCharsMax, required) ?? previous?.ContactEmail)?.Trim();
        if (email is not null && !IsAddress(email))
            body.Refuse("contactEmail", ErrorCodes.InvalidValue, "'contactEmail' must be a mail address, such as name@company.example.");
        var phone = Phone(body.Text("contactPhone", 40, required) ?? previous?.ContactPhone);
        if (phone?.Length == 0)
            body.Refuse("contactPhone", ErrorCodes.InvalidValue, "'contactPhone' must be a telephone number with its country, such as +8613800138000.");
        return body.Refusals.Count > before || company is null || scheme is null || number is null || name is null || email is null || phone is null
            ? null
            : new EnterpriseFields(company.Trim(), scheme, number, name.Trim(), email, phone);
    }

    /// <summary>The company's name; the contact never.</summary>
    public override string ToString() => CompanyName;

    private static string? WrongNumber(string scheme, string number) =>
        scheme == RegistrationSchemes.UnifiedSocialCreditCode ? SocialCreditCode.Wrong(number)
        : number.Length < 2 || number.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not (' ' or '-' or '.' or '/')) ? "must have at least 2 characters, of letters, digits, spaces, '-', '.' and '/'."
        : null;

    private static bool IsAddress(string email) =>
        !email.AsSpan().ContainsAnyExceptInRange('!', '~') && !email.AsSpan().ContainsAny(NotInAddress) && MailAddress.TryCreate(email, out var address) && address.Address == email && address.Host.Contains('.', StringComparison.Ordinal);

    // E.164: a plus and up to 15 digits. What people put between the digits is left out.
    private static string? Phone(string? text)
    {
        if (text is null)
            return null;
        var digits = string.Concat(text.Where(static c => c is not (' ' or '-' or '(' or ')' or '.')));
        return digits is ['+', >= '1' and <= '9', ..] && digits.Length is >= 8 and <= 16 && !digits.AsSpan(1).ContainsAnyExceptInRange('0', '9') ? digits : "";
    }
}
