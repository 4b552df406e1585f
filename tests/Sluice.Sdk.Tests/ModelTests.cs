using OpenAI.Models;

namespace Sluice.Sdk.Tests;

public class ModelTests(SandboxServer sandbox)
{
    [Fact]
    public async Task The_models_are_listed()
    {
        OpenAIModelCollection models = await sandbox.Server.Models().GetModelsAsync(TestContext.Current.CancellationToken);
        models.Select(m => m.Id).ShouldContain("deepseek-chat");
        models.Select(m => m.Id).ShouldBeUnique();
    }

    [Fact]
    public async Task A_key_sees_only_the_models_it_may_use()
    {
        var (key, _) = await sandbox.Server.CreateKeyAsync("""{"name":"narrow","kind":"test","scope":{"models":["deepseek-*"]}}""");
        OpenAIModelCollection models = await sandbox.Server.Models(key).GetModelsAsync(TestContext.Current.CancellationToken);
        models.ShouldNotBeEmpty();
        models.ShouldAllBe(m => m.Id.StartsWith("deepseek-"));
    }

    [Fact]
    public async Task One_model_is_described()
    {
        OpenAIModel model = await sandbox.Server.Models().GetModelAsync("gpt-4o-mini", TestContext.Current.CancellationToken);
        model.Id.ShouldBe("gpt-4o-mini");
        model.OwnedBy.ShouldBe("sandbox");
    }
}
