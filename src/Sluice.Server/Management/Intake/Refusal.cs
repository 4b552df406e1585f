using Sluice.Contracts.Errors;

namespace Sluice.Server.Management.Intake;

/// <summary>One member, parameter or header that was not accepted.</summary>
/// <param name="Field">Where it stands, such as <c>limits.callsPerDay</c> or <c>allowedNetworks[2]</c>.</param>
/// <param name="Code">What is wrong with it.</param>
/// <param name="Message">What is wrong and what is allowed, in one or two sentences.</param>
internal sealed record FieldRefusal(string Field, ErrorCode Code, string Message);

/// <summary>Why an operation was not carried out: a value, not an exception. Nothing of it has been written.</summary>
/// <param name="Code">Decides the status.</param>
/// <param name="Detail">Follows the code's own sentence; says where it happened and what to do.</param>
/// <param name="Fields">The members that are to blame, in the order of the body.</param>
internal sealed record Refusal(ErrorCode Code, string? Detail = null, IReadOnlyList<FieldRefusal>? Fields = null)
{
    /// <summary>Seconds after which it is worth trying again, where that is known.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>All field refusals as one; the first one's code stands for all.</summary>
    public static Refusal? Of(IReadOnlyList<FieldRefusal> fields) =>
        fields.Count == 0 ? null : new Refusal(fields[0].Code, fields[0].Message, fields);
}
