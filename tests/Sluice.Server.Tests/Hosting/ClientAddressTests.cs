using System.Net;
using Microsoft.AspNetCore.Http;
using Sluice.Server.Hosting;

namespace Sluice.Server.Tests.Hosting;

public class ClientAddressTests
{
    private const string Caller = "203.0.113.7";
    private const string Caller6 = "2001:db8::7";
    private const string Proxy1 = "10.0.0.1";
    private const string Proxy2 = "10.0.0.2";
    private const string Proxy6 = "fd00::1";
    private static readonly IPNetwork[] Trusted = [IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("fd00::/16")];

    private static readonly string[] OtherHeaders =
        ["Forwarded", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "X-Forwarded", "Forwarded-For", "X-Cluster-Client-Ip", "Fastly-Client-Ip", "X-Original-Forwarded-For"];

    // What a hop may look like, and the address it stands for; null where nothing can be read from it.
    private static readonly (string Text, string? Address)[] Hops =
    [
        (Caller, Caller), ($" {Caller} ", Caller), ($"\t{Caller}", Caller), ($"{Caller}:443", Caller), ($"{Caller}:0", Caller), ($"\"{Caller}\"", Caller), ($"\"{Caller}:80\"", Caller),
        (Caller6, Caller6), ($"[{Caller6}]", Caller6), ($"[{Caller6}]:8080", Caller6), ($"\"[{Caller6}]:8080\"", Caller6), ("2001:DB8:0:0::7", Caller6), ("2001:0db8::0007", Caller6),
        ($"::ffff:{Caller}", Caller), ($"[::ffff:{Caller}]:1", Caller), ("::ffff:cb00:7107", Caller),
        ("unknown", null), ("_hidden", null), ("localhost", null), ("203.0.113", null), ("203.0.113.7.8", null), ("203.0.113.256", null), ("203.0.113.007", null), ("0313.0.113.7", null),
        ("0xcb.0.0x71.7", null), ("3405803783", null), ("203.0.113.7/32", null), ($"{Caller}:99999", null), ($"{Caller}:", null), ($"{Caller}:x", null), ($"{Caller}:80:80", null),
        ($"[{Caller}]", null), ($"[{Caller6}", null), ($"{Caller6}]", null), ($"[{Caller6}]x", null), ("fe80::1%eth0", null), ("[fe80::1%2]:80", null), (":::", null), ("::g", null), ("[]", null), (":80", null),
        ($"for={Caller}", null), ("203.0.113.７", null), ("203。0。113。7", null), ("\u0000", null), ("-1.0.0.1", null), ("+1.0.0.1", null), ("1 .2.3.4", null), ("\"", null), ("*", null),
    ];

    public static TheoryData<string, string, string[], string> Cases()
    {
        var data = new TheoryData<string, string, string[], string>();
        foreach (var (text, address) in Hops)
        {
            // Straight from the caller: whatever the header says is the caller's own story.
            data.Add("direct", Caller6, [text], Caller6);
            // Through one proxy, which vouches for what stands rightmost.
            data.Add("one proxy", Proxy1, [text], address ?? Proxy1);
            // The same with something the caller made up in front of it, in one line and in two.
            data.Add("one proxy, forged before", Proxy1, ["198.51.100.1, " + text], address ?? Proxy1);
            data.Add("one proxy, forged line before", $"::ffff:{Proxy1}", ["10.0.0.9, 198.51.100.1", text], address ?? Proxy1);
            // Through two proxies: the outer one wrote the caller, the inner one wrote the outer one.
            data.Add("two proxies", Proxy1, [$"{text}, {Proxy2}"], address ?? Proxy2);
            data.Add("two proxies, a line each", Proxy6, ["198.51.100.1", text, $"[{Proxy6}]:77"], address ?? Proxy6);
            // A trusted proxy's address in front of an untrusted one proves nothing.
            data.Add("proxy behind a stranger", Proxy1, [$"{text}, 198.51.100.1"], "198.51.100.1");
        }
        data.Add("no header", Proxy1, [], Proxy1);
        data.Add("empty header", Proxy1, [""], Proxy1);
        data.Add("only commas", Proxy1, [",, ,", " , "], Proxy1);
        data.Add("empty entries are skipped", Proxy1, [$"{Caller},, ,", ""], Caller);
        data.Add("all hops trusted", Proxy1, [$"10.0.0.9, {Proxy2}"], "10.0.0.9");
        data.Add("fifty hops, all trusted", Proxy1, [string.Join(", ", Enumerable.Range(10, 50).Select(i => $"10.0.0.{i}"))], "10.0.0.10");
        data.Add("fifty hops, forged", Proxy1, [string.Join(", ", Enumerable.Repeat("198.51.100.1", 50)) + ", " + Caller], Caller);
        data.Add("mapped peer is no proxy", $"::ffff:{Caller}", [Caller6], Caller);
        data.Add("mapped peer", $"::ffff:{Caller}", [], Caller);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Caller_is_seen_through_trusted_proxies_only(string situation, string remote, string[] forwardedFor, string expected)
        => new ClientAddress(Trusted).Of(Request(remote, ("X-Forwarded-For", forwardedFor))).ShouldBe(IPAddress.Parse(expected), situation);

    [Fact]
    public void The_table_has_at_least_200_cases() => Cases().Count.ShouldBeGreaterThanOrEqualTo(200);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Without_trusted_proxies_no_header_has_any_effect(string situation, string remote, string[] forwardedFor, string expected)
    {
        _ = expected;
        new ClientAddress([]).Of(Request(remote, ("X-Forwarded-For", forwardedFor))).ShouldBe(StrictAddress.Unmapped(IPAddress.Parse(remote)), situation);
    }

    public static TheoryData<string, string> OtherHeaderCases()
    {
        var data = new TheoryData<string, string>();
        foreach (var header in OtherHeaders)
        {
            foreach (var remote in new[] { Caller, Proxy1 }) data.Add(header, remote);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(OtherHeaderCases))]
    public void Other_headers_that_claim_an_address_never_count(string header, string remote)
        => new ClientAddress(Trusted).Of(Request(remote, (header, ["198.51.100.1"]), (header, ["for=198.51.100.1"]))).ShouldBe(IPAddress.Parse(remote));

    [Fact]
    public void A_socket_without_an_address_is_on_no_list() => new ClientAddress(Trusted).Of(new DefaultHttpContext()).ShouldBe(IPAddress.None);

    [Theory]
    [InlineData("10.0.0.0/8")]
    [InlineData("10.1.2.3")]
    [InlineData("10.1.2.3/32")]
    [InlineData("fd00::/8")]
    [InlineData("::1")]
    [InlineData("2001:db8::/32")]
    public void Canonical_networks_are_read(string text)
    {
        StrictAddress.TryParseNetwork(text, out var network, out var problem).ShouldBeTrue(problem);
        network.Contains(IPAddress.Parse(text.Split('/')[0])).ShouldBeTrue();
    }

    [Theory]
    [InlineData("010.0.0.1", "must be an IP address")]
    [InlineData("0x7f.0.0.1", "must be an IP address")]
    [InlineData("127.1", "must be an IP address")]
    [InlineData("2130706433", "must be an IP address")]
    [InlineData("10.0.0.1/8", "the block is 10.0.0.0/8, the single address is 10.0.0.1")]
    [InlineData("10.0.0.0/33", "must be an IP address")]
    [InlineData("10.0.0.0/08", "must be an IP address")]
    [InlineData("10.0.0.0/", "must be an IP address")]
    [InlineData("10.0.0.0/-1", "must be an IP address")]
    [InlineData("10.0.0.0/255.0.0.0", "must be an IP address")]
    [InlineData("::ffff:10.0.0.0", "must be written as IPv4 (10.0.0.0)")]
    [InlineData("fe80::1%eth0", "must be an IP address")]
    [InlineData("2001:db8::1/32", "the block is 2001:db8::/32")]
    [InlineData("2001:db8::/129", "must be an IP address")]
    [InlineData("proxy.example", "must be an IP address")]
    [InlineData("", "must be an IP address")]
    public void Networks_that_two_programs_could_read_differently_are_refused(string text, string expected)
    {
        StrictAddress.TryParseNetwork(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain(expected);
    }

    private static DefaultHttpContext Request(string remote, params (string Name, string[] Values)[] headers)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        foreach (var (name, values) in headers)
        {
            foreach (var value in values) http.Request.Headers.Append(name, value);
        }
        return http;
    }
}
