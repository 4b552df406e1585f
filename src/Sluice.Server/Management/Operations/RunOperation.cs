using System.Net;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Idempotency;
using Sluice.Server.Management.Intake;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Operations;

/// <summary>What the door gives to an operation.</summary>
/// <param name="Id">The <c>{id}</c> of the route, or empty.</param>
/// <param name="Idempotency">The caller's Idempotency-Key with what it stands for, or <see langword="null"/>.</param>
/// <param name="Item">The <c>{item}</c> of the route, or empty.</param>
internal sealed record OperationInput(Caller Caller, string RequestId, string Id, string Item, QueryFields Query, BodyFields Body, IdempotencyKey? Idempotency)
{
    public required IPAddress ClientIp { get; init; }
    public required string UserAgent { get; init; }
    public required string BaseUrl { get; init; }
    public string AcceptLanguage { get; init; } = "";
    public string? IfMatch { get; init; }
    public bool WantsEvents { get; init; }
    public bool KeepsCookie { get; init; }
    /// <summary>Finds out anew who calls; it gives nobody for who is not let in any more.</summary>
    public Func<CancellationToken, ValueTask<Caller?>>? FindAgain { get; init; }
}

/// <summary>An answer ready to be sent.</summary>
internal sealed record RenderedAnswer(int Status, byte[] Body, string? Location, bool Replayed = false, string? ETag = null, SessionChange? Session = null, StreamedBody? Streamed = null, AnsweredFile? File = null);

/// <summary>
/// Carries an operation out, whichever door it came through. A read gets a context of its own. A write runs alone, in one transaction
/// with its audit entries and its change notices; it returns when every listener of this node has seen the change.
/// </summary>
internal sealed class RunOperation(SluiceDatabase database, LeaveTrace trace, WriteGate gate, IdempotencyStore idempotency, ManagementTools tools, AuthenticateCaller callers, TimeProvider time)
{
    public async ValueTask<(RenderedAnswer? Answer, Refusal? Refusal)> RunAsync(Operation operation, OperationInput input, CancellationToken cancellationToken)
    {
        if (Forbidden(operation, input.Caller) is { } forbidden)
            return (null, forbidden);
        if (!operation.Writes)
            return await ReadAsync(operation, input, cancellationToken);
        object? prepared = null;
        if (operation.Prepare is { } prepare)
        {
            await using var db = database.CreateContext();
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            var call = Call(operation, input, db, cancellationToken);
            if (await prepare(call) is { } refusal)
                return (null, refusal);
            prepared = call.Prepared;
        }

        try
        {
            return await WriteAsync(operation, input, prepared, cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Another node wrote the same at the same moment (a name, an Idempotency-Key). Its row is there now, so the checks will find it.
            return await WriteAsync(operation, input, prepared, cancellationToken);
        }
    }

    private static Refusal? Forbidden(Operation operation, Caller caller)
    {
        if (operation.Open is null && operation.NeedsPerson && caller.AccountId is null)
            return new Refusal(ErrorCodes.PermissionDenied, "It is about a person; this is an organisation's own token. Sign in, or use a person's token.");
        if (operation.Permission is not { } permission)
            return null;
        if (caller.OrganisationId.Length == 0)
            return new Refusal(ErrorCodes.PermissionDenied, $"It needs '{permission}' in an organisation, and the caller belongs to none. Create one, or accept an invitation.");
        if (!caller.May(permission))
        {
            return new Refusal(ErrorCodes.PermissionDenied, Permissions.IsOperators(permission) && !caller.IsOperator
                ? $"It needs '{permission}', which only the operator's organisation has."
                : $"It needs '{permission}', which {(caller.TokenId is null ? "no role of the caller" : "this token or the role behind it")} gives. Whoever manages roles in the organisation can give it.");
        }

        return operation.WholeOrganisation && caller.Rights.ProjectsOf(permission) is not null
            ? new Refusal(ErrorCodes.PermissionDenied, $"It needs '{permission}' in the whole organisation; the caller has it in some projects only.")
            : null;
    }

    private async ValueTask<(RenderedAnswer?, Refusal?)> ReadAsync(Operation operation, OperationInput input, CancellationToken cancellationToken)
    {
        await using var db = database.CreateContext();
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        var outcome = await operation.Run(Call(operation, input, db, cancellationToken));
        return outcome.Refusal is { } refusal ? (null, refusal) : (Render(operation, outcome.Answer!), null);
    }

    private async ValueTask<(RenderedAnswer?, Refusal?)> WriteAsync(Operation operation, OperationInput input, object? prepared, CancellationToken cancellationToken)
    {
        OperationCall call;
        RenderedAnswer? answer = null;
        Refusal? refusal;
        using (await gate.EnterAsync(cancellationToken))
        {
            await using var db = database.CreateContext();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (input.Idempotency is { } key && await idempotency.FindAsync(db, key, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken) is { } earlier)
                return earlier;

            call = Call(operation, input, db, cancellationToken);
            call.Prepared = prepared;
            var outcome = await operation.Run(call);
            refusal = outcome.Refusal;
            if (refusal is not null && !outcome.KeepsWrites)
                return (null, refusal);

            if (call.Acts.Count == 0 && !call.FoundAsAsked && refusal is null)
                throw new InvalidOperationException($"The operation '{operation.Name}' changed something without an audit entry.");
            answer = outcome.Answer is { } given ? Render(operation, given) : null;
            // What people without an organisation do stands in the operator's log.
            var own = input.Caller.OrganisationId.Length > 0 ? input.Caller.OrganisationId : await callers.OperatorOrganisationAsync(db, cancellationToken);
            await trace.AddAsync(db, call, call.ActorId, own);
            if (input.Idempotency is { } used && answer is not null)
                idempotency.Keep(db, used, answer, call.NowMs);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await trace.TellAsync(call, $"Management call {input.RequestId} ({operation.Name})");
        return (answer, refusal);
    }

    private OperationCall Call(Operation operation, OperationInput input, SluiceDb db, CancellationToken cancellationToken) => new()
    {
        Caller = input.Caller,
        RequestId = input.RequestId,
        Id = input.Id,
        Item = input.Item,
        ClientIp = input.ClientIp,
        UserAgent = input.UserAgent,
        BaseUrl = input.BaseUrl,
        IfMatch = input.IfMatch,
        WantsEvents = input.WantsEvents,
        KeepsCookie = input.KeepsCookie,
        FindAgain = input.FindAgain,
        AcceptLanguage = input.AcceptLanguage,
        Accounts = new AccountScope(db, input.Caller),
        OpenInstallation = () => new InstallationScope(db, input.Caller),
        Query = input.Query,
        Body = input.Body,
        Data = new OrganisationScope(db, input.Caller, operation.Permission is { } permission && Permissions.IsInProjects(permission) ? input.Caller.Rights.ProjectsOf(permission) : null),
        Tools = tools,
        Now = time.GetUtcNow(),
        CancellationToken = cancellationToken,
    };

    private static RenderedAnswer Render(Operation operation, Answer answer) =>
        new(operation.Status, answer.File is { } file ? file.Content : answer.Body is null ? [] : ManagementAnswers.Write(answer.Body), answer.Location,
            ETag: answer.Version is { } version ? OperationCall.ETag(version) : null, Session: answer.Session, Streamed: answer.Streamed, File: answer.File);
}
