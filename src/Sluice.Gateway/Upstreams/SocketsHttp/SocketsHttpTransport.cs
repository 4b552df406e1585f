using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Upstreams.SocketsHttp;

/// <summary>HTTPS to one upstream, HTTP/1.1 or HTTP/2 as negotiated, over the runtime's client with everything switched off that acts on its own: redirects, proxies, cookies, decompression.</summary>
public sealed class SocketsHttpTransport : IUpstreamTransport
{
    /// <summary>Most paths whose URL is kept; they come from the endpoint table.</summary>
    private const int UrlsMax = 64;

    private readonly HttpMessageInvoker _invoker;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly string _base;
    private readonly ConcurrentDictionary<string, Uri> _urls = new(StringComparer.Ordinal);

    /// <summary>Throws <see cref="ArgumentException"/> where the base URL is not https or the API key cannot stand in a header.</summary>
    public SocketsHttpTransport(UpstreamDefinition upstream, UpstreamConnector connector) : this(upstream, connector, null)
    {
    }

    internal SocketsHttpTransport(UpstreamDefinition upstream, UpstreamConnector connector, X509Certificate2Collection? roots)
    {
        if (upstream.BaseUrl.Scheme != Uri.UriSchemeHttps) throw new ArgumentException($"The base URL of upstream '{upstream.Name}' must begin with https://.", nameof(upstream));
        var key = upstream.ApiKey?.Reveal();
        if (key is not null && !HeaderText.IsValid(key)) throw new ArgumentException($"The API key of upstream '{upstream.Name}' has characters that a header may not have.", nameof(upstream));
        _authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        _base = upstream.BaseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/');

        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            // Covers the TLS handshake; the connector enforces the same time for what comes before it.
            ConnectTimeout = upstream.ConnectTimeout,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = await connector.ConnectAsync(upstream, context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            },
            EnableMultipleHttp2Connections = true,
            MaxResponseDrainSize = 16 * 1024,
            MaxResponseHeadersLength = 64,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ResponseDrainTimeout = TimeSpan.FromMilliseconds(250),
            UseCookies = false,
            UseProxy = false,
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (roots is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }
        _invoker = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    public async ValueTask<UpstreamReply> SendAsync(UpstreamCall call)
    {
        HeaderText.Check(call);
        using var request = Request(call);
        var content = request.Content as SplicedContent;
        var attempt = new ConnectAttempt();
        call.Bind(attempt);
        HttpResponseMessage? response = null;
        UpstreamException failure;
        try
        {
            if (call.AbortedFor != UpstreamFailure.None) throw new UpstreamException(call.AbortedFor, false, "The call was cut before it was sent.");
            response = await _invoker.SendAsync(request, attempt.Token).ConfigureAwait(false);
            RefuseUnusable(response);
            // The body is still being sent over HTTP/2 at times: it is the reply's from here on.
            request.Content = null;
            return new SocketsHttpReply(call, response, content, attempt);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            failure = e as UpstreamException ?? SocketsHttpFailures.Explain(e, call, content is null || content.Started);
        }
        call.Unbind();
        response?.Dispose();
        if (content is not null) await content.WrittenAsync().ConfigureAwait(false);
        attempt.Dispose();
        throw failure;
    }

    private HttpRequestMessage Request(UpstreamCall call)
    {
        if (!_urls.TryGetValue(call.Path, out var url))
        {
            url = new Uri(_base + call.Path);
            if (_urls.Count < UrlsMax) _urls.TryAdd(call.Path, url);
        }
        var request = new HttpRequestMessage(call.Method == "POST" ? HttpMethod.Post : HttpMethod.Get, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = call.Method == "POST" ? new SplicedContent(call.Body) : null,
        };
        request.Headers.Authorization = _authorization;
        request.Headers.Add("User-Agent", "Sluice");
        request.Headers.Add("Accept", call.Stream ? "text/event-stream, application/json" : "application/json");
        request.Headers.Add("Accept-Encoding", "identity");
        try
        {
            request.Headers.Add("x-request-id", call.RequestId);
            request.Headers.Add("via", call.Via);
            if (call.TraceParent is not null) request.Headers.Add("traceparent", call.TraceParent);
        }
        catch (FormatException e)
        {
            request.Dispose();
            throw new UpstreamException(UpstreamFailure.Protocol, false, "The request was not sent: one of its headers has a value that it may not have.", e);
        }
        return request;
    }

    private static void RefuseUnusable(HttpResponseMessage response)
    {
        if ((int)response.StatusCode is < 200 or > 599) throw new UpstreamException(UpstreamFailure.Protocol, true, $"The upstream answered with status {(int)response.StatusCode}, which was not asked for or does not exist.");
        if (response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings) && !encodings.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw new UpstreamException(UpstreamFailure.Protocol, true, "The upstream's answer breaks HTTP: its body is compressed, which was not asked for.");
    }

    /// <summary>Closes the idle connections. Calls under way go on to their end.</summary>
    public ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        return default;
    }
}
