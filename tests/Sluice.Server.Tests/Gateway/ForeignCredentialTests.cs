using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Gateway;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>What opens the management API opens no model, and the other way round.</summary>
public sealed class ForeignCredentialTests
{
    [Fact]
    public async Task Nothing_but_a_live_api_key_opens_any_endpoint_of_the_gateway_at_any_of_its_addresses()
    {
        await using var server = await SluiceServer.StartAsync();
        using var stranger = server.NewClient(null);
        var setup = server.FirstRun.SetupUrl[(server.FirstRun.SetupUrl.IndexOf("token=", StringComparison.Ordinal) + "token=".Length)..];
        using var made = await stranger.PostAsync(new Uri("/api/v1/setup", UriKind.Relative),
            SluiceServer.Json(JsonSerializer.Serialize(new { token = setup, email = "otto@rivers.example", password = "otto walks along the river", name = "Otto" })), TestContext.Current.CancellationToken);
        made.IsSuccessStatusCode.ShouldBeTrue();
        made.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var session = JsonDocument.Parse(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("token").GetString()!;
        var cookie = "sluice_session=" + session;
        var (revoked, id) = await server.CreateKeyAsync("""{"name":"revoked","kind":"test"}""");
        await server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke");

        foreach (var endpoint in ModelEndpoints.All)
        {
            foreach (var path in endpoint.Paths.Select(p => p.Replace("{**model}", "deepseek-chat", StringComparison.Ordinal)))
            {
                foreach (var credential in new[] { null, server.ManagementToken, session, setup, revoked, "sk-slc_test_garbage" })
                {
                    using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), path);
                    if (credential is not null)
                        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
                    // A signed-in browser sends its cookie wherever it goes; here it says nothing.
                    request.Headers.Add("Cookie", cookie);
                    if (endpoint.Method == "POST")
                        request.Content = SluiceServer.Json("{}");
                    using var answer = await stranger.SendAsync(request, TestContext.Current.CancellationToken);
                    ((int)answer.StatusCode).ShouldBe(401, $"{endpoint.Method} {path} with {credential}");
                }
            }
        }

        using var management = server.NewClient(server.TestKey);
        foreach (var path in new[] { "/api/v1/whoami", "/api/v1/keys", "/api/v1/me", "/api/v1/upstreams" })
            ((int)(await management.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode).ShouldBe(401, path);
    }
}
