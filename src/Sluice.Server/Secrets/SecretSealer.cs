using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Secrets;

/// <summary>
/// Seals credentials for keeping in the database: AES-256-GCM under a random key of its own for each, which the master key wraps.
/// Record, field and origin (scheme, host, port) are bound in, so that a value moved to another row, or left behind when the
/// URL beside it is changed, does not open. Files are sealed the same way, bound to their organisation in place of an origin.
/// </summary>
public sealed class SecretSealer(KeyMaterial material)
{
    private const byte Format = 1;
    private const byte BytesFormat = 2;
    private const int HeaderBytes = 1 + sizeof(int);
    private const int KeyBytes = 32;
    private static readonly int NonceBytes = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagBytes = AesGcm.TagByteSizes.MaxSize;
    private static readonly int WrappedBytes = NonceBytes + KeyBytes + TagBytes;
    private static readonly int OverheadBytes = HeaderBytes + WrappedBytes + NonceBytes + TagBytes;

    /// <summary>Longest secret, UTF-8 bytes.</summary>
    public const int SecretBytesMax = 8 * 1024;

    /// <summary>Seals a secret for one field of one record.</summary>
    /// <param name="recordId">Such as <c>ups_…</c>.</param>
    /// <param name="field">Such as <c>api_key</c>.</param>
    /// <param name="origin">Absolute URL that the secret may be sent to; its path does not count.</param>
    /// <exception cref="ArgumentException">The secret is longer than 8 KiB.</exception>
    public byte[] Seal(PlainSecret secret, string recordId, string field, Uri origin)
    {
        var plain = Encoding.UTF8.GetBytes(secret.Reveal());
        if (plain.Length > SecretBytesMax) throw new ArgumentException($"The secret has {plain.Length} bytes; at most {SecretBytesMax} are allowed.", nameof(secret));
        var (version, master) = material.Masters[0];
        var box = new byte[OverheadBytes + plain.Length];
        box[0] = Format;
        BinaryPrimitives.WriteInt32LittleEndian(box.AsSpan(1), version);
        var bound = Bind(box.AsSpan(0, HeaderBytes), recordId, field, origin);
        Span<byte> key = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(key);
        Encrypt(master, key, box.AsSpan(HeaderBytes, WrappedBytes), bound);
        Encrypt(key, plain, box.AsSpan(HeaderBytes + WrappedBytes), bound);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(plain);
        return box;
    }

    /// <summary>Opens what <see cref="Seal"/> made with the same record, field and origin. Never throws: anything else, and anything changed by one bit, does not open.</summary>
    public bool TryOpen(ReadOnlySpan<byte> box, string recordId, string field, Uri origin, [NotNullWhen(true)] out PlainSecret? secret)
    {
        secret = null;
        if (box.Length < OverheadBytes || box.Length > OverheadBytes + SecretBytesMax || box[0] != Format) return false;
        var version = BinaryPrimitives.ReadInt32LittleEndian(box[1..]);
        var master = material.Masters.FirstOrDefault(m => m.Version == version).Secret;
        if (master is null) return false;
        var bound = Bind(box[..HeaderBytes], recordId, field, origin);
        Span<byte> key = stackalloc byte[KeyBytes];
        var plain = new byte[box.Length - OverheadBytes];
        try
        {
            Decrypt(master, box.Slice(HeaderBytes, WrappedBytes), key, bound);
            Decrypt(key, box[(HeaderBytes + WrappedBytes)..], plain, bound);
            secret = new PlainSecret(Encoding.UTF8.GetString(plain));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Seals bytes of any length, such as an uploaded file, for one purpose of one record of one organisation.</summary>
    /// <param name="recordId">Such as <c>doc_…</c>.</param>
    /// <param name="purpose">Such as <c>licence</c>.</param>
    public byte[] SealBytes(ReadOnlySpan<byte> plain, string recordId, string purpose, string organisationId)
    {
        var (version, master) = material.Masters[0];
        var box = new byte[OverheadBytes + plain.Length];
        box[0] = BytesFormat;
        BinaryPrimitives.WriteInt32LittleEndian(box.AsSpan(1), version);
        var bound = Bind(box.AsSpan(0, HeaderBytes), recordId, purpose, organisationId);
        Span<byte> key = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(key);
        Encrypt(master, key, box.AsSpan(HeaderBytes, WrappedBytes), bound);
        Encrypt(key, plain, box.AsSpan(HeaderBytes + WrappedBytes), bound);
        CryptographicOperations.ZeroMemory(key);
        return box;
    }

    /// <summary>Opens what <see cref="SealBytes"/> made with the same record, purpose and organisation. Never throws: anything else, and anything changed by one bit, does not open.</summary>
    public bool TryOpenBytes(ReadOnlySpan<byte> box, string recordId, string purpose, string organisationId, [NotNullWhen(true)] out byte[]? plain)
    {
        plain = null;
        if (box.Length < OverheadBytes || box[0] != BytesFormat) return false;
        var version = BinaryPrimitives.ReadInt32LittleEndian(box[1..]);
        var master = material.Masters.FirstOrDefault(m => m.Version == version).Secret;
        if (master is null) return false;
        var bound = Bind(box[..HeaderBytes], recordId, purpose, organisationId);
        Span<byte> key = stackalloc byte[KeyBytes];
        try
        {
            Decrypt(master, box.Slice(HeaderBytes, WrappedBytes), key, bound);
            var opened = new byte[box.Length - OverheadBytes];
            Decrypt(key, box[(HeaderBytes + WrappedBytes)..], opened, bound);
            plain = opened;
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Whether two URLs share scheme, host and port, so that a secret sealed for one opens for the other.</summary>
    public static bool SameOrigin(Uri a, Uri b) => Origin(a) == Origin(b);

    private static string Origin(Uri url) => $"{url.Scheme}://{url.IdnHost}:{url.Port}".ToLowerInvariant();

    // Each part with its length before it: no two different lists of parts give the same bytes.
    private static byte[] Bind(ReadOnlySpan<byte> header, params ReadOnlySpan<string> parts)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(header);
        foreach (var part in parts) writer.Write(part);
        return stream.ToArray();
    }

    private static byte[] Bind(ReadOnlySpan<byte> header, string recordId, string field, Uri origin) => Bind(header, recordId, field, Origin(origin));

    private static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, Span<byte> box, ReadOnlySpan<byte> bound)
    {
        using var aes = new AesGcm(key, TagBytes);
        var nonce = box[..NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(nonce, plain, box.Slice(NonceBytes, plain.Length), box.Slice(NonceBytes + plain.Length, TagBytes), bound);
    }

    private static void Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, Span<byte> plain, ReadOnlySpan<byte> bound)
    {
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(box[..NonceBytes], box.Slice(NonceBytes, plain.Length), box[(NonceBytes + plain.Length)..], plain, bound);
    }
}
