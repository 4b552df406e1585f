using System.Net;
using Sluice.Gateway;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>The call that is asked about.</summary>
/// <param name="Key">As the gateway reads it; <see langword="null"/> where it cannot be understood and so does not work.</param>
/// <param name="Model">Empty where the endpoint names none, and where a recorded call was stopped before its body was read.</param>
/// <param name="Address">IPv4 as such, never mapped; <see langword="null"/> where none was named.</param>
/// <param name="Tokens">What the call may use.</param>
internal sealed record DiagnosedCall(string KeyId, ApiKey? Key, ModelEndpoint Endpoint, string Model, IPAddress? Address, long Tokens)
{
    /// <summary>Whether a model would be named, but which is not known.</summary>
    public bool LacksModel => Model.Length == 0 && !Endpoint.IsQuestion;

    /// <summary>What callers reach this installation as; <see langword="null"/> where that is not asked about.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>The real call at the end, or <see langword="null"/> for none.</summary>
    public RealCall? Real { get; init; }

    /// <summary>Whether whoever asks sees upstreams that are switched off.</summary>
    public bool SeesUpstreams { get; init; }
}

/// <summary>Who makes the call at the end, and from where.</summary>
/// <param name="MadeWith">Their session or token.</param>
internal sealed record RealCall(string ActorId, string? MadeWith, string OrganisationId, IPAddress From);
