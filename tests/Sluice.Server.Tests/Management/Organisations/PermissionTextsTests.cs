using Sluice.Contracts.Management;
using Sluice.Server.Authorization;

namespace Sluice.Server.Tests.Management.Organisations;

public class PermissionTextsTests
{
    [Fact]
    public void Every_action_has_a_meaning_in_both_languages()
    {
        foreach (var action in Permissions.All)
        {
            PermissionTexts.Meaning(action, PermissionTexts.English).ShouldEndWith(".");
            PermissionTexts.Meaning(action, PermissionTexts.Chinese).ShouldContain(c => c > 0x4e00);
        }
    }

    [Theory]
    [InlineData("", "en")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN")]
    [InlineData("en-GB, zh;q=0.5", "en")]
    [InlineData("fr, zh;q=0.3, en;q=0.2", "zh-CN")]
    [InlineData("zh;q=0", "en")]
    [InlineData("de", "en")]
    [InlineData("zh;q=nonsense,en;q=0.1", "en")]
    public void The_reader_gets_the_language_they_like_best_of_those_there_are(string accepted, string language) => PermissionTexts.LanguageOf(accepted).ShouldBe(language);

    [Fact]
    public void The_ai_application_engineer_reads_as_the_product_describes_it() =>
        BuiltInRoles.AIApplicationEngineer.Permissions.SelectMany(p => PermissionTexts.Sentences(p, "en", static id => id)).ShouldBe(
        [
            "May call any model through GET /v1/chat/completions, POST /v1/chat/completions, in every project where the role is given.",
            "May read call logs of the last 7 days, without prompts and answers, in every project where the role is given.",
            "May apply for more quota, in every project where the role is given.",
        ]);

    [Fact]
    public void A_group_is_told_action_by_action_and_projects_by_name() =>
        PermissionTexts.Sentences(new Permission { Action = "keys.*", Projects = ["prj_1"] }, "zh-CN", static _ => "“网站”").ShouldBe(
            ["可查看 API 密钥，仅限项目 “网站”。", "可创建、修改、轮换和吊销 API 密钥，仅限项目 “网站”。"]);
}
