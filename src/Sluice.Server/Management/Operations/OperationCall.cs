using System.Globalization;
using System.Net;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Operations;

/// <summary>Everything an operation has: who calls, what they sent, what they may see, and the house's tools.</summary>
internal sealed class OperationCall : Trace
{
    private InstallationScope? _installation;

    public required Caller Caller { get; init; }
    public required string RequestId { get; init; }
    /// <summary>Who the audit log says it was; an operation that finds out who its anonymous caller is sets it.</summary>
    public string ActorId { get => field ?? Caller.ActorId; set; }
    /// <summary>The <c>{id}</c> of the route; empty where there is none. Unchecked: it is only ever compared.</summary>
    public required string Id { get; init; }
    /// <summary>The <c>{item}</c> of the route, for what lies in an object.</summary>
    public string Item { get; init; } = "";
    public required QueryFields Query { get; init; }
    public required BodyFields Body { get; init; }
    /// <summary>The caller's part of the database; in a writing operation inside its transaction.</summary>
    public required OrganisationScope Data { get; init; }
    /// <summary>The people of the installation: for operations about accounts.</summary>
    public required AccountScope Accounts { get; init; }
    /// <summary>Everything of every organisation: for the operator's operations, and for nobody else.</summary>
    public InstallationScope Installation => _installation ??= OpenInstallation();
    /// <summary>Given by the host; used by <see cref="Installation"/>.</summary>
    public required Func<InstallationScope> OpenInstallation { private get; init; }
    /// <summary>Whether the caller is the console, which keeps a session's token in a cookie and never shows it.</summary>
    public bool KeepsCookie { get; init; }
    /// <summary>Where the call came from.</summary>
    public required IPAddress ClientIp { get; init; }
    /// <summary>What the caller's program calls itself, shortened.</summary>
    public string UserAgent { get; init; } = "";
    /// <summary>The languages that the reader likes, as <c>Accept-Language</c> says it.</summary>
    public string AcceptLanguage { get; init; } = "";
    /// <summary>Whether the caller asked for an event stream.</summary>
    public bool WantsEvents { get; init; }
    /// <summary>What <see cref="Operation.Prepare"/> found.</summary>
    public object? Prepared { get; set; }
    /// <summary>The version that <c>If-Match</c> names, or <see langword="null"/> for any.</summary>
    public string? IfMatch { get; init; }
    public required ManagementTools Tools { get; init; }
    /// <summary>Finds out anew who calls, for what goes on after the operation; <see langword="null"/> where the door cannot.</summary>
    public Func<CancellationToken, ValueTask<Caller?>>? FindAgain { get; init; }

    /// <summary>Whether the operation found everything as it was asked for, so that there is nothing to write or audit.</summary>
    public bool FoundAsAsked { get; private set; }

    /// <summary>What is wrong with body and query, asked for once all known members have been taken; <see langword="null"/> if nothing is.</summary>
    public Refusal? Refused()
    {
        Body.RefuseOthers();
        Query.RefuseOthers();
        return Refusal.Of([.. Body.Refusals, .. Query.Refusals]);
    }

    /// <summary>An entry for the audit log, written in the operation's transaction.</summary>
    /// <param name="action">Such as <c>key.created</c>.</param>
    /// <param name="subjectId">The object.</param>
    /// <param name="detail">What changed; never a secret or a hash.</param>
    public void Audit(string action, string subjectId, params IReadOnlyList<(string Name, object? Value)> detail) =>
        AuditIn(null, action, subjectId, detail);

    /// <summary>Refuses a change to another version than the caller knows. To be asked once the object is found.</summary>
    public Refusal? OtherVersion(long version) => IfMatch is null or "*" || IfMatch == ETag(version)
        ? null
        : new Refusal(ErrorCodes.PreconditionFailed, $"It is in version {ETag(version)} now. Get it again, and decide anew.");

    public static string ETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The time of a change: later than the last one, so that each has a version of its own.</summary>
    public long Touch(long lastMs) => Math.Max(NowMs, lastMs + 1);

    /// <summary>A write that is true already: revoking what is revoked.</summary>
    public Outcome AsItWas(object? body)
    {
        FoundAsAsked = true;
        return new Answer(body);
    }

    public static string Path(string collection, string id) => string.Create(CultureInfo.InvariantCulture, $"/api/v1/{collection}/{id}");
}
