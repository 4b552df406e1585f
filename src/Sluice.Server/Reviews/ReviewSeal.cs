using System.Security.Cryptography;
using System.Text;
using Sluice.Server.Secrets;

namespace Sluice.Server.Reviews;

/// <summary>Signs what a finished review found, under a key that the database does not hold.</summary>
internal sealed class ReviewSeal(KeyMaterial material)
{
    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, material.AuditKey, 32, info: "sluice/access-reviews"u8.ToArray());

    /// <param name="reviewId">A signature of one review is none of another.</param>
    /// <param name="form">What the content is: <c>evidence</c>, <c>csv</c>, <c>html</c>.</param>
    public byte[] Sign(string reviewId, string form, ReadOnlySpan<byte> content)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write("sluice access review 1");
            writer.Write(reviewId);
            writer.Write(form);
            writer.Write(SHA256.HashData(content));
        }

        return HMACSHA256.HashData(_key, stream.ToArray());
    }
}
