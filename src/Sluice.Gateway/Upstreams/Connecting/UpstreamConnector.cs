using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Upstreams.Connecting;

/// <summary>What holds for one outgoing connection.</summary>
/// <param name="Timeout">Longest that connecting may take, name resolution included.</param>
/// <param name="AllowPrivateAddress">As in <see cref="AddressRules.Refuse(IPAddress, bool)"/>.</param>
public readonly record struct ConnectRules(TimeSpan Timeout, bool AllowPrivateAddress);

/// <summary>
/// The one way out: every outgoing connection is made here. Resolves the name, refuses forbidden addresses by <see cref="AddressRules"/>,
/// and connects to an address that was checked, never to the name, so that a second look-up cannot give another answer.
/// </summary>
public sealed class UpstreamConnector
{
    /// <summary>Most addresses tried for one name; further ones are ignored.</summary>
    private const int AddressesMax = 8;

    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;

    public UpstreamConnector(TimeProvider time) : this(time, Dns.GetHostAddressesAsync)
    {
    }

    internal UpstreamConnector(TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        _time = time;
        _resolve = resolve;
    }

    /// <summary>
    /// Connects within <see cref="UpstreamDefinition.ConnectTimeout"/>, name resolution included. Throws <see cref="UpstreamException"/> (never dispatched) with
    /// NameNotResolved, ForbiddenAddress, ConnectRefused or ConnectTimeout, and <see cref="OperationCanceledException"/> if the token was cancelled.
    /// </summary>
    /// <param name="upstream">Whose time-out and permission for private addresses hold.</param>
    /// <param name="host">A name or an address, without brackets.</param>
    /// <param name="port">1–65535.</param>
    /// <param name="cancellationToken">Gives up the attempt.</param>
    public ValueTask<Socket> ConnectAsync(UpstreamDefinition upstream, string host, int port, CancellationToken cancellationToken)
        => ConnectAsync(new ConnectRules(upstream.ConnectTimeout, upstream.AllowPrivateAddress), host, port, cancellationToken);

    /// <summary>For what is not an upstream, such as a mail server; fails in the same ways.</summary>
    /// <param name="rules">What holds for this connection.</param>
    /// <param name="host">A name or an address, without brackets.</param>
    /// <param name="port">1–65535.</param>
    /// <param name="cancellationToken">Gives up the attempt.</param>
    public async ValueTask<Socket> ConnectAsync(ConnectRules rules, string host, int port, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        using var deadline = new CancellationTokenSource(rules.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var allowed = await ResolveAsync(rules, host, either.Token, cancellationToken).ConfigureAwait(false);

        SocketException? last = null;
        for (var i = 0; i < allowed.Count; i++)
        {
            // A share for each address that is left, so that a black hole in front does not use up the time of the next one.
            var share = (rules.Timeout - _time.GetElapsedTime(started)) / (allowed.Count - i);
            if (share <= TimeSpan.Zero) break;
            try
            {
                return await ConnectAsync(new IPEndPoint(allowed[i], port), share, either.Token).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                last = e;
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (deadline.IsCancellationRequested) break;
                last = null;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (last is null || last.SocketErrorCode == SocketError.TimedOut || deadline.IsCancellationRequested)
            throw new UpstreamException(UpstreamFailure.ConnectTimeout, false,
                $"{host}:{port} did not accept a connection within {rules.Timeout.TotalSeconds:0.###} s.", last);
        throw new UpstreamException(UpstreamFailure.ConnectRefused, false, $"{host}:{port} could not be connected to: {last.SocketErrorCode}.", last);
    }

    /// <summary>The addresses of a name that may be connected to, at least one; fails as connecting does.</summary>
    public async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(ConnectRules rules, string host, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(rules.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        return await ResolveAsync(rules, host, either.Token, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<IPAddress>> ResolveAsync(ConnectRules rules, string host, CancellationToken either, CancellationToken cancellationToken)
    {
        IPAddress[] found;
        try
        {
            // The system's resolver does not stop when asked to, so the wait is what ends.
            found = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, either).WaitAsync(either).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new UpstreamException(UpstreamFailure.ConnectTimeout, false,
                $"The name {host} was not resolved within {rules.Timeout.TotalSeconds:0.###} s.");
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new UpstreamException(UpstreamFailure.NameNotResolved, false, $"The name {host} could not be resolved.", e);
        }

        if (found.Length == 0) throw new UpstreamException(UpstreamFailure.NameNotResolved, false, $"The name {host} has no address.");
        var allowed = new List<IPAddress>(Math.Min(found.Length, AddressesMax));
        string? reason = null;
        foreach (var address in found)
        {
            if (AddressRules.Refuse(address, rules.AllowPrivateAddress) is { } what) reason ??= $"{address} is {what}";
            else if (allowed.Count < AddressesMax) allowed.Add(address);
        }
        if (allowed.Count == 0)
            throw new UpstreamException(UpstreamFailure.ForbiddenAddress, false,
                $"No connection was made to {host}: {reason}. Private addresses need the upstream's allowPrivateAddress; metadata, multicast and reserved ones are never allowed.");
        return allowed;
    }

    private async ValueTask<Socket> ConnectAsync(IPEndPoint endpoint, TimeSpan share, CancellationToken either)
    {
        using var attempt = new CancellationTokenSource(share, _time);
        using var link = either.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), attempt);
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            // An upstream may think for minutes before it says a word; middle boxes forget silent connections sooner.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            await socket.ConnectAsync(endpoint, attempt.Token).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
