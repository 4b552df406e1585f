using System.Text.Json;

namespace Sluice.Server.Tests.Gateway;

/// <summary>What a caller got: read to its end, or to where it broke.</summary>
/// <param name="Headers">Lower-case names; values of one name joined with a comma.</param>
/// <param name="IsBroken">The connection ended before the body did.</param>
public sealed record GatewayAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body, bool IsBroken)
{
    public string RequestId => Headers["x-request-id"];

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>The data of each event of a stream, in order.</summary>
    public IReadOnlyList<string> Events => [.. Body.Split('\n').Where(l => l.StartsWith("data:", StringComparison.Ordinal)).Select(l => l[5..].Trim())];

    public int Comments => Body.Split('\n').Count(l => l.StartsWith(':'));

    public bool IsDone => Events is [.., "[DONE]"];

    /// <summary>The error object, of a body or of the last event, once it has everything that OpenAI's libraries want of one.</summary>
    public JsonElement Error
    {
        get
        {
            var holder = Body.StartsWith('{') ? Json : JsonSerializer.Deserialize<JsonElement>(Events[^1]);
            var error = holder.GetProperty("error");
            error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty(Body);
            error.GetProperty("type").GetString().ShouldNotBeNullOrEmpty(Body);
            error.TryGetProperty("param", out _).ShouldBeTrue(Body);
            error.GetProperty("code").GetString().ShouldNotBeNullOrEmpty(Body);
            return error;
        }
    }

    public string ErrorCode => Error.GetProperty("code").GetString()!;

    /// <summary>The answer was refused as a whole: a status and OpenAI's error object with the request's id.</summary>
    public GatewayAnswer ShouldBeRefused(int status, string code)
    {
        Status.ShouldBe(status, Body);
        IsBroken.ShouldBeFalse();
        Header("content-type").ShouldBe("application/json; charset=utf-8");
        ErrorCode.ShouldBe(code, Body);
        Error.GetProperty("request_id").GetString().ShouldBe(RequestId);
        return this;
    }

    /// <summary>The answer began as a stream and ended with an error event, and with nothing that looks like success.</summary>
    public GatewayAnswer ShouldBreakOff(string code)
    {
        Status.ShouldBe(200, Body);
        Header("content-type").ShouldBe("text/event-stream; charset=utf-8");
        Body.ShouldNotContain("[DONE]");
        ErrorCode.ShouldBe(code, Body);
        Error.GetProperty("request_id").GetString().ShouldBe(RequestId);
        return this;
    }

    /// <summary>The text of all deltas, or of the message.</summary>
    public string Content => Body.StartsWith('{')
        ? Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!
        : string.Concat(Events.Where(e => e.StartsWith('{')).Select(e => JsonSerializer.Deserialize<JsonElement>(e))
            .Where(e => e.TryGetProperty("choices", out var c) && c.GetArrayLength() > 0)
            .Select(e => e.GetProperty("choices")[0].GetProperty("delta"))
            .Select(d => d.TryGetProperty("content", out var c) ? c.GetString() : ""));
}
