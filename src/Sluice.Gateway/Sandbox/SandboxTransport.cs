using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Requests;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// The stand-in model, in process. It answers as the vendor does whose model is named (DeepSeek for <c>deepseek-*</c>, else OpenAI), the
/// same for the same request, at a set pace, with honest usage, and with the faults that <c>x-sluice-sandbox</c> asks for.
/// </summary>
public sealed class SandboxTransport(SandboxOptions options, TimeProvider time) : IUpstreamTransport
{
    /// <summary>Largest body that is worked on without leaving the calling thread, in bytes.</summary>
    private const int InlineMax = 2048;

    /// <summary>Longest asked-for answer that is made without leaving the calling thread, in tokens.</summary>
    private const int InlineTokensMax = 2000;

    private readonly SandboxImages _images = new(options, time);

    /// <inheritdoc/>
    public async ValueTask<UpstreamReply> SendAsync(UpstreamCall call)
    {
        var wait = new SandboxWait(call, time);
        call.Bind(wait);
        try
        {
            wait.ThrowIfAborted();
            SandboxDirectives directives;
            try
            {
                directives = SandboxDirectives.Parse(call.SandboxDirectives);
            }
            catch (SandboxProblem problem)
            {
                return Refuse(wait, problem, call.RequestId);
            }

            await wait.DelayAsync(directives.Delay);
            if (directives.Html) return Html(wait, directives, call.RequestId);

            // The vocabulary takes a third of a second to load: never on an I/O thread.
            if (!TokenCounter.IsReady) await TokenCounter.WarmAsync();
            var reply = IsShort(call, directives) ? Answer(call, wait, directives) : await Task.Run(() => Answer(call, wait, directives));
            try
            {
                wait.ThrowIfAborted();
                return reply;
            }
            catch (UpstreamException)
            {
                await reply.DisposeAsync();
                throw;
            }
        }
        catch (UpstreamException)
        {
            wait.Dispose();
            throw;
        }
        // Whoever calls a transport handles one kind of exception.
        catch (Exception e)
        {
            wait.Dispose();
            throw new UpstreamException(UpstreamFailure.Protocol, dispatched: true, "The sandbox failed to make an answer.", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Whether the answer is made quickly enough for an I/O thread.</summary>
    private static bool IsShort(UpstreamCall call, SandboxDirectives directives)
        => call.Body.Length <= InlineMax && !call.Path.EndsWith("/images/generations", StringComparison.Ordinal) && (directives.Tokens ?? 0) <= InlineTokensMax && !Mentions(call.Body, "\"pattern\""u8);

    private static bool Mentions(SplicedBody body, ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < SplicedBody.Count; i++)
        {
            if (body[i].Span.IndexOf(text) >= 0) return true;
        }

        return false;
    }

    private UpstreamReply Answer(UpstreamCall call, SandboxWait wait, SandboxDirectives directives)
    {
        var flavour = SandboxFlavour.OpenAI;
        byte[]? joined = null;
        try
        {
            var bytes = Joined(call.Body, ref joined);
            var seed = RequestSeed.Of(bytes.Span);
            var body = new JsonSlice(Trimmed(bytes));
            if (body["model"u8] is { IsString: true } model) flavour = SandboxModels.FlavourOf(model.Text());
            if (directives.Status is { } status) throw SandboxProblem.OfStatus(flavour, status);
            return Answer(call, wait, directives, body, seed);
        }
        catch (SandboxProblem problem)
        {
            return Refuse(wait, problem, call.RequestId, directives.RetryAfter);
        }
        // Text with broken surrogates or broken UTF-8 shows only when it is taken out of the JSON.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            var problem = directives.Status is { } status ? SandboxProblem.OfStatus(flavour, status) : SandboxProblem.Invalid(flavour, null, "The request body is not valid JSON in UTF-8.", "invalid_json");
            return Refuse(wait, problem, call.RequestId, directives.RetryAfter);
        }
        finally
        {
            if (joined is not null) ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private UpstreamReply Answer(UpstreamCall call, SandboxWait wait, SandboxDirectives directives, JsonSlice body, ulong seed)
    {
        switch (call.Path)
        {
            case "/chat/completions" or "/v1/chat/completions" or "/beta/chat/completions":
                var chat = new ChatComposer(ChatRequestReader.Read(body, seed), directives);
                return body["stream"u8].Kind == JsonTokenType.True
                    ? Stream(call, wait, directives, new ChatEvents(chat.Compose(time)))
                    : Json(call, wait, directives, chat.Compose(time), static (to, answer) => ChatJson.Write(to, answer));
            case "/completions" or "/v1/completions" or "/beta/completions":
                var completion = CompletionRequestReader.Read(body, seed);
                var answer = CompletionAnswer.Compose(completion, directives, time);
                return completion.Stream
                    ? Stream(call, wait, directives, new CompletionEvents(answer))
                    : Json(call, wait, directives, answer, static (to, answer) => CompletionJson.Write(to, answer));
            case "/embeddings" or "/v1/embeddings":
                return Json(call, wait, directives, body, (to, body) => Embeddings.Write(to, body, directives));
            case "/images/generations" or "/v1/images/generations":
                return Json(call, wait, directives, body, (to, body) => ImageGenerations.Write(to, body, seed, _images, directives, time, wait.ThrowIfAborted));
            default:
                throw new SandboxProblem(404, "invalid_request_error", "not_found", null, "The sandbox has no such endpoint.");
        }
    }

    private EventReply Stream(UpstreamCall call, SandboxWait wait, SandboxDirectives directives, EventScript script)
        => new(wait, script, directives, directives.Pace ?? options.TokensPerSecond, call.RequestId);

    private static BodyReply Json<T>(UpstreamCall call, SandboxWait wait, SandboxDirectives directives, T answer, Action<PooledBytes, T> write)
    {
        // There is no event to put an error into.
        if (directives.ErrorAfter is not null) throw SandboxProblem.OfStatus(SandboxFlavour.OpenAI, 500);
        var body = new PooledBytes();
        try
        {
            write(body, answer);
            return new BodyReply(wait, body, directives, 200, "application/json", call.RequestId);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static BodyReply Refuse(SandboxWait wait, SandboxProblem problem, string requestId, int? retryAfter = null)
    {
        var body = new PooledBytes();
        problem.WriteTo(body);
        return new BodyReply(wait, body, SandboxDirectives.None, problem.Status, "application/json", requestId, problem.Status >= 400 ? retryAfter?.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static BodyReply Html(SandboxWait wait, SandboxDirectives directives, string requestId)
    {
        var body = new PooledBytes();
        body.Raw("<!doctype html><html><head><title>Sandbox</title></head><body><h1>Not the answer you wanted</h1><p>The x-sluice-sandbox header asked for a page.</p></body></html>"u8);
        return new BodyReply(wait, body, SandboxDirectives.None, directives.Status ?? 200, "text/html; charset=utf-8", requestId, directives.RetryAfter?.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The body in one run: its own where it is one, else copied into a rented array.</summary>
    private static ReadOnlyMemory<byte> Joined(SplicedBody body, ref byte[]? rented)
    {
        for (var i = 0; i < SplicedBody.Count; i++)
        {
            if (body[i].Length > 0 && body[i].Length == body.Length) return body[i];
        }

        rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, body.Length));
        body.CopyTo(rented);
        return rented.AsMemory(0, body.Length);
    }

    private static ReadOnlyMemory<byte> Trimmed(ReadOnlyMemory<byte> json)
    {
        var start = json.Span.IndexOfAnyExcept(" \t\r\n"u8);
        return start <= 0 ? json : json[start..];
    }
}
