using System.Globalization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Operations;

/// <summary>Everything an operation has: who calls, what they sent, what they may see, and the house's tools.</summary>
internal sealed class OperationCall
{
    private readonly List<AuditedAct> _acts = [];
    private readonly List<(string Kind, string SubjectId)> _changes = [];

    public required Caller Caller { get; init; }
    public required string RequestId { get; init; }
    /// <summary>The <c>{id}</c> of the route; empty where there is none. Unchecked: it is only ever compared.</summary>
    public required string Id { get; init; }
    public required QueryFields Query { get; init; }
    public required BodyFields Body { get; init; }
    /// <summary>The caller's part of the database; in a writing operation inside its transaction.</summary>
    public required OrganisationScope Data { get; init; }
    public required ManagementTools Tools { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required CancellationToken CancellationToken { get; init; }

    public long NowMs => Now.ToUnixTimeMilliseconds();

    public IReadOnlyList<AuditedAct> Acts => _acts;
    public IReadOnlyList<(string Kind, string SubjectId)> Changes => _changes;

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
        _acts.Add(new AuditedAct(action, subjectId, detail));

    /// <summary>Says to every node, before the answer goes out, that a key is no longer what they remember.</summary>
    public void KeyChanged(string keyId) => _changes.Add((ChangeKinds.Key, keyId));

    /// <summary>Says to every node, before the answer goes out, that an upstream is no longer what they remember.</summary>
    public void UpstreamChanged(string upstreamId) => _changes.Add((ChangeKinds.Upstream, upstreamId));

    /// <summary>A write that is true already: revoking what is revoked.</summary>
    public Outcome AsItWas(object? body)
    {
        FoundAsAsked = true;
        return new Answer(body);
    }

    public static string Path(string collection, string id) => string.Create(CultureInfo.InvariantCulture, $"/api/v1/{collection}/{id}");
}

/// <summary>One act as the audit log will hold it.</summary>
internal sealed record AuditedAct(string Action, string SubjectId, IReadOnlyList<(string Name, object? Value)> Detail);

internal static class ChangeKinds
{
    public const string Key = "key";
    public const string Upstream = "upstream";
}
