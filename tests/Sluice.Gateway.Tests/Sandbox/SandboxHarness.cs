using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Requests;
using Sluice.Gateway.Sandbox;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Sandbox;

/// <summary>Calls the sandbox as the gateway does and reads its answers to the end.</summary>
internal sealed class SandboxHarness
{
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    public SandboxHarness(double tokensPerSecond = 0)
    {
        Options = new SandboxOptions { PublicBaseUrl = () => "http://gateway.test:5080", ImageSigningKey = Encoding.UTF8.GetBytes("0123456789abcdef0123456789abcdef"), TokensPerSecond = tokensPerSecond };
        Transport = new SandboxTransport(Options, Time);
    }

    public FakeTimeProvider Time { get; } = new(Start);
    public SandboxOptions Options { get; }
    public SandboxTransport Transport { get; }

    public static UpstreamCall Call(string path, string body, string? directives = null) => new()
    {
        Method = "POST", Path = path, Body = new SplicedBody(Encoding.UTF8.GetBytes(body)), RequestId = "req_test", Via = "1.1 test", SandboxDirectives = directives,
    };

    public async Task<SandboxAnswer> SendAsync(string path, string body, string? directives = null, int bufferSize = 4096)
    {
        await using var reply = await Transport.SendAsync(Call(path, body, directives));
        return await ReadAsync(reply, bufferSize);
    }

    public static async Task<SandboxAnswer> ReadAsync(UpstreamReply reply, int bufferSize = 4096)
    {
        using var body = new MemoryStream();
        var buffer = new byte[bufferSize];
        UpstreamException? broken = null;
        try
        {
            for (int read; (read = await reply.ReadAsync(buffer)) > 0;) body.Write(buffer, 0, read);
        }
        catch (UpstreamException e)
        {
            broken = e;
        }

        return new SandboxAnswer(reply.Status, reply.ContentType, reply.RetryAfter, reply.ContentLength, Encoding.UTF8.GetString(body.ToArray()), broken);
    }

    public async Task<JsonNode> ChatAsync(string body, string? directives = null)
    {
        var answer = await SendAsync("/chat/completions", body, directives);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    public async Task<List<JsonNode>> ChatEventsAsync(string body, string? directives = null)
    {
        var answer = await SendAsync("/chat/completions", body, directives);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Events;
    }

    public async Task<JsonNode> RefusedAsync(int status, string body, string path = "/chat/completions", string? directives = null)
    {
        var answer = await SendAsync(path, body, directives);
        answer.Status.ShouldBe(status, answer.Body);
        answer.ContentType.ShouldBe("application/json");
        var error = answer.Json["error"]!;
        error.AsObject().Select(m => m.Key).ShouldBe(["message", "type", "param", "code"]);
        return error;
    }
}

internal sealed record SandboxAnswer(int Status, string? ContentType, string? RetryAfter, long? ContentLength, string Body, UpstreamException? Broken)
{
    public int Bytes => Encoding.UTF8.GetByteCount(Body);

    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>Data of every event, which must end with <c>[DONE]</c>.</summary>
    public List<JsonNode> Events
    {
        get
        {
            Body.ShouldEndWith("data: [DONE]\n\n");
            return [.. DataLines.SkipLast(1).Select(d => JsonNode.Parse(d)!)];
        }
    }

    public List<string> DataLines => [.. Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e.StartsWith("data: ", StringComparison.Ordinal) ? e[6..] : throw new InvalidOperationException(e))];
}

/// <summary>What a client puts together from stream events.</summary>
internal sealed class Gathered
{
    public StringBuilder Content { get; } = new();
    public StringBuilder Reasoning { get; } = new();
    public SortedDictionary<int, (string Id, string Name, StringBuilder Arguments)> Calls { get; } = [];
    public string? FinishReason { get; private set; }
    public JsonNode? Usage { get; private set; }

    public static Gathered From(IEnumerable<JsonNode> events, int choice = 0)
    {
        var gathered = new Gathered();
        foreach (var e in events)
        {
            if (e["usage"] is { } usage) gathered.Usage = usage;
            foreach (var c in e["choices"]!.AsArray().Where(c => (int)c!["index"]! == choice)) gathered.Add(c!);
        }

        return gathered;
    }

    private void Add(JsonNode choice)
    {
        var delta = choice["delta"]!;
        Content.Append((string?)delta["content"]);
        Reasoning.Append((string?)delta["reasoning_content"]);
        if ((string?)choice["finish_reason"] is { } reason) FinishReason = reason;
        foreach (var call in delta["tool_calls"]?.AsArray() ?? [])
        {
            var index = (int)call!["index"]!;
            if (!Calls.ContainsKey(index)) Calls[index] = ((string)call["id"]!, (string)call["function"]!["name"]!, new StringBuilder());
            Calls[index].Arguments.Append((string?)call["function"]!["arguments"]);
        }
    }
}
