using System.Text.Json.Nodes;

namespace Sluice.Console.Tests.Words;

public sealed class PermissionWordsTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task Every_permission_has_words_in_both_languages()
    {
        using var visitor = await bed.AdaAsync();
        var page = await visitor.GetAsync("/console/files/permissions");
        var actions = JsonNode.Parse(page.Html)!["data"]!.AsArray().Select(static a => (string)a!["action"]!).ToList();
        actions.ShouldNotBeEmpty();
        actions.Where(static a => Language.PermissionWords.InEnglish(a) is null).ShouldBeEmpty();
        actions.Concat(Language.PermissionWords.All).Where(static a => !Language.Words.InChinese.Code("permission", a).Any(static c => c > 0x2e80)).ShouldBeEmpty();
    }

    [Fact]
    public void A_pattern_reads_as_words_too() => Language.Words.InEnglish.Code("permission", "keys.*").ShouldBe("Everything about API keys");
}
