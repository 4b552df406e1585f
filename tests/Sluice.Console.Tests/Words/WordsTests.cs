using System.Reflection;
using System.Text.RegularExpressions;
using Sluice.Console.Language;
using Sluice.Console.Layout;

namespace Sluice.Console.Tests.Words;

/// <summary>Both languages are whole: what the sources say, and what the resources hold.</summary>
public sealed partial class WordsTests
{
    private static readonly string Source = Path.Combine(Root(), "src", "Sluice.Console");

    [Fact]
    public void Every_text_has_its_Chinese()
    {
        var missing = Used().Where(text => Sluice.Console.Language.Words.InChinese[text].ResourceNotFound).ToList();
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void No_Chinese_is_left_of_a_text_that_is_gone()
    {
        var used = Used();
        Sluice.Console.Language.Words.InChinese.GetAllStrings(false).Select(static t => t.Name).Where(name => !CodeKey().IsMatch(name) && !used.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Chinese_texts_take_what_the_English_ones_take()
    {
        foreach (var text in Sluice.Console.Language.Words.InChinese.GetAllStrings(false).Where(static t => !CodeKey().IsMatch(t.Name)))
            Places(text.Value).ShouldBeSubsetOf(Places(text.Name), text.Name);
    }

    [Fact]
    public void Markup_holds_no_words_of_its_own()
    {
        foreach (var file in Directory.EnumerateFiles(Source, "*.razor", SearchOption.AllDirectories).Where(static f => !f.Contains("/obj/", StringComparison.Ordinal)))
        {
            var markup = Code().Replace(File.ReadAllText(file), "");
            foreach (Match attribute in WordAttribute().Matches(markup))
                attribute.Groups[1].Value.ShouldMatch(@"^(@|[^a-z]*$|\.env$|curl$)", $"{file}: {attribute.Value}");
        }
    }

    private static HashSet<string> Used()
    {
        var texts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Source, "*.*", SearchOption.AllDirectories).Where(static f => f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal)))
        {
            if (file.Contains("/obj/", StringComparison.Ordinal)) continue;
            var text = File.ReadAllText(file);
            foreach (Match match in Word().Matches(text)) texts.Add(Regex.Unescape(match.Groups[1].Value));
            foreach (Match match in Many().Matches(text))
            {
                texts.Add(match.Groups[1].Value);
                texts.Add(match.Groups[2].Value);
            }
        }

        texts.UnionWith(Navigation.Groups.SelectMany(static g => g.Entries.Select(static e => e.Title).Append(g.Title ?? "Overview")));
        return texts;
    }

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(static m => m.Value).Distinct();

    internal static string Root()
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!);
        while (!File.Exists(Path.Combine(folder.FullName, "Sluice.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex("""\b(?:T|words|Words)\[\s*"((?:[^"\\]|\\.)*)"(?=\s*[\],])""")]
    private static partial Regex Word();

    [GeneratedRegex("""\.Many\([^"]*?"([^"]*)",\s*"([^"]*)"\s*\)""")]
    private static partial Regex Many();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    [GeneratedRegex("^[a-z-]+:[^ ]+$")]
    private static partial Regex CodeKey();

    [GeneratedRegex(@"@code \{.*\z", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("""(?:placeholder|title|aria-label|Title|Label|Text|Help|Lead)="([^"]*)"\s""")]
    private static partial Regex WordAttribute();
}
