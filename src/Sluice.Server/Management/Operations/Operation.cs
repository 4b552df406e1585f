using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Operations;

/// <summary>
/// One thing the control plane can do: where it is found, what it needs, how it is described, and the act itself. API, console and
/// command line are doors to the same operations; checks, transaction and audit are around the act, not in the doors.
/// </summary>
internal sealed record Operation
{
    /// <summary>Name of the operation, lower camel case, stable: generated clients are named by it.</summary>
    public required string Name { get; init; }
    /// <summary>HTTP method.</summary>
    public required string Method { get; init; }
    /// <summary>Route below <c>/api/v1</c>, with <c>{id}</c> where an object is named.</summary>
    public required string Path { get; init; }
    /// <summary>What the caller must be allowed to do; <see langword="null"/> for operations about the caller itself.</summary>
    public required string? Permission { get; init; }
    /// <summary>Why it needs no caller, where it needs none: then strangers may call it, at a bounded rate for each address.</summary>
    public string? Open { get; init; }
    /// <summary>Whether a permission that reaches some projects only is not enough: making a project, for one.</summary>
    public bool WholeOrganisation { get; init; }
    /// <summary>Whether it is about a person, so that an organisation's own token cannot call it.</summary>
    public bool NeedsPerson { get; init; }
    public required string Summary { get; init; }
    /// <summary>What a reader of the API description should know beyond the summary.</summary>
    public string? Description { get; init; }
    /// <summary>The contract of the body; <see langword="null"/> where none is read.</summary>
    public Type? Body { get; init; }
    /// <summary>Largest body, bytes: more where a file comes with it.</summary>
    public int BodyBytesMax { get; init; } = Http.JsonBody.BytesMax;
    /// <summary>Whether the body may be left out.</summary>
    public bool BodyOptional { get; init; }
    /// <summary>An example of the body, as JSON.</summary>
    public string? BodyExample { get; init; }
    /// <summary>Query parameters and what they do.</summary>
    public IReadOnlyList<QueryParameter> Query { get; init; } = [];
    /// <summary>The contract of the answer; <see langword="null"/> where there is no body.</summary>
    public Type? Answer { get; init; }
    /// <summary>Media types of an answer that is streamed; empty where it is JSON.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];
    /// <summary>Whether it may wait for others for some seconds: it takes one of the few places that streams have.</summary>
    public bool TakesLong { get; init; }
    /// <summary>Whether the stream lasts until somebody ends it. Each caller has a few of these; exports and the like wait for none of them.</summary>
    public bool Live { get; init; }
    /// <summary>Status of success.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;
    /// <summary>Statuses of refusals beyond those that every operation has.</summary>
    public IReadOnlyList<int> Refuses { get; init; } = [];
    /// <summary>Whether it changes anything: then it runs in one transaction with its audit entries, and alone.</summary>
    public bool Writes { get; init; }
    /// <summary>
    /// What a write does before its turn comes, without changing anything: hashing a password, asking another server. Its finding goes into
    /// <see cref="OperationCall.Prepared"/>. What it read may have changed since: <see cref="Run"/> looks again.
    /// </summary>
    public Func<OperationCall, ValueTask<Refusal?>>? Prepare { get; init; }
    public required Func<OperationCall, ValueTask<Outcome>> Run { get; init; }
}

/// <summary>A query parameter as it is described.</summary>
/// <param name="Name">As it is spelled.</param>
/// <param name="Description">What it does and its default.</param>
/// <param name="Allowed">The values there are, or empty for any.</param>
internal sealed record QueryParameter(string Name, string Description, params IReadOnlyList<string> Allowed);
