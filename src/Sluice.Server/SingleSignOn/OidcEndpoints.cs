using System.Data.Common;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.SingleSignOn;

/// <summary>
/// <c>GET /auth/oidc/{name}</c> sends the browser to a provider, and <c>…/callback</c> takes it back. Both are open to everybody, at the rate that strangers have.
/// </summary>
internal sealed partial class OidcEndpoints(IReadOnlyList<OidcProvider> providers, FinishSignIn finish, RunOperation run, StrangerLoad strangers, ManagementLoad load, ManagementOptions options,
    TimeProvider time, ILogger<OidcEndpoints> log)
{
    public const string StartRoute = OidcProvider.Root + "/{name}";
    public const string CallbackRoute = OidcProvider.Root + "/{name}/callback";
    private const string Home = "/console";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(StartRoute, (RequestDelegate)(http => AnswerAsync(http, StartAsync))).ExcludeFromDescription();
        routes.MapGet(CallbackRoute, (RequestDelegate)(http => AnswerAsync(http, FinishAsync))).ExcludeFromDescription();
    }

    /// <summary>A path of this server, and nothing that a browser could take for another one.</summary>
    public static string? LocalPath(string? text)
    {
        if (string.IsNullOrEmpty(text)) return Home;
        if (text.Length > 1024 || text[0] != '/' || text.StartsWith("//", StringComparison.Ordinal) || text.AsSpan().Contains('\\')) return null;
        foreach (var c in text)
            if (c is <= ' ' or > '~') return null;
        return text;
    }

    private async Task AnswerAsync(HttpContext http, Func<HttpContext, OidcProvider, string, Task> answer)
    {
        var requestId = ObjectId.New(ObjectId.Request, time.GetUtcNow());
        http.Response.Headers["x-request-id"] = requestId;
        http.Response.Headers.CacheControl = "no-store";
        if (!strangers.TryEnter(options.ClientAddress(http), out var retryAfter))
        {
            http.Response.Headers.RetryAfter = retryAfter.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await SignInPage.FailedAsync(http, StatusCodes.Status429TooManyRequests, $"Too many sign-ins came from this address. Come back in {retryAfter} s.", requestId);
            return;
        }
        if (providers.FirstOrDefault(p => p.Settings.Name == http.Request.RouteValues["name"] as string) is not { } provider)
        {
            await SignInPage.FailedAsync(http, StatusCodes.Status404NotFound, "There is no identity provider of this name here.", requestId);
            return;
        }
        using var room = await load.EnterAsync(http.RequestAborted);
        if (!room.IsAcquired)
        {
            await SignInPage.FailedAsync(http, StatusCodes.Status503ServiceUnavailable, "This node is at its capacity. Try again.", requestId);
            return;
        }
        // This may still be a socket's own thread; signatures and the database are not for it.
        await Task.Yield();
        try
        {
            await answer(http, provider, requestId);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
        {
            LogBroken(e, requestId, provider.Settings.Name);
            var (status, reason) = e is DbException or DbUpdateException
                ? (StatusCodes.Status503ServiceUnavailable, "The database does not answer. Try again.")
                : (StatusCodes.Status502BadGateway, "The identity provider could not be asked. Try again, and tell whoever runs this platform if it happens again.");
            await SignInPage.FailedAsync(http, status, reason, requestId);
        }
    }

    private static async Task StartAsync(HttpContext http, OidcProvider provider, string requestId)
    {
        var asked = http.Request.Query["returnUrl"];
        if (asked.Count > 1 || LocalPath(asked.ToString()) is not { } returnTo)
        {
            await SignInPage.FailedAsync(http, StatusCodes.Status400BadRequest, "The page to go to after signing in must be one of this server, such as /console.", requestId);
            return;
        }
        await provider.ChallengeAsync(http, returnTo);
    }

    private async Task FinishAsync(HttpContext http, OidcProvider provider, string requestId)
    {
        var result = await provider.AnswerAsync(http);
        if (result.Identity is not { } identity)
        {
            if (result.Denied) LogDenied(requestId, provider.Settings.Name);
            else LogFailed(result.Failure, requestId, provider.Settings.Name);
            await SignInPage.FailedAsync(http, StatusCodes.Status403Forbidden, result.Denied
                ? "The identity provider did not let you in."
                : "The identity provider's answer could not be accepted: it is incomplete, too old, was used before, or belongs to another browser.", requestId);
            return;
        }

        var input = new OperationInput(Caller.Anonymous, requestId, "", "", new QueryFields(QueryCollection.Empty), BodyFields.Empty(), null)
        {
            ClientIp = options.ClientAddress(http),
            UserAgent = PlainText.Shortened(http.Request.Headers.UserAgent.ToString(), 200),
            BaseUrl = options.BaseUrl(),
        };
        var (answer, refusal) = await run.RunAsync(finish.For(provider.Settings, identity), input, http.RequestAborted);
        if (answer?.Session is not { Token: { } token } session)
        {
            LogRefused(requestId, provider.Settings.Name, refusal!.Code.Code);
            await SignInPage.FailedAsync(http, refusal.Code.Status, $"{refusal.Code.Sentence} {refusal.Detail}", requestId);
            return;
        }
        SessionCookie.Set(http, token.Reveal(), session.Expires);
        await SignInPage.SignedInAsync(http, LocalPath(result.ReturnTo) ?? Home);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in {RequestId} with {Provider} could not be carried out.")]
    private partial void LogBroken(Exception exception, string requestId, string provider);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in {RequestId} with {Provider} failed: its answer was not accepted.")]
    private partial void LogFailed(Exception? exception, string requestId, string provider);

    [LoggerMessage(Level = LogLevel.Information, Message = "Sign-in {RequestId} with {Provider} was denied there.")]
    private partial void LogDenied(string requestId, string provider);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in {RequestId} with {Provider} was refused: {Code}.")]
    private partial void LogRefused(string requestId, string provider, string code);
}
