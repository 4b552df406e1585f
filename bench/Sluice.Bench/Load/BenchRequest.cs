using System.Globalization;
using System.Text;

namespace Sluice.Bench.Load;

/// <summary>The one chat request of the rig; <c>script</c> tells the stand-in how to answer (see <see cref="Upstream.BenchScript"/>).</summary>
internal static class BenchRequest
{
    internal const string Path = "/v1/chat/completions";

    internal static string Body(string script, bool stream) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"model":"bench-model","messages":[{"role":"system","content":"You are a careful assistant. Answer in plain words and keep to the question."},{"role":"user","content":"bench={{script}} A weir holds back a river and has three gates. Explain in a few sentences how the operator should set them when rain is expected upstream, and what must never be done."}],"temperature":0.7,"max_tokens":256,"stream":{{(stream ? "true" : "false")}}}""");

    internal static byte[] Bytes(Endpoint endpoint, string script, bool stream)
    {
        var body = Body(script, stream);
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {Path} HTTP/1.1\r\nHost: 127.0.0.1:{endpoint.Port}\r\nAuthorization: Bearer {endpoint.ApiKey}\r\nContent-Type: application/json\r\nAccept: */*\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }
}
