using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Refusal = Sluice.Gateway.Refusal;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>What one step came to.</summary>
/// <param name="Detail">For whoever asks; nothing of other organisations, no credential, no address of an upstream.</param>
/// <param name="Refusal">What a call would be refused with.</param>
internal sealed record Finding(string Verdict, string Detail, Refusal? Refusal = null)
{
    /// <summary>The catalogue's, where <see langword="null"/>.</summary>
    public string? Action { get; init; }
    public string? Target { get; init; }
    public string? Value { get; init; }
    public DateTimeOffset? RetryAt { get; init; }

    public static Finding Pass(string detail) => new(StepVerdicts.Pass, detail);

    public static Finding NotReached(string detail) => new(StepVerdicts.NotReached, detail);

    public static Finding Fail(Refusal refusal) => new(StepVerdicts.Fail, refusal.Message, refusal);

    public DiagnosisStepAnswer Answer(string name, TimeSpan took)
    {
        var failed = Verdict == StepVerdicts.Fail;
        var remedy = failed && Refusal is not null ? RemedyOf(Refusal.Error.Code) : null;
        return new DiagnosisStepAnswer
        {
            Name = name,
            Verdict = Verdict,
            Milliseconds = Verdict == StepVerdicts.NotReached ? null : Math.Round(took.TotalMilliseconds, 3),
            Detail = Detail,
            Code = failed ? Refusal?.Error.Code : null,
            Remedy = remedy?.Sentence,
            Action = remedy is null ? null : new RemedyActionAnswer { Kind = Action ?? remedy.Action, Target = Target, Value = Value },
            RetryAt = RetryAt,
        };
    }

    /// <summary>The catalogue's remedy; for a code of an upstream's own, what can be said of all of them.</summary>
    public static ErrorRemedy RemedyOf(string code) => ErrorRemedies.Find(code)?.Remedy
        ?? new ErrorRemedy("The upstream refused the request itself: correct what its message names.", ErrorActions.CorrectRequest);
}
