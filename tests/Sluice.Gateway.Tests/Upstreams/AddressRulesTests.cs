using System.Net;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Tests.Upstreams;

public sealed class AddressRulesTests
{
    public static TheoryData<string> Private =>
    [
        "127.0.0.1", "127.0.0.0", "127.1.2.3", "127.255.255.255", "::1",
        "10.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.0", "192.168.255.255",
        "100.64.0.0", "100.127.255.255", "169.254.0.1", "169.254.169.253", "169.254.255.255", "198.18.0.1", "198.19.255.255",
        "fc00::1", "fd00::1", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1", "fe80::1%1", "febf::1",
    ];

    public static TheoryData<string> Never =>
    [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254",
        "0.0.0.0", "0.0.0.1", "0.255.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.51.100.1", "203.0.113.255",
        "::", "::2", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:0:4136:e378::1",
        "2001:2::1", "2001:10::1", "2001:db8::1", "3fff::1", "100::1", "fec0::1", "5f00::1", "ff02::1", "ff0e::1", "4000::1", "1fff::1",
    ];

    public static TheoryData<string> Public =>
    [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0",
        "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700:4700::1111", "2a00:1450:4001::1", "2400:3200::1", "2001:4860:4860::8888",
    ];

    [Theory]
    [MemberData(nameof(Private))]
    public void Private_addresses_need_the_operators_word(string address)
    {
        AddressRules.Refuse(IPAddress.Parse(address), allowPrivate: false).ShouldNotBeNull();
        AddressRules.Refuse(IPAddress.Parse(address), allowPrivate: true).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Never))]
    public void Some_addresses_are_never_connected_to(string address)
    {
        AddressRules.Refuse(IPAddress.Parse(address), allowPrivate: false).ShouldNotBeNull();
        AddressRules.Refuse(IPAddress.Parse(address), allowPrivate: true).ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Public))]
    public void Public_addresses_are_open(string address) => AddressRules.Refuse(IPAddress.Parse(address), allowPrivate: false).ShouldBeNull();

    /// <summary>Ways to write loopback, private and metadata addresses so that a check of the text would not see them.</summary>
    public static TheoryData<string> Spellings =>
    [
        "127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f000001", "0x7F.0x0.0x0.0x1", "0177.0.0.1", "017700000001", "2130706433", "127.0.0.1.", "0x7f.0.1",
        "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "１２７.０.０.１", "localhost", "LOCALHOST", "localhost.", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0000::0001]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
        "10.1", "0xa.1", "012.0.0.1", "167772161", "192.168.1", "0xc0a80001", "3232235521", "172.16.1", "0xac100001",
        "169.254.169.254", "0xa9fea9fe", "2852039166", "169.254.43518", "0251.0376.0251.0376", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "①⑥⑨.②⑤④.①⑥⑨.②⑤④",
        "0", "0.0.0.0", "0x0", "[::]", "224.0.0.1", "255.255.255.255", "4294967295", "[ff02::1]", "[fe80::1]", "[fe80::1%251]", "[fc00::1]",
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task No_spelling_of_a_forbidden_address_leads_to_a_connection(string host)
    {
        await using var server = new RawServer(c => c.ReadRequestAsync());
        var text = $"http://{host}:{server.Port}/v1";
        // What the check of base URLs lets pass is stopped at the connection, and what the runtime's own parser makes of the others too.
        if (!UpstreamUrl.TryParse(text, out var url, out _) && !Uri.TryCreate(text, UriKind.Absolute, out url)) return;
        var upstream = Calls.Upstream("http://placeholder") with { BaseUrl = url, AllowPrivateAddress = false };
        await using var transport = UpstreamTransports.Create(upstream, new UpstreamConnector(TimeProvider.System), TimeProvider.System);
        var failure = await Calls.FailureAsync(async () => await transport.SendAsync(Calls.Post()));
        failure.Failure.ShouldBeOneOf(UpstreamFailure.ForbiddenAddress, UpstreamFailure.NameNotResolved);
        failure.Dispatched.ShouldBeFalse();
        server.Accepted.ShouldBe(0);
    }
}
