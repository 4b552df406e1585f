using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Management.Access;
using Sluice.Testing;

namespace Sluice.Server.Tests.Management;

/// <summary>The management API inside the whole server, where its changes must reach the gateway.</summary>
public sealed class WholeServerTests : IAsyncLifetime
{
    private SluiceServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await SluiceServer.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void Every_endpoint_of_the_server_needs_a_caller_or_is_on_the_list_of_open_ones() =>
        OpenRoutes.Unlisted(_server.Services.GetRequiredService<EndpointDataSource>().Endpoints).ShouldBeEmpty();

    [Fact]
    public async Task The_description_has_the_gateways_endpoints()
    {
        var document = await _server.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var paths = JsonElement.Parse(document).GetProperty("paths");
        foreach (var path in new[] { "/v1/chat/completions", "/v1/completions", "/beta/completions", "/v1/embeddings", "/v1/images/generations", "/v1/models", "/user/balance" })
            paths.TryGetProperty(path, out _).ShouldBeTrue(path);
    }

    [Fact]
    public async Task Disabled_enabled_and_revoked_keys_are_told_apart_on_the_very_next_call()
    {
        var (key, id) = await _server.CreateKeyAsync();
        (await CallAsync(key)).ShouldBe(HttpStatusCode.OK);
        await _server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/disable");
        (await CallAsync(key)).ShouldBe(HttpStatusCode.Unauthorized);
        await _server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/enable");
        (await CallAsync(key)).ShouldBe(HttpStatusCode.OK);
        await _server.ManageAsync(HttpMethod.Delete, $"/api/v1/keys/{id}");
        (await CallAsync(key)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Both_secrets_of_a_rotated_key_work_during_the_overlap_and_only_the_new_one_without()
    {
        var (old, id) = await _server.CreateKeyAsync();
        var second = (await _server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/rotate")).GetProperty("key").GetString()!;
        (await CallAsync(old)).ShouldBe(HttpStatusCode.OK);
        (await CallAsync(second)).ShouldBe(HttpStatusCode.OK);
        var third = (await _server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/rotate", """{"overlapSeconds":0}""")).GetProperty("key").GetString()!;
        (await CallAsync(old)).ShouldBe(HttpStatusCode.Unauthorized);
        (await CallAsync(second)).ShouldBe(HttpStatusCode.Unauthorized);
        (await CallAsync(third)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_management_token_is_of_no_use_on_the_data_plane() => (await CallAsync(_server.ManagementToken)).ShouldBe(HttpStatusCode.Unauthorized);

    private async Task<HttpStatusCode> CallAsync(string key)
    {
        using var client = _server.NewClient(key);
        using var response = await client.GetAsync("/v1/models", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
