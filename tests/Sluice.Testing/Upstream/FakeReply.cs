using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Sluice.Testing;

/// <summary>
/// What the fake upstream answers: a list of steps, played once per request. Build one with the factories, change it with the
/// <c>With…</c> methods, or write the steps yourself with <see cref="Steps"/>.
/// </summary>
public sealed class FakeReply
{
    /// <summary>One step: write, wait, cut. It may use the connection as it likes.</summary>
    public delegate Task Step(FakeConnection connection, CancellationToken cancellationToken);

    private readonly Func<FakeRequest, IEnumerable<Step>> _steps;

    private FakeReply(Func<FakeRequest, IEnumerable<Step>> steps) => _steps = steps;

    internal async Task PlayAsync(FakeRequest request, FakeConnection connection, CancellationToken cancellationToken)
    {
        foreach (var step in _steps(request)) await step(connection, cancellationToken);
    }

    // ---- whole replies

    /// <summary>A short chat completion, as JSON or as a stream, whichever the request's <c>stream</c> member asks for.</summary>
    public static FakeReply Auto(string content = "Hello from the fake upstream.") => new(request =>
    {
        var stream = request.Body.Length > 0 && request.Body[0] == '{' && request.Json.TryGetProperty("stream", out var s) && s.ValueKind == JsonValueKind.True;
        return (stream ? ChatStream(content.Split(' ')) : Chat(content))._steps(request);
    });

    public static FakeReply From(Func<FakeRequest, FakeReply> choose) => new(request => choose(request)._steps(request));

    public static FakeReply Steps(params Step[] steps) => new(_ => steps);

    /// <summary>A chat completion as JSON, with usage.</summary>
    public static FakeReply Chat(string content, int promptTokens = 11, int completionTokens = 7, string model = "fake-model", int cachedTokens = 0, string extraMembers = "")
        => Json(200, ChatJson(content, promptTokens, completionTokens, model, cachedTokens, extraMembers));

    public static string ChatJson(string content, int promptTokens = 11, int completionTokens = 7, string model = "fake-model", int cachedTokens = 0, string extraMembers = "")
        => $$"""{"id":"chatcmpl-fake","object":"chat.completion","created":1700000000,"model":{{Quote(model)}},"choices":[{"index":0,"message":{"role":"assistant","content":{{Quote(content)}}},"logprobs":null,"finish_reason":"stop"}]{{extraMembers}},"usage":{{UsageJson(promptTokens, completionTokens, cachedTokens)}}}""";

    public static string UsageJson(int promptTokens, int completionTokens, int cachedTokens = 0)
        => $$$"""{"prompt_tokens":{{{promptTokens}}},"completion_tokens":{{{completionTokens}}},"total_tokens":{{{promptTokens + completionTokens}}},"prompt_tokens_details":{"cached_tokens":{{{cachedTokens}}}}}""";

    /// <summary>A whole, well-formed stream: a role chunk, the content chunks, a finish chunk, usage if the request asked for it, <c>[DONE]</c>.</summary>
    public static FakeReply ChatStream(IReadOnlyList<string> contents, TimeSpan pause = default, int promptTokens = 11, int completionTokens = 7, string model = "fake-model")
        => new(request =>
        {
            var usage = request.Body.Length > 0 && request.Json.TryGetProperty("stream_options", out var o)
                && o.ValueKind == JsonValueKind.Object && o.TryGetProperty("include_usage", out var u) && u.ValueKind == JsonValueKind.True;
            var events = new List<string> { ChunkJson("""{"role":"assistant","content":""}""", model: model, withUsageMember: usage) };
            events.AddRange(contents.Select(c => ChunkJson($$"""{"content":{{Quote(c)}}}""", model: model, withUsageMember: usage)));
            events.Add(ChunkJson("{}", "stop", model, usage));
            if (usage)
                events.Add($$"""{"id":"chatcmpl-fake","object":"chat.completion.chunk","created":1700000000,"model":{{Quote(model)}},"choices":[],"usage":{{UsageJson(promptTokens, completionTokens)}}}""");
            events.Add("[DONE]");
            return Events(events, pause)._steps(request);
        });

    /// <summary>One chunk's JSON with the given <c>delta</c>.</summary>
    public static string ChunkJson(string delta, string? finishReason = null, string model = "fake-model", bool withUsageMember = false)
        => $$"""{"id":"chatcmpl-fake","object":"chat.completion.chunk","created":1700000000,"model":{{Quote(model)}},"choices":[{"index":0,"delta":{{delta}},"logprobs":null,"finish_reason":{{(finishReason is null ? "null" : Quote(finishReason))}}}]{{(withUsageMember ? ",\"usage\":null" : "")}}}""";

    /// <summary>The given events, each as <c>data: …</c>, in a chunked answer that is ended properly.</summary>
    public static FakeReply Events(IReadOnlyList<string> events, TimeSpan pause = default)
        => Steps([Head(200, "text/event-stream"), .. events.SelectMany((e, i) => i == 0 || pause == TimeSpan.Zero ? new[] { Event(e) } : [Pause(pause), Event(e)]), EndChunks()]);

    /// <summary>The given events, then the connection is cut: with RST if <paramref name="reset"/>, else with a FIN before the last chunk.</summary>
    public static FakeReply CutStream(IReadOnlyList<string> events, bool reset = false)
        => Steps([Head(200, "text/event-stream"), .. events.Select(Event), reset ? ResetConnection() : CloseConnection()]);

    /// <summary>The given events, then nothing more until the other side gives up.</summary>
    public static FakeReply StalledStream(IReadOnlyList<string> events)
        => Steps([Head(200, "text/event-stream"), .. events.Select(Event), WaitUntilCallerLeaves()]);

    public static FakeReply Json(int status, string json, params (string Name, string Value)[] headers)
        => Body(status, "application/json", Encoding.UTF8.GetBytes(json), headers);

    /// <summary>An OpenAI-shaped error.</summary>
    public static FakeReply Error(int status, string code = "fake_error", string message = "The fake upstream was told to fail.", params (string Name, string Value)[] headers)
        => Json(status, $$$"""{"error":{"message":{{{Quote(message)}}},"type":"fake_error","param":null,"code":{{{Quote(code)}}}}}""", headers);

    public static FakeReply Body(int status, string contentType, byte[] body, params (string Name, string Value)[] headers)
        => Steps(Write(Encoding.UTF8.GetBytes(HeadText(status, contentType, headers, body.Length)).Concat(body).ToArray()));

    /// <summary>A JSON answer of about <paramref name="bytes"/> bytes, sent as fast as it is read.</summary>
    public static FakeReply Huge(long bytes) => Steps(Head(200, "application/json"), async (connection, cancellationToken) =>
    {
        var piece = Encoding.ASCII.GetBytes($"4000\r\n{new string('x', 0x4000)}\r\n");
        await connection.WriteAsync("c\r\n{\"content\":\"\r\n", cancellationToken);
        for (long sent = 0; sent < bytes; sent += 0x4000) await connection.WriteAsync(piece, cancellationToken);
        await connection.WriteAsync("2\r\n\"}\r\n0\r\n\r\n", cancellationToken);
    });

    /// <summary>Takes the request and never answers, until the other side gives up.</summary>
    public static FakeReply Silent() => Steps(WaitUntilCallerLeaves());

    /// <summary>Exactly these bytes, then the connection is closed.</summary>
    public static FakeReply Raw(string bytes) => Steps(Write(Encoding.Latin1.GetBytes(bytes)), CloseConnection());

    /// <summary>Takes the request, then RST.</summary>
    public static FakeReply Reset() => Steps(ResetConnection());

    // ---- changed replies

    public FakeReply After(TimeSpan delay) => new(request => _steps(request).Prepend(Pause(delay)));

    /// <summary>Held back until <paramref name="gate"/> completes.</summary>
    public FakeReply When(Task gate) => new(request => _steps(request).Prepend(WaitFor(gate)));

    // ---- steps

    public static Step Write(byte[] bytes) => (connection, cancellationToken) => connection.WriteAsync(bytes, cancellationToken);

    public static Step Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends <paramref name="bytes"/> in pieces of <paramref name="size"/>, each on its own.</summary>
    public static Step Trickle(byte[] bytes, int size, TimeSpan pause) => async (connection, cancellationToken) =>
    {
        for (var at = 0; at < bytes.Length; at += size)
        {
            if (at > 0) await Task.Delay(pause, cancellationToken);
            await connection.WriteAsync(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), cancellationToken);
        }
    };

    /// <summary>Status line and headers of an answer with a chunked body.</summary>
    public static Step Head(int status, string contentType, params (string Name, string Value)[] headers)
        => Write(HeadText(status, contentType, headers, length: null));

    /// <summary>One chunk of a chunked body.</summary>
    public static Step Chunk(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Write([.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, (byte)'\r', (byte)'\n']);
    }

    /// <summary>One server-sent event in a chunk of its own.</summary>
    public static Step Event(string data) => Chunk($"data: {data}\n\n");

    public static Step EndChunks() => Write("0\r\n\r\n");

    public static Step Pause(TimeSpan time) => (connection, cancellationToken) => Task.Delay(time, cancellationToken);

    public static Step WaitFor(Task gate) => (connection, cancellationToken) => gate.WaitAsync(cancellationToken);

    public static Step WaitUntilCallerLeaves() => (connection, cancellationToken) =>
    {
        connection.CloseAfterReply = true;
        return connection.CallerLeft.WaitAsync(cancellationToken);
    };

    public static Step CloseConnection() => (connection, _) =>
    {
        connection.CloseAfterReply = true;
        return Task.CompletedTask;
    };

    public static Step ResetConnection() => (connection, _) =>
    {
        connection.CloseAfterReply = true;
        connection.Reset();
        return Task.CompletedTask;
    };

    private static string HeadText(int status, string contentType, (string Name, string Value)[] headers, int? length)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {(HttpStatusCode)status}\r\ncontent-type: {contentType}\r\n");
        foreach (var (name, value) in headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        head.Append(length is null ? "transfer-encoding: chunked\r\n" : string.Create(CultureInfo.InvariantCulture, $"content-length: {length}\r\n"));
        return head.Append("\r\n").ToString();
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
