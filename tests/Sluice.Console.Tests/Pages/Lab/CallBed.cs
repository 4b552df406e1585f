using System.Net.Http.Json;
using System.Text.Json;

namespace Sluice.Console.Tests.Pages.Lab;

/// <summary>Calls that have been made, for pages that are about them.</summary>
internal static class CallBed
{
    /// <summary>Makes a call with a key of its own and waits until it is in the log.</summary>
    public static async Task<(string RequestId, string KeyId)> CallAsync(ConsoleBed bed, ConsoleVisitor ada, string model)
    {
        var token = TestContext.Current.CancellationToken;
        var made = await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", $"calls {model}"));
        var keyId = made.Find("dialog .df a[href^='/console/keys/key_']")!.GetAttribute("href")!["/console/keys/".Length..];
        using var client = bed.Server.NewClient(made.Find("#secret")!.TextContent);
        using var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model, messages = new[] { new { role = "user", content = "Hello" } } }, token);
        var requestId = answer.Headers.GetValues("x-request-id").Single();
        while ((await ada.GetAsync("/console/files/requests/" + requestId)).Status != 200) await Task.Delay(20, token);
        return (requestId, keyId);
    }

    public static JsonElement Json(ConsoleSight sight) => JsonDocument.Parse(sight.Html).RootElement;
}
