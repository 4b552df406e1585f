using System.Text.Json;
using Sluice.Contracts.Management;

namespace Sluice.Server.Management;

/// <summary>Answers as bytes.</summary>
internal static class ManagementAnswers
{
    public static byte[] Write(object answer) => JsonSerializer.SerializeToUtf8Bytes(answer, answer.GetType(), ManagementJson.Default);
}
