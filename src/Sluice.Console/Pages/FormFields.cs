using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Sluice.Console.Pages;

/// <summary>The fields of a form as it was sent, and as they go into a body.</summary>
public sealed class FormFields
{
    private readonly IFormCollection _form;

    private FormFields(IFormCollection form) => _form = form;

    public static FormFields Of(HttpContext http) => new(http.Request.HasFormContentType ? http.Request.Form : FormCollection.Empty);

    public IFormFileCollection Files => _form.Files;

    /// <summary>The idempotency key that the form was given.</summary>
    public string? Idempotency => Optional("_once");

    /// <summary>As typed; empty where there is none.</summary>
    public string Raw(string name) => _form[name].ToString();

    public string Text(string name) => Raw(name).Trim();

    /// <summary><see langword="null"/> where nothing was typed.</summary>
    public string? Optional(string name) => Text(name) is { Length: > 0 } text ? text : null;

    public bool Has(string name) => _form.ContainsKey(name);

    /// <summary>Of a checkbox.</summary>
    public bool Flag(string name) => Has(name);

    /// <summary>Of checkboxes with one name.</summary>
    public IReadOnlyList<string> All(string name) => [.. _form[name].OfType<string>().Where(static v => v.Length > 0)];

    /// <summary>Separated by lines, commas or blanks.</summary>
    public IReadOnlyList<string> Words(string name) => Raw(name).Split(['\n', '\r', ',', ' ', '，', '\t', '、'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A number as JSON; what is none goes on as text, so that the operation says what is wrong with it.</summary>
    public JsonNode? Number(string name)
    {
        var text = Text(name).Replace(",", "", StringComparison.Ordinal);
        if (text.Length == 0) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(text);
    }
}

/// <summary>Makes bodies.</summary>
public static class JsonBodies
{
    public static JsonArray ToJson(this IEnumerable<string> texts) => new([.. texts.Select(static t => (JsonNode?)JsonValue.Create(t))]);
}
