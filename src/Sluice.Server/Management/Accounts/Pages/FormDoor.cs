using System.Buffers;
using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts.Pages;

/// <summary>
/// The door for forms on pages without scripts: the same operations as over the API, under the same checks and limits. A form's fields become the operation's body;
/// where a person is needed, the session's cookie tells who it is.
/// </summary>
internal sealed partial class FormDoor(RunOperation run, AuthenticateCaller authenticate, SluiceDatabase database, ManagementLoad load, StrangerLoad strangers, ManagementOptions options, TimeProvider time,
    ILogger<FormDoor> log)
{
    private const int BytesMax = 64 * 1024;

    /// <summary>The fields of a form that was sent, or <see langword="null"/> where something else was.</summary>
    public static async Task<IReadOnlyDictionary<string, string>?> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentType is not { } type || !type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return null;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = BytesMax;
        try
        {
            var form = await http.Request.ReadFormAsync(new FormOptions { ValueCountLimit = 20, KeyLengthLimit = 100, ValueLengthLimit = 8192, BufferBody = false }, http.RequestAborted);
            return form.ToDictionary(static f => f.Key, static f => f.Value.ToString(), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Carries an operation out for whoever sent the form. Empty fields count as left out.</summary>
    public async Task<(RenderedAnswer? Answer, Refusal? Refusal)> SubmitAsync(HttpContext http, Operation operation, IReadOnlyDictionary<string, string> fields)
    {
        if (CrossSite.Refusal(http.Request) is { } foreign)
            return (null, foreign);
        var address = options.ClientAddress(http);
        if (!strangers.TryEnter(address, out var retryAfter))
            return (null, new Refusal(ErrorCodes.RateLimitExceeded, $"Too many calls came from this address. Come back in {retryAfter} s.") { RetryAfter = retryAfter });
        using var room = await load.EnterAsync(http.RequestAborted);
        if (!room.IsAcquired)
            return (null, new Refusal(ErrorCodes.Overloaded));
        // Off the socket's thread: EF Core on SQLite works on the calling one.
        await Task.Yield();
        var requestId = ObjectId.New(ObjectId.Request, time.GetUtcNow());
        http.Response.Headers["x-request-id"] = requestId;
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

        if (StrictJson.Read(Json(fields), out var body) is { } unfit)
            return (null, unfit);
        var input = new OperationInput(caller, requestId, "", "", new QueryFields(QueryCollection.Empty), new BodyFields(body!.RootElement), null)
        {
            ClientIp = address,
            UserAgent = PlainText.Shortened(http.Request.Headers.UserAgent.ToString(), 200),
            BaseUrl = options.BaseUrl(),
        };
        try
        {
            return await run.RunAsync(operation, input, http.RequestAborted);
        }
        catch (Exception e) when (e is DbException or DbUpdateException or TimeoutException)
        {
            LogStorage(e, requestId);
            return (null, new Refusal(ErrorCodes.StorageUnavailable));
        }
    }

    private static ReadOnlyMemory<byte> Json(IReadOnlyDictionary<string, string> fields)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields.Where(static f => f.Value.Length > 0))
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Form {RequestId}: the database failed.")]
    private partial void LogStorage(Exception exception, string requestId);
}
