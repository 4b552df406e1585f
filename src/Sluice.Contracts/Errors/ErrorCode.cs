namespace Sluice.Contracts.Errors;

/// <summary>
/// One way in which Sluice refuses or fails a call: a stable code, its HTTP status and OpenAI <c>type</c>, and the one
/// public sentence that goes with it. The sentence may be followed by details of the case.
/// </summary>
/// <param name="Code">Lower snake case, stable for ever.</param>
/// <param name="Status">HTTP status, 400–599.</param>
/// <param name="Type">The <c>error.type</c> of the OpenAI error object.</param>
/// <param name="Sentence">What happened, in one sentence.</param>
/// <param name="Retry">What a client library should do: <see langword="false"/> sends <c>x-should-retry: false</c>.</param>
public sealed record ErrorCode(string Code, int Status, string Type, string Sentence, bool? Retry = null)
{
    /// <inheritdoc/>
    public override string ToString() => Code;
}
