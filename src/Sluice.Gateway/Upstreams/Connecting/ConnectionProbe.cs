using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;

namespace Sluice.Gateway.Upstreams.Connecting;

/// <summary>One step of a connection that was tried out.</summary>
/// <param name="Name"><c>resolve</c>, <c>connect</c> or <c>tls</c>.</param>
/// <param name="Failure">Why it did not succeed, or <see cref="UpstreamFailure.None"/>.</param>
/// <param name="Detail">What was found, or what went wrong; for the operator, without secrets.</param>
public sealed record ConnectionStep(string Name, UpstreamFailure Failure, TimeSpan Took, string Detail);

/// <summary>Tries a connection out, one step after the other and each with its time, by the same connector and rules as every other. Sends nothing but a TLS greeting.</summary>
public sealed class ConnectionProbe(UpstreamConnector connector, TimeProvider time)
{
    public static IReadOnlyList<string> Steps { get; } = ["resolve", "connect", "tls"];

    /// <summary>The steps as they end; the last one is the one that failed, or the last there is.</summary>
    public async IAsyncEnumerable<ConnectionStep> TryAsync(Uri url, ConnectRules rules, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<IPAddress> addresses = [];
        var resolve = await StepAsync("resolve", async () =>
        {
            addresses = await connector.ResolveAsync(rules, url.IdnHost, cancellationToken).ConfigureAwait(false);
            return string.Join(", ", addresses);
        }).ConfigureAwait(false);
        yield return resolve;
        if (resolve.Failure != UpstreamFailure.None) yield break;

        Socket? socket = null;
        try
        {
            var connect = await StepAsync("connect", async () =>
            {
                socket = await ConnectAsync(addresses, url.Port, rules, cancellationToken).ConfigureAwait(false);
                return $"{socket.RemoteEndPoint}";
            }).ConfigureAwait(false);
            yield return connect;
            if (connect.Failure != UpstreamFailure.None) yield break;
            yield return url.Scheme == Uri.UriSchemeHttps
                ? await StepAsync("tls", () => GreetAsync(socket!, url.IdnHost, rules.Timeout, cancellationToken)).ConfigureAwait(false)
                : new ConnectionStep("tls", UpstreamFailure.None, TimeSpan.Zero, "The address is plain http: there is no TLS.");
        }
        finally
        {
            socket?.Dispose();
        }
    }

    private async ValueTask<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, ConnectRules rules, CancellationToken cancellationToken)
    {
        var share = rules with { Timeout = rules.Timeout / addresses.Count };
        for (var i = 0; ; i++)
        {
            try
            {
                // An address that was checked, and is checked again: never the name.
                return await connector.ConnectAsync(share, addresses[i].ToString(), port, cancellationToken).ConfigureAwait(false);
            }
            catch (UpstreamException) when (i + 1 < addresses.Count)
            {
                // The next one may do.
            }
        }
    }

    private async Task<string> GreetAsync(Socket socket, string host, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        await using var _ = stream.ConfigureAwait(false);
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 }, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpstreamException(UpstreamFailure.Tls, false, $"{host} did not answer the TLS greeting within {timeout.TotalSeconds:0.###} s.");
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw new UpstreamException(UpstreamFailure.Tls, false, $"{host} showed no valid certificate for its name, or does not speak TLS on this port.", e);
        }

        var until = stream.RemoteCertificate is { } certificate ? $", certificate until {DateTime.Parse(certificate.GetExpirationDateString(), System.Globalization.CultureInfo.CurrentCulture).ToUniversalTime():yyyy-MM-dd}" : "";
        return $"{stream.SslProtocol}{until}";
    }

    private async ValueTask<ConnectionStep> StepAsync(string name, Func<Task<string>> step)
    {
        var began = time.GetTimestamp();
        try
        {
            var found = await step().ConfigureAwait(false);
            return new ConnectionStep(name, UpstreamFailure.None, time.GetElapsedTime(began), found);
        }
        catch (UpstreamException e)
        {
            return new ConnectionStep(name, e.Failure, time.GetElapsedTime(began), e.Message);
        }
    }
}
