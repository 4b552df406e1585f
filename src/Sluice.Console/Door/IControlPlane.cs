using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Management;

namespace Sluice.Console.Door;

/// <summary>
/// The one way from the console to the control plane: the operations of the management API, with the same checks, transaction and audit. The caller is found
/// by the session cookie of the page's own request; cookies that an operation sets or takes away are set on the page's answer.
/// </summary>
public interface IControlPlane
{
    /// <summary>Carries an operation out. Never throws for what the caller did wrong: that is a problem in the reply.</summary>
    ValueTask<ControlReply> SendAsync(HttpContext http, ControlRequest request);

    /// <summary>Whether the page's request comes with a session's cookie; whether it still holds is found out by the first operation.</summary>
    bool HasSession(HttpContext http);

    /// <summary>Where callers reach this installation, without a trailing slash.</summary>
    string BaseUrl { get; }

    /// <summary>The caller's address, behind trusted proxies too.</summary>
    string ClientAddress(HttpContext http);
}

/// <summary>What an operation is asked.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Below <c>/api/v1</c>, with its query: <c>/keys?limit=20</c>.</param>
/// <param name="Body">JSON, or empty.</param>
public sealed record ControlRequest(string Method, string Path, ReadOnlyMemory<byte> Body = default)
{
    /// <summary>Makes a repeated form harmless; 1–200 characters.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The version that the page was made from, as the reply's <see cref="ControlReply.ETag"/> gave it.</summary>
    public string? IfMatch { get; init; }

    /// <summary>Whether an answer that comes in steps is wanted as server-sent events.</summary>
    public bool WantsEvents { get; init; }
}

/// <summary>What an operation answered.</summary>
public sealed record ControlReply(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>What went wrong; <see langword="null"/> on success.</summary>
    public ProblemBody? Problem { get; init; }

    public string? ETag { get; init; }

    /// <summary>Whether it was answered before: nothing was done again, and a secret is not in it.</summary>
    public bool Replayed { get; init; }

    /// <summary>Instead of a body: writes it, for files and streams.</summary>
    public Func<Stream, CancellationToken, Task>? Write { get; init; }

    public string? MediaType { get; init; }

    public string? FileName { get; init; }
}
