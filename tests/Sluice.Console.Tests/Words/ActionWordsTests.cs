using System.Text.RegularExpressions;
using Sluice.Console.Language;
using Sluice.Console.Tests.Words;

namespace Sluice.Console.Tests.Words;

public sealed partial class ActionWordsTests
{
    [Fact]
    public void Every_audited_action_has_words_in_both_languages()
    {
        var actions = Audited().ToHashSet(StringComparer.Ordinal);
        actions.Count.ShouldBeGreaterThan(80);
        actions.Except(ActionWords.All).ShouldBeEmpty();
        ActionWords.All.Where(static a => Sluice.Console.Language.Words.InChinese.Code("action", a) == ActionWords.InEnglish(a)).ShouldBeEmpty();
    }

    private static IEnumerable<string> Audited() => Directory.EnumerateFiles(Path.Combine(WordsTests.Root(), "src", "Sluice.Server"), "*.cs", SearchOption.AllDirectories)
        .Where(static f => !f.Contains("/obj/", StringComparison.Ordinal)).SelectMany(static f => Action().Matches(File.ReadAllText(f)).Select(static m => m.Groups[1].Value));

    [GeneratedRegex(@"Audit(?:In)?\((?:[\w.!]+, )*(?:\w+ \? ""[a-z_.]+"" : )?""([a-z_]+(?:\.[a-z_]+)+)""")]
    private static partial Regex Action();
}
