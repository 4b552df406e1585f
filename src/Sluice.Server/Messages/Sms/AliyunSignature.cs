using System.Security.Cryptography;
using System.Text;

namespace Sluice.Server.Messages.Sms;

/// <summary>
/// Alibaba Cloud's request signature, version 3 (ACS3-HMAC-SHA256): over method, path, sorted query, the headers <c>host</c> and <c>x-acs-*</c>, and the body's hash.
/// </summary>
internal static class AliyunSignature
{
    public const string Algorithm = "ACS3-HMAC-SHA256";

    /// <summary>What follows <see cref="Algorithm"/> in the Authorization header.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">As sent.</param>
    /// <param name="query">As sent: sorted and encoded by <see cref="Query"/>.</param>
    /// <param name="headers">The signed ones, names in lower case.</param>
    /// <param name="bodyHash">Lower-case hexadecimal SHA-256 of the body; also the value of <c>x-acs-content-sha256</c>.</param>
    /// <param name="accessKeyId">Whose signature it is.</param>
    /// <param name="accessKeySecret">Signs.</param>
    public static string Authorization(string method, string path, string query, IReadOnlyDictionary<string, string> headers, string bodyHash, string accessKeyId, string accessKeySecret)
    {
        var sorted = headers.OrderBy(h => h.Key, StringComparer.Ordinal).ToList();
        var names = string.Join(';', sorted.Select(h => h.Key));
        var canonical = new StringBuilder().Append(method).Append('\n').Append(path).Append('\n').Append(query).Append('\n');
        foreach (var (name, value) in sorted) canonical.Append(name).Append(':').Append(value.Trim()).Append('\n');
        canonical.Append('\n').Append(names).Append('\n').Append(bodyHash);

        var signed = $"{Algorithm}\n{Hash(canonical.ToString())}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(accessKeySecret), Encoding.UTF8.GetBytes(signed)));
        return $"Credential={accessKeyId},SignedHeaders={names},Signature={signature}";
    }

    /// <summary>Sorted by name; everything but letters, digits and <c>-_.~</c> as percent signs.</summary>
    public static string Query(IEnumerable<KeyValuePair<string, string>> parameters)
        => string.Join('&', parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
