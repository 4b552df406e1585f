using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Tests.Upstreams;

public sealed class UpstreamConnectorTests
{
    private static readonly UpstreamDefinition Open = Calls.Upstream("http://upstream.example");
    private static readonly UpstreamDefinition Guarded = Open with { AllowPrivateAddress = false };

    private static UpstreamConnector Resolving(params string[] addresses)
        => new(TimeProvider.System, (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray()));

    private static Task<UpstreamException> FailureAsync(UpstreamConnector connector, UpstreamDefinition upstream, int port = 9)
        => Calls.FailureAsync(async () => await connector.ConnectAsync(upstream, "upstream.example", port, CancellationToken.None));

    [Fact]
    public async Task A_name_that_turns_private_after_it_was_checked_is_not_connected_to()
    {
        await using var server = new RawServer(c => c.ReadRequestAsync());
        var round = 0;
        var connector = new UpstreamConnector(TimeProvider.System, (_, _) => Task.FromResult(new[] { IPAddress.Parse(round++ % 2 == 0 ? "192.0.2.1" : "127.0.0.1") }));
        for (var i = 0; i < 100; i++) (await FailureAsync(connector, Guarded, server.Port)).Failure.ShouldBe(UpstreamFailure.ForbiddenAddress);
        server.Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task Forbidden_addresses_among_allowed_ones_are_passed_over()
    {
        await using var server = new RawServer(c => c.ReadRequestAsync());
        using var socket = await Resolving("169.254.169.254", "::ffff:127.0.0.1", "127.0.0.1").ConnectAsync(Open, "upstream.example", server.Port, TestContext.Current.CancellationToken);
        ((IPEndPoint)socket.RemoteEndPoint!).Address.ShouldBe(IPAddress.Loopback);
        socket.NoDelay.ShouldBeTrue();
    }

    [Fact]
    public async Task The_next_address_is_tried_where_one_refuses()
    {
        await using var server = new RawServer(c => c.ReadRequestAsync());
        using var socket = await Resolving("::1", "127.0.0.2", "127.0.0.1").ConnectAsync(Open, "upstream.example", server.Port, TestContext.Current.CancellationToken);
        ((IPEndPoint)socket.RemoteEndPoint!).Address.ShouldBe(IPAddress.Loopback);
    }

    [Fact]
    public async Task A_refused_connection_is_told_apart()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var failure = await FailureAsync(Resolving("127.0.0.1"), Open, ((IPEndPoint)taken.LocalEndPoint!).Port);
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.ConnectRefused, false));
    }

    [Fact]
    public async Task A_name_without_addresses_is_told_apart()
    {
        (await FailureAsync(Resolving(), Open)).Failure.ShouldBe(UpstreamFailure.NameNotResolved);
        var unknown = new UpstreamConnector(TimeProvider.System, (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)));
        (await FailureAsync(unknown, Open)).Failure.ShouldBe(UpstreamFailure.NameNotResolved);
    }

    [Fact]
    public async Task A_resolver_that_never_answers_ends_at_the_connect_timeout()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        var connector = new UpstreamConnector(time, (_, _) =>
        {
            asked.SetResult();
            return new TaskCompletionSource<IPAddress[]>().Task;
        });
        var failing = FailureAsync(connector, Open);
        await asked.Task.Patiently();
        failing.IsCompleted.ShouldBeFalse();
        time.Advance(Open.ConnectTimeout);
        var failure = await failing;
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.ConnectTimeout, false));
    }

    [Fact]
    public async Task An_address_that_never_answers_ends_at_the_connect_timeout()
    {
        // A full backlog swallows further connection attempts, as a black hole does.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var port = ((IPEndPoint)full.LocalEndPoint!).Port;
        var fillers = new List<Socket>();
        try
        {
            for (var i = 0; i < 8; i++)
            {
                var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                fillers.Add(filler);
                var connecting = filler.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken).AsTask();
                if (i == 0) await connecting.Patiently();
            }
            var failure = await FailureAsync(new UpstreamConnector(TimeProvider.System, (_, _) => Task.FromResult(new[] { IPAddress.Loopback })),
                Open with { ConnectTimeout = TimeSpan.FromMilliseconds(200) }, port);
            (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.ConnectTimeout, false));
        }
        finally
        {
            fillers.ForEach(f => f.Dispose());
        }
    }

    [Fact]
    public async Task The_message_says_which_address_is_forbidden_and_what_to_do()
        => (await FailureAsync(Resolving("10.1.2.3"), Guarded)).Message.ShouldBe(
            "No connection was made to upstream.example: 10.1.2.3 is a private address. Private addresses need the upstream's allowPrivateAddress; metadata, multicast and reserved ones are never allowed.");
}
