using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Upstreams;

/// <summary>Bounds of the calls of one client.</summary>
public sealed record OperatorHttpRules
{
    /// <summary>Only where the address is the operator's own word; never for one that a caller or a remote document named.</summary>
    public bool AllowPrivateAddress { get; init; }
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>From the call to the last byte of the answer.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>Longest body of an answer.</summary>
    public int AnswerBytesMax { get; init; } = 256 * 1024;
}

/// <summary>
/// HTTP clients for the house's own small calls: to an SMS provider, an identity provider, a list of public keys. Connections are made by
/// <see cref="UpstreamConnector"/>; redirects, cookies, decompression and the environment's proxy are off; time and size of every answer have a bound.
/// </summary>
public sealed class OperatorHttp
{
    private const int HeadKilobytesMax = 32;

    private readonly UpstreamConnector _connector;
    private readonly TimeProvider _time;
    private readonly X509Certificate2Collection? _roots;

    public OperatorHttp(UpstreamConnector connector, TimeProvider time) : this(connector, time, null)
    {
    }

    internal OperatorHttp(UpstreamConnector connector, TimeProvider time, X509Certificate2Collection? roots)
    {
        _connector = connector;
        _time = time;
        _roots = roots;
    }

    /// <summary>
    /// A client to keep and reuse. Its calls fail with <see cref="HttpRequestException"/>, also where the answer is late or too large; an <see cref="UpstreamException"/>
    /// inside says why no connection was made.
    /// </summary>
    public HttpClient NewClient(OperatorHttpRules rules)
    {
        var connect = new ConnectRules(rules.ConnectTimeout, rules.AllowPrivateAddress);
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = rules.ConnectTimeout,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = await _connector.ConnectAsync(connect, context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            },
            MaxResponseHeadersLength = HeadKilobytesMax,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
            UseProxy = false,
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (_roots is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(_roots);
        }
        // The client's own time-out does not cover a body that is read later.
        return new HttpClient(new BoundedCalls(handler, rules, _time), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Reads every answer to its end before it is handed on, within the bounds, however the caller means to read it.</summary>
    private sealed class BoundedCalls(HttpMessageHandler inner, OperatorHttpRules rules, TimeProvider time) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var deadline = new CancellationTokenSource(rules.Deadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            HttpResponseMessage? response = null;
            try
            {
                response = await base.SendAsync(request, either.Token).ConfigureAwait(false);
                await response.Content.LoadIntoBufferAsync(rules.AnswerBytesMax, either.Token).ConfigureAwait(false);
                return response;
            }
            catch (Exception e)
            {
                response?.Dispose();
                if (e is OperationCanceledException && deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                    throw new HttpRequestException($"{request.RequestUri!.Host} did not answer within {rules.Deadline.TotalSeconds:0.###} s.", e);
                throw;
            }
        }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
            => throw new NotSupportedException("Calls are made asynchronously.");
    }
}
