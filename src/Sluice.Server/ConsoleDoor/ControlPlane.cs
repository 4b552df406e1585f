using System.Collections.Frozen;
using System.Data.Common;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Sluice.Console.Door;
using Sluice.Contracts.Errors;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Http;
using Sluice.Server.Management.Idempotency;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.ConsoleDoor;

/// <summary>
/// The console's door to the operations: the same table, order of checks, rooms and rates as the HTTP door's, with the person found by the session's cookie.
/// </summary>
internal sealed partial class ControlPlane(RunOperation run, AuthenticateCaller authenticate, SluiceDatabase database, ManagementLoad load, StrangerLoad strangers, ManagementOptions options, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<ControlPlane> log) : IControlPlane
{
    private static readonly FrozenDictionary<(string Method, int Segments), (Operation Operation, string[] Path)[]> Table = ManagementRoutes.All
        .Select(static o => (Operation: o, Path: RoutePatternFactory.Parse(o.Path).PathSegments.Select(Segment).ToArray()))
        .GroupBy(static o => (o.Operation.Method, o.Path.Length))
        .ToFrozenDictionary(static g => g.Key, static g => g.OrderByDescending(static o => o.Path.Count(static s => s[0] != '{')).ToArray());

    public string BaseUrl => options.BaseUrl();

    public bool HasSession(HttpContext http) => SessionCookie.TryRead(http.Request, out _);

    public string ClientAddress(HttpContext http) => options.ClientAddress(http).ToString();

    public async ValueTask<ControlReply> SendAsync(HttpContext http, ControlRequest request)
    {
        var requestId = ObjectId.New(ObjectId.Request, time.GetUtcNow());
        Refusal? refusal;
        try
        {
            (var answer, refusal) = await WorkAsync(http, request, requestId);
            if (answer is not null)
                return Taken(http, answer);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is DbException or DbUpdateException or TimeoutException)
        {
            LogStorage(e, requestId);
            refusal = new Refusal(ErrorCodes.StorageUnavailable);
        }
#pragma warning disable CA1031 // As at the HTTP door: the reader gets a clear answer in the place of what failed, and the operator the cause.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailure(e, requestId);
            refusal = new Refusal(ErrorCodes.InternalError);
        }

        return new ControlReply(refusal!.Code.Status, default) { Problem = Problem.Body(refusal, requestId) };
    }

    private async ValueTask<(RenderedAnswer? Answer, Refusal? Refusal)> WorkAsync(HttpContext http, ControlRequest request, string requestId)
    {
        var question = request.Path.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? request.Path : request.Path[..question];
        if (Find(request.Method, path, out var id, out var item) is not { } operation)
            return (null, new Refusal(ErrorCodes.NotFound));
        if (CrossSite.Refusal(http.Request) is { } foreign)
            return (null, foreign);
        var address = options.ClientAddress(http);
        // A page that is only opened changes nothing, whoever led there.
        if (operation.Writes && operation.Method != HttpMethods.Get && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)))
            throw new InvalidOperationException($"A page called the operation '{operation.Name}', which writes, without a form that was sent.");
        // Reading what everybody may read is part of showing a page; asking about a secret is not.
        if (operation.Open is not null && operation.Method != HttpMethods.Get && !strangers.TryEnter(address, out var retryAfter))
            return (null, new Refusal(ErrorCodes.RateLimitExceeded, $"Too many calls came from this address. Come back in {retryAfter} s.") { RetryAfter = retryAfter });
        using var room = await load.EnterAsync(http.RequestAborted);
        if (!room.IsAcquired)
            return (null, new Refusal(ErrorCodes.Overloaded));

        var caller = Caller.Anonymous;
        if (operation.Open is null)
        {
            if (!SessionCookie.TryRead(http.Request, out var token))
                return (null, new Refusal(ErrorCodes.MissingManagementToken));
            await using var db = database.CreateContext();
            var (found, unknown) = await authenticate.FindAsync(db, token, "", time.GetUtcNow(), http.RequestAborted);
            if (found is null)
                return (null, unknown);
            caller = found;
        }

        if (request.Body.Length > operation.BodyBytesMax)
            return (null, new Refusal(ErrorCodes.BodyTooLarge, $"At most {operation.BodyBytesMax} bytes are read here."));
        var (idempotency, wrong) = operation.Method == HttpMethods.Post && operation.Open is null && request.IdempotencyKey is { } key
            ? IdempotencyKey.Of(key, caller, operation.Method, ManagementRoutes.Root + path, request.Body.Span)
            : (null, null);
        if (wrong is not null)
            return (null, wrong);
        var (body, unfit) = OperationEndpoint.Fields(operation, request.Body);
        if (body is null)
            return (null, unfit);
        if (load.RefuseLong(operation, caller, http.Response) is { } full)
            return (null, full);

        return await run.RunAsync(operation, new OperationInput(caller, requestId, id, item,
            new QueryFields(new QueryCollection(QueryHelpers.ParseQuery(question < 0 ? "" : request.Path[question..]))), body, idempotency)
        {
            ClientIp = address,
            UserAgent = PlainText.Shortened(http.Request.Headers.UserAgent.ToString(), 200),
            BaseUrl = options.BaseUrl(),
            AcceptLanguage = http.Request.Headers.AcceptLanguage.ToString(),
            IfMatch = request.IfMatch,
            WantsEvents = request.WantsEvents,
            KeepsCookie = true,
            FindAgain = async again =>
            {
                if (!SessionCookie.TryRead(http.Request, out var token)) return null;
                await using var db = database.CreateContext();
                return (await authenticate.FindAsync(db, token, "", time.GetUtcNow(), again)).Caller;
            },
        }, http.RequestAborted);
    }

    private ControlReply Taken(HttpContext http, RenderedAnswer answer)
    {
        if (answer.Session is { } session)
        {
            if (session.Token is { } token) SessionCookie.Set(http, token.Reveal(), session.Expires);
            else SessionCookie.Clear(http);
        }

        return new ControlReply(answer.Status, answer.Body)
        {
            ETag = answer.ETag,
            Replayed = answer.Replayed,
            Write = answer.Streamed is { } streamed ? (body, cancellation) => WriteAsync(streamed, body, cancellation) : null,
            MediaType = answer.Streamed?.MediaType ?? answer.File?.MediaType,
            FileName = answer.Streamed?.FileName ?? answer.File?.FileName,
        };
    }

    // What is read as it comes ends in good order when this node stops.
    private async Task WriteAsync(StreamedBody streamed, Stream body, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await streamed.WriteAsync(body, ending.Token);
    }

    private static Operation? Find(string method, string path, out string id, out string item)
    {
        (id, item) = ("", "");
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!Table.TryGetValue((method, segments.Length), out var candidates))
            return null;
        foreach (var (operation, pattern) in candidates)
        {
            if (!pattern.Zip(segments).All(static s => s.First[0] == '{' || s.First == s.Second))
                continue;
            for (var i = 0; i < pattern.Length; i++)
            {
                if (pattern[i] == "{id}") id = Uri.UnescapeDataString(segments[i]);
                if (pattern[i] == "{item}") item = Uri.UnescapeDataString(segments[i]);
            }

            return operation;
        }

        return null;
    }

    private static string Segment(RoutePatternPathSegment segment) => segment.Parts[0] switch
    {
        RoutePatternParameterPart parameter => "{" + parameter.Name + "}",
        RoutePatternLiteralPart literal => literal.Content,
        _ => throw new InvalidOperationException("A route of the management API has a segment that is neither a word nor a parameter."),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Console {RequestId}: the database failed.")]
    private partial void LogStorage(Exception exception, string requestId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Console {RequestId} failed. This is a defect; please report it.")]
    private partial void LogFailure(Exception exception, string requestId);
}
