using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Http;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Leaks;

/// <summary>
/// Where GitHub's secret scanning reports tokens of ours that it found in public: the body's signature is checked, the tokens are revoked, their owners told, and
/// GitHub learns which ones were real. Off until the operator has signed up with GitHub and switched it on.
/// </summary>
internal sealed partial class GitHubScanning(ManagementOptions options, GitHubKeys keys, RunSystemAct run, ManagementLoad load, StrangerLoad strangers, AuthenticateCaller callers, KeyHasher hasher, TimeProvider time, ILogger<GitHubScanning> log)
{
    public const string Path = "/secret-scanning/github";
    public const string Source = "github";
    private const int TokensMax = 1_000;
    private const int TokenCharsMax = 4_096;
    private const int IdentifierCharsMax = 200;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost(Path, static http => http.RequestServices.GetRequiredService<GitHubScanning>().AnswerAsync(http)).ExcludeFromDescription();

    private async Task AnswerAsync(HttpContext http)
    {
        var requestId = ObjectId.New(ObjectId.Request, time.GetUtcNow());
        http.Response.Headers["x-request-id"] = requestId;
        http.Response.Headers.CacheControl = "no-store";
        Refusal? refusal;
        try
        {
            (var answers, refusal) = await WorkAsync(http);
            if (answers is not null)
            {
                await http.Response.WriteAsJsonAsync(answers, ManagementJson.Default.IReadOnlyListScannedTokenAnswer, cancellationToken: http.RequestAborted);
                return;
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException)
        {
            refusal = new Refusal(ErrorCodes.InvalidJson, "The body did not arrive whole.");
        }
        catch (HttpRequestException)
        {
            refusal = new Refusal(ErrorCodes.UpstreamConnect, "GitHub's public keys could not be read, so the signature cannot be checked. Send it again later.");
        }
        catch (Exception e) when (e is DbException or DbUpdateException or TimeoutException)
        {
            LogFailure(e, requestId);
            refusal = new Refusal(ErrorCodes.StorageUnavailable);
        }

        await Problem.SendAsync(http, refusal!, requestId);
    }

    private async ValueTask<(IReadOnlyList<ScannedTokenAnswer>?, Refusal?)> WorkAsync(HttpContext http)
    {
        if (options.GitHubScanningKeysUrl is null)
            return (null, new Refusal(ErrorCodes.NotFound));
        if (!strangers.TryEnter(options.ClientAddress(http), out var retryAfter))
            return (null, new Refusal(ErrorCodes.RateLimitExceeded, $"Too many calls came from this address. Come back in {retryAfter} s.") { RetryAfter = retryAfter });
        var (identifier, signature) = (http.Request.Headers["Github-Public-Key-Identifier"], http.Request.Headers["Github-Public-Key-Signature"]);
        if (identifier.Count != 1 || signature.Count != 1 || identifier[0] is not { Length: > 0 and <= IdentifierCharsMax } keyName || signature[0] is not { Length: > 0 } signed)
            return (null, new Refusal(ErrorCodes.ReportNotSigned, "The headers Github-Public-Key-Identifier and Github-Public-Key-Signature must be there, once each."));

        using var room = await load.EnterAsync(http.RequestAborted);
        if (!room.IsAcquired)
            return (null, new Refusal(ErrorCodes.Overloaded));
        var (body, unread) = await JsonBody.ReadAsync(http.Request, JsonBody.BytesMax, http.RequestAborted);
        if (unread is not null)
            return (null, unread);
        if (await keys.FindAsync(keyName, http.RequestAborted) is not { } pem || !GitHubKeys.Verify(pem, body.Span, signed))
            return (null, new Refusal(ErrorCodes.ReportNotSigned));

        // SQLite works on the calling thread, which may be a socket's.
        await Task.Yield();
        return Read(body.Span, out var found) is { } wrong ? (null, wrong) : (await RevokeAsync(found, http.RequestAborted), null);
    }

    private async Task<IReadOnlyList<ScannedTokenAnswer>> RevokeAsync(IReadOnlyList<ScannedToken> found, CancellationToken cancellationToken)
    {
        var tokens = found.Select(f => LeakedToken.Parse(f.Token) is { } token ? token with { FoundAt = f.Url } : null).OfType<LeakedToken>().DistinctBy(t => t.Text.Reveal()).ToList();
        var known = new HashSet<string>(StringComparer.Ordinal);
        await run.RunAsync("secret-scanning", async act =>
        {
            var operators = await callers.OperatorOrganisationAsync(act.Db, cancellationToken);
            var trace = new LeakTrace(act, (organisation, action, subject, detail) => act.Audit(organisation ?? operators, action, subject, [.. detail]), act.KeyChanged, Source, act.Now, cancellationToken);
            var answers = await new LeakResponse(LeakReach.Everywhere(act.Db), trace, hasher).RevokeAsync(tokens);
            known.UnionWith(tokens.Where((_, i) => answers[i].State != LeakStates.NotKnown).Select(t => t.Text.Reveal()));
        }, cancellationToken);
        LogReport(found.Count, known.Count);
        return
        [
            .. found.Select(f => new ScannedTokenAnswer
            {
                TokenHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(f.Token))),
                TokenType = f.Type ?? "",
                Label = known.Contains(f.Token) ? "true_positive" : "false_positive",
            }),
        ];
    }

    private static Refusal? Read(ReadOnlySpan<byte> body, out IReadOnlyList<ScannedToken> found)
    {
        found = [];
        try
        {
            found = JsonSerializer.Deserialize(body, ManagementJson.Default.IReadOnlyListScannedToken) ?? [];
        }
        catch (JsonException)
        {
            return new Refusal(ErrorCodes.InvalidJson, "The body must be an array of objects with 'token', 'type', 'url' and 'source'.");
        }

        if (found.Count > TokensMax)
            return new Refusal(ErrorCodes.InvalidValue, $"At most {TokensMax} tokens are taken at once.");
        return found.Any(f => f is null || f.Token.Length > TokenCharsMax) ? new Refusal(ErrorCodes.InvalidValue, $"A token has at most {TokenCharsMax} characters.") : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "GitHub's secret scanning reported {Count} tokens; {Known} of them are or were in use here and are revoked.")]
    private partial void LogReport(int count, int known);

    [LoggerMessage(Level = LogLevel.Error, Message = "Secret scanning call {RequestId}: the database failed.")]
    private partial void LogFailure(Exception exception, string requestId);
}
