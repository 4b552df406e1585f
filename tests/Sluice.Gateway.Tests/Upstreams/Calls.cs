using System.Text;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Requests;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams;

/// <summary>Definitions and calls that the tests of this folder start from.</summary>
internal static class Calls
{
    public const string Secret = "sk-upstream-secret";

    /// <summary>Longest that a test waits for what must happen; never reached when all is well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task Patiently(this Task task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static Task<T> Patiently<T>(this Task<T> task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static UpstreamDefinition Upstream(string baseUrl) => new()
    {
        Id = "cfg_test",
        Name = "test",
        Kind = UpstreamKind.OpenAI,
        BaseUrl = new Uri(baseUrl),
        ApiKey = new PlainSecret(Secret),
        Models = [new ServedModel("m", "m")],
        AllowPrivateAddress = true,
        ConnectTimeout = TimeSpan.FromSeconds(30),
    };

    public static UpstreamCall Post(string body = "{}", bool stream = false) => new()
    {
        Method = "POST",
        Path = "/chat/completions",
        Body = new SplicedBody(Encoding.UTF8.GetBytes(body)),
        Stream = stream,
        RequestId = "req_1",
        Via = "1.1 sluice",
    };

    public static UpstreamCall Get(string path = "/models") => new() { Method = "GET", Path = path, RequestId = "req_1", Via = "1.1 sluice" };

    /// <summary>Reads to the end, with reads of the given size.</summary>
    public static async Task<string> ReadAllAsync(UpstreamReply reply, int size = 4096)
    {
        var all = new MemoryStream();
        var buffer = new byte[size];
        int count;
        while ((count = await reply.ReadAsync(buffer)) > 0) all.Write(buffer, 0, count);
        return Encoding.Latin1.GetString(all.ToArray());
    }

    public static async Task<UpstreamException> FailureAsync(Func<Task> act)
        => await Should.ThrowAsync<UpstreamException>(() => act().Patiently());
}
