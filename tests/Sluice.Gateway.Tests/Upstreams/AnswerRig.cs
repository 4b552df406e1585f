using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Tests.Upstreams;

/// <summary>What a call over HTTP/1.1 came to.</summary>
internal sealed record Outcome(int Status, string Body, UpstreamFailure Failure, bool Reusable);

/// <summary>Gives our HTTP/1.1 client answers cut into pieces of which each was taken before the next is sent.</summary>
internal sealed class AnswerRig : IAsyncDisposable
{
    private const byte Canary = 0xA5;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Http1Transport _transport;

    public AnswerRig()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        _transport = new Http1Transport(Calls.Upstream("http://localhost"), new UpstreamConnector(TimeProvider.System), TimeProvider.System);
    }

    /// <param name="answer">All bytes that the upstream sends before it closes.</param>
    /// <param name="cuts">Where the answer is cut, ascending.</param>
    /// <param name="readSize">Bytes that the reader asks for at a time.</param>
    public async Task<Outcome> RunAsync(byte[] answer, int[] cuts, int readSize)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(_listener.LocalEndPoint!);
        using var server = await _listener.AcceptAsync();
        server.NoDelay = true;

        var calling = CallAsync(new Http1Connection(client, _transport, TimeProvider.System), readSize);
        await server.ReceiveAsync(new byte[4096]);
        var sending = SendAsync(server, client, answer, cuts, calling);
        var outcome = await calling.Patiently();
        await sending.Patiently();
        return outcome;
    }

    private static async Task SendAsync(Socket server, Socket client, byte[] answer, int[] cuts, Task calling)
    {
        try
        {
            var from = 0;
            foreach (var cut in cuts.Append(answer.Length))
            {
                if (cut > from) await server.SendAsync(answer.AsMemory(from, cut - from));
                from = cut;
                while (!calling.IsCompleted && client.Available > 0) await Task.Yield();
            }
            server.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client had seen enough.
        }
    }

    private async Task<Outcome> CallAsync(Http1Connection connection, int readSize)
    {
        var body = new MemoryStream();
        var status = 0;
        try
        {
            var reply = await connection.ExchangeAsync(Calls.Post());
            status = reply.Status;
            try
            {
                var guarded = new byte[readSize + 16];
                while (true)
                {
                    guarded.AsSpan().Fill(Canary);
                    var count = await reply.ReadAsync(guarded.AsMemory(8, readSize));
                    if (guarded.AsSpan(0, 8).ContainsAnyExcept(Canary) || guarded.AsSpan(readSize + 8).ContainsAnyExcept(Canary))
                        throw new InvalidOperationException("A read wrote outside its buffer.");
                    if (count == 0) break;
                    body.Write(guarded, 8, count);
                }
                (await reply.ReadAsync(guarded)).ShouldBe(0);
            }
            finally
            {
                await reply.DisposeAsync();
            }
        }
        catch (UpstreamException e)
        {
            return new Outcome(status, Encoding.Latin1.GetString(body.ToArray()), e.Failure, false);
        }
        // Taken by hand, since Take would refuse what the server has closed by now.
        var reusable = _transport.Pool.Count > 0;
        while (_transport.Pool.Count > 0) _transport.Pool.Take()?.Close();
        return new Outcome(status, Encoding.Latin1.GetString(body.ToArray()), UpstreamFailure.None, reusable);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _transport.DisposeAsync();
    }
}
