using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Plain HTTP/1.1 to one <c>http://</c> upstream, over sockets of its own. Costs a third less per call than the general client, because an exchange
/// is one send, one receive for what arrives together, and nothing else.
/// </summary>
public sealed class Http1Transport : IUpstreamTransport
{
    private readonly UpstreamDefinition _upstream;
    private readonly UpstreamConnector _connector;
    private readonly TimeProvider _time;
    private readonly Http1RequestHeads _heads;

    /// <summary>Throws <see cref="ArgumentException"/> where the base URL is not http or the API key cannot stand in a header.</summary>
    public Http1Transport(UpstreamDefinition upstream, UpstreamConnector connector, TimeProvider time)
    {
        if (upstream.BaseUrl.Scheme != Uri.UriSchemeHttp) throw new ArgumentException($"The base URL of upstream '{upstream.Name}' must begin with http://.", nameof(upstream));
        var key = upstream.ApiKey?.Reveal();
        if (key is not null && !HeaderText.IsValid(key)) throw new ArgumentException($"The API key of upstream '{upstream.Name}' has characters that a header may not have.", nameof(upstream));
        _upstream = upstream;
        _connector = connector;
        _time = time;
        _heads = new Http1RequestHeads(upstream.BaseUrl, key);
        Pool = new Http1Pool(time);
    }

    internal Http1Pool Pool { get; }

    public ValueTask<UpstreamReply> SendAsync(UpstreamCall call)
    {
        var connection = Pool.Take();
        return connection is null ? SendOnNewConnectionAsync(call) : connection.ExchangeAsync(call);
    }

    internal byte[] HeadFor(UpstreamCall call) => _heads.For(call);

    internal async ValueTask<UpstreamReply> SendOnNewConnectionAsync(UpstreamCall call)
    {
        Http1Connection connection;
        using (var attempt = new ConnectAttempt())
        {
            call.Bind(attempt);
            try
            {
                var socket = await _connector.ConnectAsync(_upstream, _upstream.BaseUrl.IdnHost, _upstream.BaseUrl.Port, attempt.Token).ConfigureAwait(false);
                connection = new Http1Connection(socket, this, _time);
            }
            catch (OperationCanceledException e)
            {
                throw new UpstreamException(call.AbortedFor, false, "The call was cut while it was connecting to the upstream.", e);
            }
            finally
            {
                call.Unbind();
            }
        }
        return await connection.ExchangeAsync(call).ConfigureAwait(false);
    }

    /// <summary>Closes the idle connections. Calls under way go on to their end, and their connections are closed then.</summary>
    public ValueTask DisposeAsync()
    {
        Pool.Dispose();
        return default;
    }
}
