using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Console.Serving;

/// <summary>
/// Styles, scripts and the font, out of the assembly. Their address holds a digest of all of them, so that browsers keep them for ever and take new ones
/// at once; what can be compressed is, once, when it is first asked for.
/// </summary>
public static class AssetFiles
{
    public const string Root = "/console/assets";
    private static readonly FrozenDictionary<string, Asset> All = Read();
    private static readonly string Version = Digest();

    /// <summary>The address of an asset.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public static string Of(string name) => All.ContainsKey(name) ? $"{Root}/{Version}/{name}" : throw new KeyNotFoundException($"There is no asset '{name}'.");

    /// <summary>The address that the assets of a folder lie under.</summary>
    public static string Folder(string name) => $"{Root}/{Version}/{name}";

    public static IEnumerable<string> Names => All.Keys;

    internal static Asset? Find(string name) => All.GetValueOrDefault(name);

    private static FrozenDictionary<string, Asset> Read()
    {
        const string beginning = "assets/";
        var assembly = typeof(AssetFiles).Assembly;
        return assembly.GetManifestResourceNames().Where(static n => n.StartsWith(beginning, StringComparison.Ordinal)).Select(name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var path = name[beginning.Length..].Replace('\\', '/');
            return new Asset(path, path.StartsWith("js/", StringComparison.Ordinal) ? Lean(bytes) : bytes);
        }).ToFrozenDictionary(static a => a.Name, StringComparer.Ordinal);
    }

    // Comments on lines of their own and indentation are for whoever reads the source; no text of several lines is in it.
    private static byte[] Lean(byte[] script) => Encoding.UTF8.GetBytes(string.Join('\n',
        Encoding.UTF8.GetString(script).Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal))));

    private static string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var asset in All.Values.OrderBy(static a => a.Name, StringComparer.Ordinal)) hash.AppendData(asset.Bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }

    internal sealed class Asset(string name, byte[] bytes)
    {
        private readonly Lazy<byte[]> _brotli = new(() => Compress(bytes, static s => new BrotliStream(s, CompressionLevel.SmallestSize)));
        private readonly Lazy<byte[]> _gzip = new(() => Compress(bytes, static s => new GZipStream(s, CompressionLevel.SmallestSize)));

        public string Name => name;

        public byte[] Bytes => bytes;

        public string MediaType { get; } = Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".woff2" => "font/woff2",
            _ => "application/octet-stream",
        };

        public bool IsCompressed => name.EndsWith(".woff2", StringComparison.Ordinal);

        public byte[] Brotli => _brotli.Value;

        public byte[] Gzip => _gzip.Value;

        private static byte[] Compress(byte[] bytes, Func<Stream, Stream> into)
        {
            using var result = new MemoryStream();
            using (var stream = into(result)) stream.Write(bytes);
            return result.ToArray();
        }
    }
}
