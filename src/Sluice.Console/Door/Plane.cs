using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Management;

namespace Sluice.Console.Door;

/// <summary>The control plane as pages use it: paths as in the API's description, bodies and answers as its contracts. One for each request.</summary>
public sealed class Plane(IControlPlane door, IHttpContextAccessor accessor)
{
    internal HttpContext Http => accessor.HttpContext ?? throw new InvalidOperationException("A page asked outside of a request.");

    public string BaseUrl => door.BaseUrl;

    public string ClientAddress => door.ClientAddress(Http);

    public bool HasSession => door.HasSession(Http);

    public Task<Reply<T>> GetAsync<T>(string path) where T : class => ReadAsync<T>(new ControlRequest("GET", path));

    /// <param name="body">A contract of <c>Sluice.Contracts.Management</c> or a <see cref="JsonObject"/>; <see langword="null"/> for none.</param>
    public Task<Reply<T>> PostAsync<T>(string path, object? body = null, string? idempotencyKey = null, string? ifMatch = null) where T : class => WriteAsync<T>("POST", path, body, idempotencyKey, ifMatch);

    public Task<Reply<T>> PatchAsync<T>(string path, object? body, string? ifMatch = null) where T : class => WriteAsync<T>("PATCH", path, body, null, ifMatch);

    public Task<Reply<T>> PutAsync<T>(string path, object? body, string? ifMatch = null) where T : class => WriteAsync<T>("PUT", path, body, null, ifMatch);

    /// <summary>Returns the problem, or <see langword="null"/> when it is done.</summary>
    public async Task<ProblemBody?> DeleteAsync(string path, object? body = null) => (await SendAsync(new ControlRequest("DELETE", path, Bytes(body)))).Problem;

    /// <summary>For operations whose answer is of no interest: the problem, or <see langword="null"/> when it is done.</summary>
    public async Task<ProblemBody?> DoAsync(string method, string path, object? body = null, string? idempotencyKey = null, string? ifMatch = null) =>
        (await SendAsync(new ControlRequest(method, path, Bytes(body)) { IdempotencyKey = idempotencyKey, IfMatch = ifMatch })).Problem;

    public async Task<ControlReply> SendAsync(ControlRequest request) => await door.SendAsync(Http, request);

    private Task<Reply<T>> WriteAsync<T>(string method, string path, object? body, string? idempotencyKey, string? ifMatch) where T : class =>
        ReadAsync<T>(new ControlRequest(method, path, Bytes(body)) { IdempotencyKey = idempotencyKey, IfMatch = ifMatch });

    private async Task<Reply<T>> ReadAsync<T>(ControlRequest request) where T : class
    {
        var reply = await SendAsync(request);
        if (reply.Problem is { } problem)
            return new Reply<T>(null, problem);
        var value = reply.Body.IsEmpty ? null : (T?)JsonSerializer.Deserialize(reply.Body.Span, typeof(T), ManagementJson.Default);
        return new Reply<T>(value, null, reply.ETag, reply.Replayed);
    }

    private static ReadOnlyMemory<byte> Bytes(object? body) => body switch
    {
        null => default,
        JsonNode node => JsonSerializer.SerializeToUtf8Bytes(node),
        _ => JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), ManagementJson.Default),
    };
}
