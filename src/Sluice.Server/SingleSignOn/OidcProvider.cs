using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Configuration;

namespace Sluice.Server.SingleSignOn;

/// <summary>What came of a provider's answer.</summary>
/// <param name="Identity">Who it is, or <see langword="null"/> after a failure.</param>
/// <param name="ReturnTo">Where the person wanted to go: a path of this server.</param>
/// <param name="Denied">Whether the person, or the provider, said no.</param>
/// <param name="Failure">For the log.</param>
internal sealed record OidcResult(OidcIdentity? Identity, string ReturnTo, bool Denied, Exception? Failure);

/// <summary>
/// One identity provider: authorisation code flow with PKCE, the answer by query, state and nonce bound to the browser by cookies. The protocol is the framework's
/// handler; it is driven directly, so that nothing of it stands in the way of other requests.
/// </summary>
internal sealed class OidcProvider : IDisposable
{
    public const string Root = "/auth/oidc";
    private static readonly object ResultKey = new();

    private readonly HttpClient _client;
    private readonly OpenIdConnectOptions _options;
    private readonly AuthenticationScheme _scheme;
    private readonly Func<string> _baseUrl;
    private readonly ILoggerFactory _loggers;

    /// <param name="settings">As configured.</param>
    /// <param name="states">Seals what goes through the browser.</param>
    /// <param name="http">For the calls to the provider.</param>
    /// <param name="time">Decides whether a token has expired.</param>
    /// <param name="baseUrl">What people reach this server as.</param>
    /// <param name="loggers">The handler's own lines go here.</param>
    public OidcProvider(OidcProviderSettings settings, SealedStates states, OperatorHttp http, TimeProvider time, Func<string> baseUrl, ILoggerFactory loggers)
    {
        Settings = settings;
        _baseUrl = baseUrl;
        _loggers = loggers;
        _scheme = new AuthenticationScheme("oidc:" + settings.Name, settings.Title, typeof(OpenIdConnectHandler));
        // Addresses in the provider's own metadata are as good as the issuer, which is the operator's word.
        _client = http.NewClient(new OperatorHttpRules { AllowPrivateAddress = true, AnswerBytesMax = 1024 * 1024 });
        _options = Options(settings, states, _client, time);
        _options.Events = new OpenIdConnectEvents
        {
            OnRedirectToIdentityProvider = context =>
            {
                // Behind a proxy this is not what the request says.
                context.ProtocolMessage.RedirectUri = RedirectUri;
                return Task.CompletedTask;
            },
            OnTicketReceived = context =>
            {
                var identity = context.Principal is { } principal ? OidcIdentity.Of(principal, settings) : null;
                context.HttpContext.Items[ResultKey] = new OidcResult(identity, context.ReturnUri ?? "/", false, identity is null ? new InvalidOperationException("The token names no subject.") : null);
                context.HandleResponse();
                return Task.CompletedTask;
            },
            OnAccessDenied = context =>
            {
                context.HttpContext.Items[ResultKey] = new OidcResult(null, "/", true, null);
                context.HandleResponse();
                return Task.CompletedTask;
            },
            OnRemoteFailure = context =>
            {
                context.HttpContext.Items[ResultKey] = new OidcResult(null, "/", false, context.Failure);
                context.HandleResponse();
                return Task.CompletedTask;
            },
        };
        new OpenIdConnectPostConfigureOptions(states).PostConfigure(_scheme.Name, _options);
        _options.Validate(_scheme.Name);
    }

    public OidcProviderSettings Settings { get; }

    public string StartPath => $"{Root}/{Settings.Name}";

    /// <summary>What the provider has to know as the redirect URI.</summary>
    public string RedirectUri => _baseUrl() + _options.CallbackPath;

    /// <summary>Sends the browser to the provider.</summary>
    /// <exception cref="InvalidOperationException">The provider's metadata cannot be had.</exception>
    public async Task ChallengeAsync(HttpContext http, string returnTo)
    {
        _options.CorrelationCookie.SecurePolicy = _options.NonceCookie.SecurePolicy = _baseUrl().StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        await (await HandlerAsync(http)).ChallengeAsync(new AuthenticationProperties { RedirectUri = returnTo });
    }

    /// <summary>Checks the provider's answer and fetches the token. Nobody is signed in by this.</summary>
    public async Task<OidcResult> AnswerAsync(HttpContext http)
    {
        var handled = await (await HandlerAsync(http)).HandleRequestAsync();
        return handled && http.Items[ResultKey] is OidcResult result ? result : new OidcResult(null, "/", false, new InvalidOperationException("The request is not an answer of the provider."));
    }

    private async Task<OpenIdConnectHandler> HandlerAsync(HttpContext http)
    {
        var handler = new OpenIdConnectHandler(new Fixed(_options), _loggers, HtmlEncoder.Default, UrlEncoder.Default);
        await handler.InitializeAsync(_scheme, http);
        return handler;
    }

    private static OpenIdConnectOptions Options(OidcProviderSettings settings, SealedStates states, HttpClient client, TimeProvider time)
    {
        var options = new OpenIdConnectOptions
        {
            Authority = settings.Issuer,
            Backchannel = client,
            CallbackPath = $"{Root}/{settings.Name}/callback",
            ClientId = settings.ClientId,
            ClientSecret = settings.ClientSecret?.Reveal(),
            DataProtectionProvider = states,
            DisableTelemetry = true,
            GetClaimsFromUserInfoEndpoint = true,
            MapInboundClaims = false,
            RequireHttpsMetadata = !OidcSettings.IsLoopback(new Uri(settings.Issuer)),
            ResponseMode = OpenIdConnectResponseMode.Query,
            ResponseType = OpenIdConnectResponseType.Code,
            SaveTokens = false,
            // Never used: the ticket is taken before anybody is signed in by it.
            SignInScheme = "sluice",
            SkipUnrecognizedRequests = false,
            TimeProvider = time,
            UsePkce = true,
            TokenValidationParameters = new TokenValidationParameters
            {
                NameClaimType = "name",
                IssuerValidator = (issuer, _, _) => issuer == settings.Issuer ? issuer : throw new SecurityTokenInvalidIssuerException("The token is of another issuer."),
                LifetimeValidator = (from, to, _, _) => IsLive(from, to, time.GetUtcNow()),
                RequireExpirationTime = true,
                RequireSignedTokens = true,
                ValidAudience = settings.ClientId,
                // A client secret must never verify a signature.
                ValidAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
            },
        };
        options.Scope.Clear();
        foreach (var scope in settings.Scopes) options.Scope.Add(scope);
        options.CorrelationCookie.Name = "sluice_oidc_state.";
        options.NonceCookie.Name = "sluice_oidc_nonce.";
        // The provider sends the browser back by a top-level GET.
        options.CorrelationCookie.SameSite = options.NonceCookie.SameSite = SameSiteMode.Lax;

        options.ClaimActions.Clear();
        foreach (var claim in new[] { "email", "email_verified", "name", "locale" }) options.ClaimActions.MapUniqueJsonKey(claim, claim);
        if (settings.RolesClaim is { } roles)
        {
            options.ClaimActions.MapJsonKey(roles, roles);
            // The framework's own mapping leaves objects out.
            if (OidcIdentity.RootOf(roles) is var root && root != roles) options.ClaimActions.MapCustomJson(root, info => info.TryGetProperty(root, out var found) ? found.GetRawText() : null);
        }
        return options;
    }

    private static bool IsLive(DateTime? from, DateTime? to, DateTimeOffset now)
    {
        var skew = TimeSpan.FromMinutes(1);
        return to is { } end && now < new DateTimeOffset(end, TimeSpan.Zero) + skew && (from is not { } begin || now >= new DateTimeOffset(begin, TimeSpan.Zero) - skew);
    }

    public void Dispose() => _client.Dispose();

    private sealed class Fixed(OpenIdConnectOptions options) : IOptionsMonitor<OpenIdConnectOptions>
    {
        public OpenIdConnectOptions CurrentValue => options;
        public OpenIdConnectOptions Get(string? name) => options;
        public IDisposable? OnChange(Action<OpenIdConnectOptions, string?> listener) => null;
    }
}
