using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Contracts.Errors;
using Sluice.Gateway;
using Sluice.Gateway.Sandbox;
using Sluice.Server.Management.Playground;
using Refusal = Sluice.Gateway.Refusal;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>What came of the real call at the end of a diagnosis.</summary>
/// <param name="Refusal">What it was told, or <see langword="null"/>.</param>
/// <param name="Upstream">The name of the upstream that was asked; empty where none answered.</param>
internal sealed record DiagnosticReply(string RequestId, Refusal? Refusal, TimeSpan FirstToken, string Upstream);

/// <summary>
/// Makes a call of one token through all of the gateway's stages, with a secret of the key that works for a minute: it is authenticated, limited, counted and
/// recorded as any call with that key.
/// </summary>
internal sealed class DiagnosticCall(GatewayInsight gateway)
{
    private static readonly TimeSpan SecretLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Whether the endpoint can be called at the price of a token.</summary>
    public static bool CanCall(ModelEndpoint endpoint) => !endpoint.IsQuestion && endpoint != ModelEndpoints.ImageGenerations;

    public async Task<DiagnosticReply> MakeAsync(DiagnosedCall question, RealCall real, CancellationToken cancellationToken)
    {
        var token = PlaygroundTokens.New(gateway.Hasher, question.KeyId, real.OrganisationId, real.ActorId, real.MadeWith, gateway.Time.GetUtcNow(), out var row);
        row.ExpiresAtMs = row.CreatedAtMs + (long)SecretLifetime.TotalMilliseconds;
        await gateway.Acts.RunAsync("diagnose " + question.KeyId, act =>
        {
            act.Db.KeyCredentials.Add(row);
            act.Audit(real.OrganisationId, "key.diagnose", question.KeyId, ("route", question.Endpoint.Name), ("model", question.Model), ("publicId", row.PublicId));
            act.KeyChanged(question.KeyId);
            return Task.CompletedTask;
        }, cancellationToken, real.ActorId);

        using var deadline = new CancellationTokenSource(Deadline, gateway.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var answer = new FirstTokenStream(gateway.Time);
        var http = Request(question, real.From, "Bearer " + token.Reveal(), answer, either.Token);
        await gateway.Pipeline.RunAsync(http, question.Endpoint);
        cancellationToken.ThrowIfCancellationRequested();
        return new DiagnosticReply(http.Response.Headers["x-request-id"].ToString(), RefusalIn(http.Response.StatusCode, answer.Text, deadline.IsCancellationRequested), answer.FirstToken,
            http.Response.Headers["x-sluice-upstream"].ToString());
    }

    private static DefaultHttpContext Request(DiagnosedCall question, IPAddress from, string authorization, Stream answer, CancellationToken aborted)
    {
        var path = question.Endpoint.Paths[0];
        var body = Body(question.Endpoint, question.Model);
        var http = new DefaultHttpContext { RequestAborted = aborted };
        http.Connection.RemoteIpAddress = from;
        http.Request.Method = question.Endpoint.Method;
        http.Request.Path = path;
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = path;
        http.Request.ContentType = "application/json";
        http.Request.ContentLength = body.Length;
        http.Request.Body = new MemoryStream(body);
        http.Request.Headers.Authorization = authorization;
        http.Response.Body = answer;
        return http;
    }

    private static byte[] Body(ModelEndpoint endpoint, string model)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            if (endpoint == ModelEndpoints.Embeddings)
            {
                json.WriteString("input"u8, "ping"u8);
            }
            else if (endpoint.Members.Any(static m => m.Name == "messages"))
            {
                json.WriteStartArray("messages"u8);
                json.WriteStartObject();
                json.WriteString("role"u8, "user"u8);
                json.WriteString("content"u8, "ping"u8);
                json.WriteEndObject();
                json.WriteEndArray();
            }
            else
            {
                json.WriteString("prompt"u8, "ping"u8);
            }

            if (endpoint.CanStream)
            {
                json.WriteBoolean("stream"u8, true);
                // Models that think first are asked otherwise, and end with no token at all if they may make one only.
                if (SandboxModels.RejectsMaxTokens(model)) json.WriteNumber("max_completion_tokens"u8, 16);
                else json.WriteNumber("max_tokens"u8, 1);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>The error in an answer: its body, or the last event of a stream.</summary>
    private static Refusal? RefusalIn(int status, string text, bool late)
    {
        if (late)
            return new Refusal(ErrorCodes.UpstreamTimeout, $"Nothing came within {Deadline.TotalSeconds:0} s.");
        var json = text.StartsWith('{') ? text : text.Split('\n').LastOrDefault(static line => line.StartsWith("data: {\"error\"", StringComparison.Ordinal))?[6..];
        if (json is not null)
        {
            try
            {
                using var document = JsonDocument.Parse(json);
                if (document.RootElement.TryGetProperty("error", out var error) && error.GetProperty("code").GetString() is { } code && error.GetProperty("message").GetString() is { } message)
                    return new Refusal(new ErrorCode(code, status, error.GetProperty("type").GetString() ?? "", message));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                // Then the status alone says it.
            }
        }

        return status is >= 200 and < 300 ? null : new Refusal(ErrorCodes.UpstreamError);
    }
}
