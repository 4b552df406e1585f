using System.Text;
using System.Text.Json;

namespace Sluice.Testing;

/// <summary>A request as it arrived at the fake upstream, byte for byte.</summary>
public sealed class FakeRequest
{
    internal FakeRequest(string method, string target, IReadOnlyList<KeyValuePair<string, string>> headers, byte[] body, int connection, Task callerLeft)
    {
        Method = method;
        Target = target;
        Headers = headers;
        Body = body;
        Connection = connection;
        CallerLeft = callerLeft;
    }

    public string Method { get; }
    /// <summary>The request target as sent, query included.</summary>
    public string Target { get; }
    /// <summary>In the order and spelling they came in.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }
    public byte[] Body { get; }
    /// <summary>1 for the first connection accepted, and so on: tells whether connections are reused.</summary>
    public int Connection { get; }
    /// <summary>Completes when the other side closed or reset this request's connection.</summary>
    public Task CallerLeft { get; }

    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The first value of a header, or <see langword="null"/>.</summary>
    public string? Header(string name)
        => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);
}
