using System.Collections;
using System.Collections.Frozen;
using System.Globalization;
using System.Resources;
using Microsoft.Extensions.Localization;

namespace Sluice.Console.Language;

/// <summary>
/// The console's words in one language. A text is found by its English form, which is also what English readers see; every other language has
/// all of them in <c>Resources/*.resx</c>, one file for each area of pages, and a test holds them complete.
/// </summary>
public sealed class Words : IStringLocalizer
{
    public const string English = "en";
    public const string Chinese = "zh-CN";
    public static readonly IReadOnlyList<string> Languages = [English, Chinese];

    private static readonly FrozenDictionary<string, string> ChineseTexts = Read(Chinese);
    private static readonly FrozenDictionary<string, string> NoTexts = FrozenDictionary<string, string>.Empty;
    private readonly FrozenDictionary<string, string> _texts;

    private Words(string language, FrozenDictionary<string, string> texts) => (Language, _texts) = (language, texts);

    public static Words InEnglish { get; } = new(English, NoTexts);

    public static Words InChinese { get; } = new(Chinese, ChineseTexts);

    public static Words Of(string language) => language == Chinese ? InChinese : InEnglish;

    /// <summary>As in <c>lang</c>.</summary>
    public string Language { get; }

    public bool IsChinese => Language == Chinese;

    public LocalizedString this[string name] => new(name, _texts.GetValueOrDefault(name, name), resourceNotFound: IsChinese && !_texts.ContainsKey(name));

    public LocalizedString this[string name, params object[] arguments] =>
        new(name, string.Format(CultureInfo.InvariantCulture, _texts.GetValueOrDefault(name, name), arguments), resourceNotFound: IsChinese && !_texts.ContainsKey(name));

    /// <summary>One of two texts, by a number that both may name as <c>{0}</c>.</summary>
    public string Many(long count, string one, string many) => this[count == 1 ? one : many, count.ToString("N0", CultureInfo.InvariantCulture)].Value;

    /// <summary>The text of a code that an answer may hold, such as a status; the code itself where there is none.</summary>
    public string Code(string kind, string code) => _texts.TryGetValue($"{kind}:{code}", out var text) ? text : EnglishCodes.Of(kind, code);

    public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => _texts.Select(static t => new LocalizedString(t.Key, t.Value));

    private static FrozenDictionary<string, string> Read(string language)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var assembly = typeof(Words).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith($"words/{language}/", StringComparison.Ordinal)))
        {
            using var reader = new ResourceReader(assembly.GetManifestResourceStream(name)!);
            foreach (DictionaryEntry entry in reader) texts[(string)entry.Key] = (string)entry.Value!;
        }

        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
