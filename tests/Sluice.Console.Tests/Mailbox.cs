using System.Text.RegularExpressions;
using Sluice.Testing;

namespace Sluice.Console.Tests;

/// <summary>Mails as the operator finds them in the outbox, where no channel is set up.</summary>
public static partial class Mailbox
{
    /// <summary>The path of the newest link to somebody in a mail of that kind.</summary>
    public static async Task<string> LinkAsync(SluiceServer server, string address, string kind)
    {
        var list = await server.ManageAsync(HttpMethod.Get, "/api/v1/outbox?limit=100");
        var id = list.GetProperty("data").EnumerateArray().First(m => m.GetProperty("recipient").GetString() == address && m.GetProperty("kind").GetString() == kind).GetProperty("id").GetString();
        var message = await server.ManageAsync(HttpMethod.Get, "/api/v1/outbox/" + id);
        return new Uri(Link().Match(message.GetProperty("body").GetString()!).Value).PathAndQuery;
    }

    /// <summary>The newest code that a telephone got.</summary>
    public static async Task<string> CodeAsync(SluiceServer server, string number)
    {
        var list = await server.ManageAsync(HttpMethod.Get, "/api/v1/outbox?limit=100");
        var id = list.GetProperty("data").EnumerateArray().First(m => m.GetProperty("recipient").GetString() == number).GetProperty("id").GetString();
        return Code().Match((await server.ManageAsync(HttpMethod.Get, "/api/v1/outbox/" + id)).GetProperty("body").GetString()!).Value;
    }

    [GeneratedRegex(@"http\S+\?token=\S+")]
    private static partial Regex Link();

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex Code();
}

/// <summary>A clock that can be put forward.</summary>
public sealed class MovableTime : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

    public void Advance(TimeSpan by) => _ahead += by;
}
