using System.Collections.Immutable;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Sluice.Testing;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Sluice.Server.Tests.Oidc;

/// <summary>An identity provider on a real port: OpenIddict, which checks client, redirect URI and PKCE, and whose ID tokens can be replaced before they go out.</summary>
public sealed class TestProvider : IAsyncDisposable
{
    public const string ClientId = "sluice-test";
    public const string ClientSecret = "client-canary";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RsaSecurityKey _key;
    private readonly WebApplication _app;

    private TestProvider(int port)
    {
        Issuer = $"http://127.0.0.1:{port}/";
        _key = new RsaSecurityKey(_rsa) { KeyId = "key-1" };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddOpenIddict().AddServer(Configure);
        builder.Services.AddAuthentication();
        _app = builder.Build();
        _app.UseAuthentication();
    }

    /// <summary>As tokens spell it: with a slash at the end.</summary>
    public string Issuer { get; }

    /// <summary>Who is at the browser.</summary>
    public string Subject { get; set; } = "subject-1";
    /// <summary>What the ID token says beside the subject; objects and lists as JSON.</summary>
    public Dictionary<string, JsonNode?> Claims { get; } = new() { ["email"] = "ada@corp.example", ["email_verified"] = true, ["name"] = "Ada Lovelace" };

    public string Email => Claims["email"]!.GetValue<string>();

    /// <summary>Back to what is usual, with somebody else at the browser.</summary>
    public void Reset(string subject)
    {
        Subject = subject;
        Claims.Clear();
        UserInfo.Clear();
        (Claims["email"], Claims["email_verified"], Claims["name"]) = ($"{subject}@corp.example", true, "Ada Lovelace");
        (Payload, Token, TokenRequests) = (null, null, 0);
    }
    /// <summary>What only the user info endpoint says.</summary>
    public Dictionary<string, JsonNode?> UserInfo { get; } = [];
    /// <summary>Changes the ID token's payload; it is signed again with the provider's own key.</summary>
    public Action<JsonObject>? Payload { get; set; }
    /// <summary>Replaces the whole ID token; given the payload.</summary>
    public Func<string, string>? Token { get; set; }
    /// <summary>Parameters of the last request to the authorisation endpoint.</summary>
    public IReadOnlyDictionary<string, string> Asked { get; private set; } = new Dictionary<string, string>();
    public int TokenRequests { get; private set; }

    public static async Task<TestProvider> StartAsync(int port = 0)
    {
        var provider = new TestProvider(port == 0 ? FreePort.Next() : port);
        await provider._app.StartAsync();
        // Its first answer takes a while on a busy machine; the server under test waits ten seconds for any.
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        foreach (var path in new[] { ".well-known/openid-configuration", ".well-known/jwks" }) await client.GetStringAsync(new Uri(provider.Issuer + path));
        return provider;
    }

    public string Sign(string payload) => new JsonWebTokenHandler().CreateToken(payload, new SigningCredentials(_key, SecurityAlgorithms.RsaSha256));

    private void Configure(OpenIddictServerBuilder options)
    {
        options.SetIssuer(new Uri(Issuer));
        options.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token").SetUserInfoEndpointUris("userinfo");
        options.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
        options.RegisterScopes("email", "profile");
        options.AddSigningKey(_key).AddEphemeralEncryptionKey().DisableAccessTokenEncryption();
        options.EnableDegradedMode();
        options.UseAspNetCore().DisableTransportSecurityRequirement();
        options.AddEventHandler<ValidateAuthorizationRequestContext>(h => h.UseInlineHandler(context =>
        {
            Asked = context.Request.GetParameters().ToDictionary(p => p.Key, p => p.Value.ToString() ?? "");
            if (context.ClientId != ClientId) context.Reject(OpenIddictConstants.Errors.InvalidClient);
            return default;
        }));
        options.AddEventHandler<ValidateTokenRequestContext>(h => h.UseInlineHandler(context =>
        {
            TokenRequests++;
            if (context.ClientId != ClientId || context.ClientSecret != ClientSecret) context.Reject(OpenIddictConstants.Errors.InvalidClient);
            return default;
        }));
        options.AddEventHandler<HandleAuthorizationRequestContext>(h => h.UseInlineHandler(context =>
        {
            var identity = new ClaimsIdentity("test");
            identity.AddClaim(new Claim("sub", Subject).SetDestinations("id_token", "access_token"));
            var principal = new ClaimsPrincipal(identity);
            principal.SetScopes(context.Request.GetScopes());
            context.SignIn(principal);
            return default;
        }));
        options.AddEventHandler<ApplyTokenResponseContext>(h => h.UseInlineHandler(context =>
        {
            if (context.Response.IdToken is { } token) context.Response.IdToken = Rewrite(token);
            return default;
        }).SetOrder(int.MinValue));
        options.AddEventHandler<HandleUserInfoRequestContext>(h => h.UseInlineHandler(context =>
        {
            foreach (var (name, value) in UserInfo) context.Claims[name] = JsonSerializer.SerializeToElement(value);
            return default;
        }));
    }

    private string Rewrite(string token)
    {
        var payload = JsonNode.Parse(Base64UrlEncoder.Decode(token.Split('.')[1]))!.AsObject();
        foreach (var (name, value) in Claims) payload[name] = value?.DeepClone();
        Payload?.Invoke(payload);
        var text = payload.ToJsonString();
        return Token?.Invoke(text) ?? Sign(text);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _rsa.Dispose();
    }
}
