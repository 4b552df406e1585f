using System.Security.Cryptography;
using System.Text.Json;
using Sluice.Contracts.Management;
using Sluice.Gateway.Upstreams;

namespace Sluice.Server.Management.Leaks;

/// <summary>
/// The public keys that GitHub signs its messages with, fetched when a message names one that is not known here; at most once a minute, so that strangers who
/// make up names cause no calls.
/// </summary>
internal sealed partial class GitHubKeys(ManagementOptions options, IServiceProvider services, TimeProvider time, ILogger<GitHubKeys> log) : IDisposable
{
    private static readonly TimeSpan FetchEvery = TimeSpan.FromMinutes(1);
    private const int KeysMax = 100;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private Dictionary<string, string> _keys = [];
    private long? _fetchedAt;
    private HttpClient? _http;

    /// <summary>PEM of the key, or <see langword="null"/> where GitHub has none of that name.</summary>
    /// <exception cref="HttpRequestException">None is known, and the list could not be read.</exception>
    public async ValueTask<string?> FindAsync(string identifier, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue(identifier, out var known))
            return known;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_keys.ContainsKey(identifier) && (_fetchedAt is not { } last || time.GetElapsedTime(last) >= FetchEvery))
            {
                _fetchedAt = time.GetTimestamp();
                await FetchAsync(cancellationToken);
            }

            if (_keys.Count == 0)
                throw new HttpRequestException("GitHub's list of public keys could not be read.");
            return _keys.GetValueOrDefault(identifier);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether GitHub signed these bytes with that key (ECDSA, P-256, SHA-256, DER).</summary>
    public static bool Verify(string pem, ReadOnlySpan<byte> body, string signature)
    {
        var bytes = new byte[200];
        if (signature.Length > 200 || !Convert.TryFromBase64String(signature, bytes, out var length))
            return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return key.KeySize == 256 && key.VerifyData(body, bytes.AsSpan(0, length), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _http?.Dispose();
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The address is the operator's own word.
            _http ??= services.GetRequiredService<OperatorHttp>().NewClient(new OperatorHttpRules { AllowPrivateAddress = true });
            using var request = new HttpRequestMessage(HttpMethod.Get, options.GitHubScanningKeysUrl);
            request.Headers.UserAgent.ParseAdd("sluice");
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await _http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            var list = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken), ManagementJson.Default.ScanningPublicKeys);
            var keys = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var key in (list?.PublicKeys ?? []).Take(KeysMax))
                keys[key.KeyIdentifier] = key.Key;
            _keys = keys;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            LogUnread(options.GitHubScanningKeysUrl!, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The public keys of GitHub's secret scanning cannot be read from {Url}: {Reason}")]
    private partial void LogUnread(Uri url, string reason);
}
