using System.Data.Common;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Idempotency;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Http;

/// <summary>
/// The HTTP door to the operations. The order is: form of the token, room, caller, permission, body, the operation. Nothing of the body is
/// read for a stranger, and nobody without a caller learns which addresses exist.
/// </summary>
internal sealed partial class OperationEndpoint(AuthenticateCaller authenticate, RunOperation run, ManagementLoad load, StrangerLoad strangers, ManagementOptions options,
    SluiceDatabase database, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<OperationEndpoint> log)
{
    public Task RunAsync(HttpContext http, Operation operation) => AnswerAsync(http, operation, []);

    /// <summary>Answers for a path that has no operation (<paramref name="allowed"/> is empty) or none with this method.</summary>
    public Task RefuseAsync(HttpContext http, IReadOnlyList<string> allowed) => AnswerAsync(http, null, allowed);

    private async Task AnswerAsync(HttpContext http, Operation? operation, IReadOnlyList<string> allowed)
    {
        var requestId = ObjectId.New(ObjectId.Request, time.GetUtcNow());
        var headers = http.Response.Headers;
        headers["x-request-id"] = requestId;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        Refusal? refusal;
        try
        {
            (var answer, refusal) = await WorkAsync(http, operation, allowed, requestId);
            if (answer is not null)
            {
                await SendAsync(http, answer);
                return;
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            refusal = e.StatusCode is StatusCodes.Status413PayloadTooLarge
                ? new Refusal(ErrorCodes.BodyTooLarge)
                : new Refusal(ErrorCodes.InvalidJson, "The body did not arrive whole.");
        }
        catch (Exception e) when (e is DbException or DbUpdateException or TimeoutException)
        {
            LogStorage(e, requestId);
            refusal = new Refusal(ErrorCodes.StorageUnavailable);
        }
#pragma warning disable CA1031 // The last line before the socket: whatever it was, the caller gets a clear answer and the operator the cause.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailure(e, requestId);
            refusal = new Refusal(ErrorCodes.InternalError);
        }

        if (http.Response.HasStarted)
            http.Abort();
        else
            await Problem.SendAsync(http, refusal!, requestId);
    }

    private async ValueTask<(RenderedAnswer? Answer, Refusal? Refusal)> WorkAsync(HttpContext http, Operation? operation, IReadOnlyList<string> allowed, string requestId)
    {
        var cancellation = http.RequestAborted;
        if (KeyInQuery.Holds(http.Request))
            return (null, new Refusal(ErrorCodes.KeyInQuery));
        // Who comes to an open operation with a token nevertheless is still nobody there, so that a stale cookie does not keep anyone from signing in.
        var open = operation?.Open is not null;
        var token = "";
        if ((open ? CrossSite.Refusal(http.Request) : AuthenticateCaller.ReadToken(http.Request, out token)) is { } unfit)
            return (null, unfit);
        var address = options.ClientAddress(http);
        if (open && !strangers.TryEnter(address, out var retryAfter))
            return (null, new Refusal(ErrorCodes.RateLimitExceeded, $"Too many calls came from this address. Come back in {retryAfter} s.") { RetryAfter = retryAfter });

        using var room = await load.EnterAsync(cancellation);
        if (!room.IsAcquired)
            return (null, new Refusal(ErrorCodes.Overloaded));

        // This may still be a socket's own thread. EF Core on SQLite works on the calling thread, so from here on it is the pool's.
        await Task.Yield();
        var caller = Caller.Anonymous;
        var organisation = http.Request.Headers[AuthenticateCaller.OrganisationHeader].ToString();
        if (!open)
        {
            await using var db = database.CreateContext();
            var (found, unknown) = await authenticate.FindAsync(db, token, organisation, time.GetUtcNow(), cancellation);
            if (found is null)
                return (null, unknown);
            caller = found;
        }

        if (operation is null)
            return (null, Elsewhere(http, allowed));
        var (bytes, unread) = await JsonBody.ReadAsync(http.Request, operation.BodyBytesMax, cancellation);
        if (unread is not null)
            return (null, unread);

        // The last read of the body may have been completed by a socket's thread.
        await Task.Yield();
        var (idempotency, wrongKey) = operation.Method == HttpMethods.Post && !open
            ? IdempotencyKey.Read(http.Request, caller, bytes.Span)
            : (null, null);
        if (wrongKey is not null)
            return (null, wrongKey);
        var (body, wrongBody) = Fields(operation, bytes);
        if (body is null)
            return (null, wrongBody);
        if (load.RefuseLong(operation, caller, http.Response) is { } full)
            return (null, full);

        var input = new OperationInput(caller, requestId, http.Request.RouteValues["id"] as string ?? "", http.Request.RouteValues["item"] as string ?? "",
            new QueryFields(http.Request.Query), body, idempotency)
        {
            ClientIp = address,
            UserAgent = PlainText.Shortened(http.Request.Headers.UserAgent.ToString(), 200),
            BaseUrl = options.BaseUrl(),
            AcceptLanguage = http.Request.Headers.AcceptLanguage.ToString(),
            WantsEvents = http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase),
            FindAgain = async again =>
            {
                await using var db = database.CreateContext();
                return (await authenticate.FindAsync(db, token, organisation, time.GetUtcNow(), again)).Caller;
            },
            IfMatch = http.Request.Headers.IfMatch is { Count: > 0 } match ? match.ToString() : null,
        };
        return await run.RunAsync(operation, input, cancellation);
    }

    public static (BodyFields? Fields, Refusal? Refusal) Fields(Operation operation, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty && (operation.Body is null || operation.BodyOptional))
            return (BodyFields.Empty(), null);
        return StrictJson.Read(bytes, out var document) is { } refusal ? (null, refusal) : (new BodyFields(document!.RootElement), null);
    }

    private static Refusal Elsewhere(HttpContext http, IReadOnlyList<string> allowed)
    {
        if (allowed.Count == 0)
            return new Refusal(ErrorCodes.NotFound, "The routes of this API are listed at /openapi/v1.json.");
        http.Response.Headers.Allow = string.Join(", ", allowed);
        return new Refusal(ErrorCodes.MethodNotAllowed, $"Allowed are: {string.Join(", ", allowed)}.");
    }

    private async Task SendAsync(HttpContext http, RenderedAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        if (answer.ETag is not null)
            response.Headers.ETag = answer.ETag;
        if (answer.Location is not null)
            response.Headers.Location = answer.Location;
        if (answer.Replayed)
            response.Headers["idempotency-replayed"] = "true";
        if (answer.Streamed is { } streamed)
        {
            response.ContentType = streamed.MediaType;
            if (streamed.FileName.Length == 0)
            {
                await FollowAsync(http, streamed);
                return;
            }

            response.Headers.ContentDisposition = $"attachment; filename=\"{streamed.FileName}\"";
            await streamed.WriteAsync(response.Body, http.RequestAborted);
            return;
        }

        if (answer.Body.Length == 0)
            return;
        response.ContentType = answer.File?.MediaType ?? "application/json; charset=utf-8";
        if (answer.File is { } file)
            FileHeaders.Set(response.Headers, file);
        response.ContentLength = answer.Body.Length;
        await response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }

    /// <summary>What is read as it comes is held back by nobody, and ends in good order when this node stops.</summary>
    private async Task FollowAsync(HttpContext http, StreamedBody streamed)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // Asks the usual proxy not to wait for more either.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        await streamed.WriteAsync(http.Response.Body, ending.Token);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Management call {RequestId}: the database failed.")]
    private partial void LogStorage(Exception exception, string requestId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Management call {RequestId} failed. This is a defect; please report it.")]
    private partial void LogFailure(Exception exception, string requestId);
}
