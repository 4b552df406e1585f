using System.Globalization;
using Sluice.Contracts.Errors;

namespace Sluice.Gateway.Upstreams;

/// <summary>What the caller is told when an upstream fails.</summary>
public static class UpstreamErrors
{
    /// <summary>For a failure of the connection or its framing.</summary>
    public static Refusal Of(UpstreamFailure failure, Exchange exchange, bool afterFirstByte) => Of(failure, exchange.Candidate?.Definition, exchange.KeyEnded, afterFirstByte);

    /// <summary>The same, of an upstream that is asked without a call.</summary>
    public static Refusal Of(UpstreamFailure failure, UpstreamDefinition? definition, Refusal? keyEnded = null, bool afterFirstByte = false)
    {
        var name = definition?.Name ?? "upstream";
        var half = afterFirstByte ? " What came before it is incomplete; ask again." : "";
        return failure switch
        {
            UpstreamFailure.NameNotResolved => new(ErrorCodes.UpstreamConnect, $"The host name of upstream '{name}' could not be resolved."),
            UpstreamFailure.ForbiddenAddress => new(ErrorCodes.UpstreamForbiddenAddress, $"The operator can allow it for upstream '{name}' with allowPrivateAddress."),
            UpstreamFailure.ConnectRefused => new(ErrorCodes.UpstreamConnect, $"Upstream '{name}' refused the connection."),
            UpstreamFailure.ConnectTimeout => new(ErrorCodes.UpstreamTimeout, $"No connection to upstream '{name}' within {Seconds(definition?.ConnectTimeout)}."),
            UpstreamFailure.Tls => new(ErrorCodes.UpstreamTls, $"Upstream '{name}' showed no valid certificate for its name, or none at all."),
            UpstreamFailure.FirstByteTimeout => new(ErrorCodes.UpstreamTimeout, $"Upstream '{name}' sent nothing within {Seconds(definition?.FirstByteTimeout)}."),
            UpstreamFailure.IdleTimeout => new(ErrorCodes.UpstreamTimeout, $"Upstream '{name}' fell silent for {Seconds(definition?.IdleTimeout)}.{half}"),
            UpstreamFailure.Truncated => new(ErrorCodes.UpstreamTruncated, $"It was upstream '{name}'.{half}"),
            UpstreamFailure.Protocol => new(ErrorCodes.UpstreamProtocol, $"It was upstream '{name}'.{half}"),
            UpstreamFailure.TooLarge => new(ErrorCodes.UpstreamProtocol, $"Upstream '{name}' sent a head or an event larger than allowed.{half}"),
            UpstreamFailure.Draining => new(ErrorCodes.Draining),
            UpstreamFailure.KeyEnded when keyEnded is { } ended => ended with { Detail = $"{ended.Detail}{half}" },
            UpstreamFailure.CallerLeft => new(ErrorCodes.CallerLeft),
            _ => new(ErrorCodes.UpstreamError, $"It was upstream '{name}'."),
        };
    }

    /// <summary>This node cut the call, so the upstream may have billed it.</summary>
    public static bool IsCutHere(UpstreamFailure failure) => failure is UpstreamFailure.Draining or UpstreamFailure.KeyEnded;

    private static string Seconds(TimeSpan? span) => string.Create(CultureInfo.InvariantCulture, $"{span?.TotalSeconds ?? 0:0.###} s");
}
