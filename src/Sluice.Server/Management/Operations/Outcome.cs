using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Operations;

/// <summary>What an operation answers.</summary>
/// <param name="Body">A contract, or <see langword="null"/> for an answer without a body.</param>
/// <param name="Location">Path of the object that was made.</param>
/// <param name="Version">Which version of the object this is; becomes its ETag.</param>
/// <param name="Session">What becomes of the caller's session cookie.</param>
internal sealed record Answer(object? Body, string? Location = null, long? Version = null, SessionChange? Session = null)
{
    /// <summary>Instead of a body: what is written piece by piece, after the operation is committed.</summary>
    public StreamedBody? Streamed { get; init; }

    /// <summary>Instead of a body: an uploaded file.</summary>
    public AnsweredFile? File { get; init; }
}

/// <summary>A file as it is handed out: to be saved, never shown by the browser as a page of this site.</summary>
/// <param name="FileName">Cleaned when it was taken in.</param>
internal sealed record AnsweredFile(byte[] Content, string MediaType, string FileName);

/// <summary>A body that is written while it is read.</summary>
/// <param name="MediaType">With its character set.</param>
/// <param name="FileName">What it is saved as, ASCII without quotes; empty where it is not a file.</param>
/// <param name="WriteAsync">Writes all of it. What it throws breaks the connection off, so that a part never passes for the whole.</param>
internal sealed record StreamedBody(string MediaType, string FileName, Func<Stream, CancellationToken, Task> WriteAsync);

/// <summary>A cookie to set, or with no token one to take away.</summary>
internal sealed record SessionChange(PlainSecret? Token, DateTimeOffset Expires);

/// <summary>An answer or a refusal. After a refusal nothing of the operation is kept, unless it says so.</summary>
internal readonly struct Outcome
{
    private Outcome(Answer? answer, Refusal? refusal, bool keeps = false) => (Answer, Refusal, KeepsWrites) = (answer, refusal, keeps);

    public Answer? Answer { get; }
    public Refusal? Refusal { get; }

    /// <summary>Whether what was written is kept although the call was refused.</summary>
    public bool KeepsWrites { get; }

    /// <summary>The one answer to an id that does not exist and to one that is somebody else's.</summary>
    public static Outcome NotFound => new Refusal(ErrorCodes.NotFound, "No object with this id exists.");

    /// <summary>A refusal that leaves something behind: a counted attempt, a used-up code.</summary>
    public static Outcome Kept(Refusal refusal) => new(null, refusal, keeps: true);

    public static Outcome Of(object? body, string? location = null) => new Answer(body, location);

    public static implicit operator Outcome(Answer answer) => new(answer, null);
    public static implicit operator Outcome(Refusal refusal) => new(null, refusal);
}
