using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Idempotency;
using Sluice.Server.Management.Intake;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Management.Operations;

/// <summary>What the door gives to an operation.</summary>
/// <param name="Id">The <c>{id}</c> of the route, or empty.</param>
/// <param name="Idempotency">The caller's Idempotency-Key with what it stands for, or <see langword="null"/>.</param>
internal sealed record OperationInput(Caller Caller, string RequestId, string Id, QueryFields Query, BodyFields Body, IdempotencyKey? Idempotency);

/// <summary>An answer ready to be sent.</summary>
internal sealed record RenderedAnswer(int Status, byte[] Body, string? Location, bool Replayed = false, StreamedBody? Streamed = null);

/// <summary>
/// Carries an operation out, whichever door it came through. A read gets a context of its own. A write runs alone, in one transaction
/// with its audit entries and its change notices; it returns when every listener of this node has seen the change.
/// </summary>
internal sealed partial class RunOperation(SluiceDatabase database, AuditChain audit, ChangeFeed changes, WriteGate gate, IdempotencyStore idempotency, ManagementTools tools, TimeProvider time,
    ILogger<RunOperation> log)
{
    public async ValueTask<(RenderedAnswer? Answer, Refusal? Refusal)> RunAsync(Operation operation, OperationInput input, CancellationToken cancellationToken)
    {
        if (operation.Permission is { } permission && !input.Caller.May(permission))
            return (null, new Refusal(ErrorCodes.PermissionDenied, $"It needs '{permission}', which only the operator's organisation has."));
        if (!operation.Writes)
            return await ReadAsync(operation, input, cancellationToken);
        try
        {
            return await WriteAsync(operation, input, cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Another node wrote the same at the same moment (a name, an Idempotency-Key). Its row is there now, so the checks will find it.
            return await WriteAsync(operation, input, cancellationToken);
        }
    }

    private async ValueTask<(RenderedAnswer?, Refusal?)> ReadAsync(Operation operation, OperationInput input, CancellationToken cancellationToken)
    {
        await using var db = database.CreateContext();
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        var outcome = await operation.Run(Call(operation, input, db, cancellationToken));
        return outcome.Refusal is { } refusal ? (null, refusal) : (Render(operation, outcome.Answer!), null);
    }

    private async ValueTask<(RenderedAnswer?, Refusal?)> WriteAsync(Operation operation, OperationInput input, CancellationToken cancellationToken)
    {
        OperationCall call;
        RenderedAnswer answer;
        using (await gate.EnterAsync(cancellationToken))
        {
            await using var db = database.CreateContext();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (input.Idempotency is { } key && await idempotency.FindAsync(db, key, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken) is { } earlier)
                return earlier;

            call = Call(operation, input, db, cancellationToken);
            var outcome = await operation.Run(call);
            if (outcome.Refusal is { } refusal)
                return (null, refusal);

            if (call.Acts.Count == 0 && !call.FoundAsAsked)
                throw new InvalidOperationException($"The operation '{operation.Name}' changed something without an audit entry.");
            answer = Render(operation, outcome.Answer!);
            foreach (var act in call.Acts)
                await audit.AppendAsync(db, input.Caller.OrganisationId, input.Caller.TokenId, act.Action, act.SubjectId, Detail(act), cancellationToken);
            foreach (var (kind, subjectId) in call.Changes)
                db.Changes.Add(new ChangeRow { Kind = kind, SubjectId = subjectId, AtMs = call.NowMs });
            if (input.Idempotency is { } used)
                idempotency.Keep(db, used, answer, call.NowMs);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        if (call.Changes.Count > 0)
            await PublishAsync(operation, input.RequestId);
        return (answer, null);
    }

    private async ValueTask PublishAsync(Operation operation, string requestId)
    {
        try
        {
            // The change is a fact: it is told even if the caller has gone.
            await changes.PublishedAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever a listener throws, the change is committed, and an answer with a new secret must not be lost. The feed tells again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogUntold(e, operation.Name, requestId);
        }
    }

    private OperationCall Call(Operation operation, OperationInput input, SluiceDb db, CancellationToken cancellationToken) => new()
    {
        Caller = input.Caller,
        RequestId = input.RequestId,
        Id = input.Id,
        Query = input.Query,
        Body = input.Body,
        Data = new OrganisationScope(db, input.Caller),
        Tools = tools,
        Now = time.GetUtcNow(),
        CancellationToken = cancellationToken,
    };

    private static RenderedAnswer Render(Operation operation, Answer answer) =>
        new(operation.Status, answer.Body is null ? [] : ManagementAnswers.Write(answer.Body), answer.Location, Streamed: answer.Streamed);

    private static string Detail(AuditedAct act)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, value) in act.Detail)
            {
                json.WritePropertyName(name);
                switch (value)
                {
                    case null:
                        json.WriteNullValue();
                        break;
                    case string text:
                        json.WriteStringValue(text);
                        break;
                    case bool flag:
                        json.WriteBooleanValue(flag);
                        break;
                    case int or long:
                        json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                        break;
                    case IEnumerable<string> list:
                        json.WriteStartArray();
                        foreach (var text in list)
                            json.WriteStringValue(text);
                        json.WriteEndArray();
                        break;
                    default:
                        throw new InvalidOperationException($"An audit entry cannot hold a {value.GetType().Name}.");
                }
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Management call {RequestId} ({Operation}) is committed, but this node could not take the change in yet. It is tried again.")]
    private partial void LogUntold(Exception exception, string operation, string requestId);
}
