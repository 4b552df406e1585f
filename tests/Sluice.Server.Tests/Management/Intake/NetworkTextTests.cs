using System.Net;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Tests.Management.Intake;

public class NetworkTextTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1/32")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("255.255.255.255/32", "255.255.255.255/32")]
    [InlineData("::/0", "::/0")]
    [InlineData("::1", "::1/128")]
    [InlineData("2001:DB8:0:0::1", "2001:db8::1/128")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3/32")]
    [InlineData("::ffff:0a01:0203", "10.1.2.3/32")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    public void A_network_is_kept_in_its_one_canonical_form(string text, string kept)
    {
        NetworkText.Canonical(text).ShouldBe((kept, null));
        IPNetwork.TryParse(kept, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("010.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1/8", "10.0.0.0/8")]
    [InlineData("10.0.0.1/8", "10.0.0.1 for the one address")]
    [InlineData("2001:db8::1/64", "2001:db8::/64")]
    [InlineData("fe80::1%eth0", "zone id")]
    [InlineData("::ffff:010.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.0/64", "shorter than 96")]
    [InlineData("256.0.0.1", "above 255")]
    [InlineData("10.0.0.0/33", "0 to 32")]
    [InlineData("::/129", "0 to 128")]
    [InlineData("10.0.0.0/08", "0 to 32")]
    [InlineData("10.0.0.0/", "0 to 32")]
    [InlineData("10.0.0.0/+8", "0 to 32")]
    [InlineData("0x7f.0.0.1", "not an address")]
    [InlineData("2130706433", "not an address")]
    [InlineData("127.1", "not an address")]
    [InlineData("10.0.0.1 ", "not an address")]
    [InlineData("10.0.0.0/8/8", "0 to 32")]
    [InlineData("①.0.0.1", "not an address")]
    [InlineData("[::1]", "not an IPv6 address")]
    [InlineData("[::1]:80", "not an IPv6 address")]
    [InlineData("1::2::3", "not an IPv6 address")]
    [InlineData("example.com", "not an address")]
    [InlineData("10.0.0.1:80", "not an IPv6 address")]
    public void A_spelling_with_two_readings_is_refused_with_what_to_write(string text, string says)
    {
        var (kept, wrong) = NetworkText.Canonical(text);
        kept.ShouldBeNull();
        wrong.ShouldNotBeNull().ShouldContain(says);
    }
}
