using System.Text;

namespace Sluice.Server.Management.Http;

/// <summary>
/// Lines of CSV as RFC 4180 has them. A field that a spreadsheet would take for a formula gets an apostrophe in front, behind which it is shown and
/// not run; whoever needs the exact text takes JSON.
/// </summary>
internal static class CsvText
{
    /// <summary>To be written first: without a byte order mark the usual spreadsheets take UTF-8 for the machine's own encoding.</summary>
    public static void Begin(StringBuilder text) => text.Append('\uFEFF');

    public static void Line(StringBuilder text, params ReadOnlySpan<string?> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            Field(text, fields[i] ?? "");
        }

        text.Append("\r\n");
    }

    private static void Field(StringBuilder text, string field)
    {
        var formula = field.Length > 0 && IsFormula(field[0]);
        if (!formula && !field.AsSpan().ContainsAny(",\"\r\n"))
        {
            text.Append(field);
            return;
        }

        text.Append('"');
        if (formula)
            text.Append('\'');
        text.Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }

    // The last four are what '=', '+', '-' and '@' are to a keyboard for Chinese or Japanese, and some spreadsheets read them alike.
    private static bool IsFormula(char first) => first is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\0' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20';
}
