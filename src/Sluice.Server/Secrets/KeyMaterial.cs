using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Secrets;

/// <summary>
/// The secrets that are kept outside the database: peppers for key hashes, master keys for sealed credentials, the audit key.
/// Read once at start; prints nothing of them.
/// </summary>
public sealed class KeyMaterial
{
    private readonly (int Version, byte[] Secret)[] _masters;

    private KeyMaterial(Peppers peppers, (int, byte[])[] masters, byte[] audit) => (Peppers, _masters, AuditKey) = (peppers, masters, audit);

    public Peppers Peppers { get; }

    internal byte[] AuditKey { get; }

    internal IReadOnlyList<(int Version, byte[] Secret)> Masters => _masters;

    /// <summary>Reads the keys, and makes those that are missing where no data depends on them.</summary>
    /// <param name="folder">Made, with its owner's rights only, if it is not there.</param>
    /// <param name="databaseNeedsKeys">Whether the database holds hashes or sealed credentials, see <see cref="Storage.SluiceDatabase.NeedsKeyMaterialAsync"/>: then a missing file is not made anew.</param>
    /// <exception cref="KeyMaterialException">A file is missing, malformed, or readable by others.</exception>
    public static KeyMaterial Load(string folder, bool databaseNeedsKeys)
    {
        var files = new KeyFiles(Path.GetFullPath(folder));
        var peppers = files.ReadOrMake("pepper", !databaseNeedsKeys);
        var masters = files.ReadOrMake("master", !databaseNeedsKeys);
        var audit = files.ReadOrMake("audit", !databaseNeedsKeys);
        return new KeyMaterial(new Peppers(peppers[0].Version, peppers[0].Secret, [.. peppers.Skip(1)]), [.. masters], audit[0].Secret);
    }

    /// <summary>A key for one purpose, the same after every start: such as signing image links. Knowing it tells nothing about any other key.</summary>
    /// <param name="purpose">A constant, such as <c>image-links</c>.</param>
    /// <returns>32 bytes.</returns>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _masters[0].Secret, 32, info: Encoding.UTF8.GetBytes("sluice/" + purpose));
}
