using Sluice.Server.Storage.Records;

namespace Sluice.Server.Tests.Storage.Records;

/// <summary>Request ids as the gateway makes them: ten characters of time, then sixteen of chance.</summary>
internal static class RequestIdsOfTests
{
    public static string At(DateTimeOffset at) => RecordDays.Floor(at.ToUnixTimeMilliseconds()) + Convert.ToHexString(Guid.NewGuid().ToByteArray())[..16];
}
