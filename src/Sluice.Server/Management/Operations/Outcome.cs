using Sluice.Contracts.Errors;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Operations;

/// <summary>What an operation answers.</summary>
/// <param name="Body">A contract, or <see langword="null"/> for an answer without a body.</param>
/// <param name="Location">Path of the object that was made.</param>
internal sealed record Answer(object? Body, string? Location = null)
{
    /// <summary>Instead of a body: what is written piece by piece, after the operation is committed.</summary>
    public StreamedBody? Streamed { get; init; }
}

/// <summary>A body that is written while it is read.</summary>
/// <param name="MediaType">With its character set.</param>
/// <param name="FileName">What it is saved as; ASCII without quotes.</param>
/// <param name="WriteAsync">Writes all of it. What it throws breaks the connection off, so that a part never passes for the whole.</param>
internal sealed record StreamedBody(string MediaType, string FileName, Func<Stream, CancellationToken, Task> WriteAsync);

/// <summary>An answer or a refusal. After a refusal nothing of the operation is kept.</summary>
internal readonly struct Outcome
{
    private Outcome(Answer? answer, Refusal? refusal) => (Answer, Refusal) = (answer, refusal);

    public Answer? Answer { get; }
    public Refusal? Refusal { get; }

    /// <summary>The one answer to an id that does not exist and to one that is somebody else's.</summary>
    public static Outcome NotFound => new Refusal(ErrorCodes.NotFound, "No object with this id exists.");

    public static Outcome Of(object? body, string? location = null) => new Answer(body, location);

    public static implicit operator Outcome(Answer answer) => new(answer, null);
    public static implicit operator Outcome(Refusal refusal) => new(null, refusal);
}
