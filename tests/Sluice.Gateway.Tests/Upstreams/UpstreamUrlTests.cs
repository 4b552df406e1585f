using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Tests.Upstreams;

public sealed class UpstreamUrlTests
{
    [Theory]
    [InlineData("https://api.openai.com/v1", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com/v1/", "https://api.openai.com/v1")]
    [InlineData("HTTPS://API.OpenAI.com:443/v1//", "https://api.openai.com/v1")]
    [InlineData("http://localhost:8000", "http://localhost:8000/")]
    [InlineData("http://[::1]:8000/v1", "http://[::1]:8000/v1")]
    [InlineData("https://xn--bcher-kva.example/a/../b", "https://xn--bcher-kva.example/b")]
    public void Good_urls_are_normalised(string text, string expected)
    {
        UpstreamUrl.TryParse(text, out var url, out var problem).ShouldBeTrue(problem);
        url!.AbsoluteUri.ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("api.openai.com/v1")]
    [InlineData("//api.openai.com")]
    [InlineData("/v1")]
    [InlineData("http:api.openai.com")]
    [InlineData("http:/api.openai.com")]
    [InlineData("http:///v1")]
    [InlineData("http://")]
    [InlineData("http://:80/")]
    [InlineData("ftp://example.com")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com")]
    [InlineData("data:text/plain,hi")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://user@example.com")]
    [InlineData("https://user:password@example.com")]
    [InlineData("https://@example.com")]
    [InlineData("https://example.com?x=1")]
    [InlineData("https://example.com/v1?")]
    [InlineData("https://example.com/v1#f")]
    [InlineData("https://example.com#")]
    [InlineData("https://example.com\\@evil.example")]
    [InlineData("https:\\\\example.com")]
    [InlineData("https://exa mple.com")]
    [InlineData(" https://example.com")]
    [InlineData("https://example.com\r\nX: y")]
    [InlineData("https://example.com\t")]
    [InlineData("https://example.com/\0")]
    [InlineData("https://127。0。0。1")]
    [InlineData("https://①②⑦.⓪.⓪.①")]
    [InlineData("https://127%2e0%2e0%2e1")]
    [InlineData("https://example.com:0")]
    [InlineData("https://example.com:99999")]
    [InlineData("https://example.com:abc")]
    [InlineData("https://[::1")]
    public void Bad_urls_are_refused_with_a_reason(string? text)
    {
        UpstreamUrl.TryParse(text, out var url, out var problem).ShouldBeFalse();
        url.ShouldBeNull();
        problem.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Long_urls_are_refused() => UpstreamUrl.TryParse("https://example.com/" + new string('a', 2048), out _, out _).ShouldBeFalse();
}
