using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sluice.Server.Secrets;

/// <summary>
/// A folder of keys: files <c>&lt;kind&gt;-&lt;version&gt;.key</c>, each 32 bytes in base64, for their owner only.
/// </summary>
internal sealed partial class KeyFiles(string folder)
{
    private const int KeyBytes = 32;
    private const int FileBytesMax = 1024;
    private const UnixFileMode OthersMask = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Every version of one kind, newest first. Where there is none, version 1 is made, or the start refused.</summary>
    /// <param name="kind">Such as <c>pepper</c>.</param>
    /// <param name="mayMake">Whether no database needs a key that this would replace.</param>
    public IReadOnlyList<(int Version, byte[] Secret)> ReadOrMake(string kind, bool mayMake)
    {
        try
        {
            var versions = Versions(kind);
            if (versions.Count == 0)
            {
                var path = PathOf(kind, 1);
                if (!mayMake)
                    throw new KeyMaterialException($"The key file {path} is missing although the database has data that needs it: restore the folder {folder} from the backup of this database.");
                Make(path);
                versions = Versions(kind);
            }
            return [.. versions.OrderDescending().Select(v => (v, Read(PathOf(kind, v))))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyMaterialException($"The key folder {folder} cannot be read or written ({e.Message}): give the user that runs Sluice the right to.", e);
        }
    }

    private List<int> Versions(string kind)
    {
        var versions = new List<int>();
        if (!Directory.Exists(folder)) return versions;
        foreach (var path in Directory.EnumerateFiles(folder, $"{kind}-*.key"))
            if (int.TryParse(Path.GetFileNameWithoutExtension(path.AsSpan())[(kind.Length + 1)..], System.Globalization.NumberStyles.None, null, out var version) && version > 0)
                versions.Add(version);
        return versions;
    }

    private string PathOf(string kind, int version) => Path.Combine(folder, $"{kind}-{version}.key");

    private void Make(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Written aside and put into place: nobody ever sees a file half written, and of two processes that start together one wins.
        var aside = $"{path}.{Guid.CreateVersion7():n}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(aside, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n"));
            file.Flush(flushToDisk: true);
        }
        try
        {
            PutInPlace(aside, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // The other one's is as good.
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <exception cref="IOException">There is a file at <paramref name="path"/> already.</exception>
    private static void PutInPlace(string aside, string path)
    {
        // File.Move looks first and renames then, so two at once could both succeed, and the first would go on with a key that is no longer there.
        // A second name for the file is given or refused in one act. Where the file system knows no second names, moving is all there is.
        const int Exists = 17;
        if (!OperatingSystem.IsWindows())
        {
            if (Link(aside, path) == 0) return;
            if (Marshal.GetLastPInvokeError() == Exists) throw new IOException($"The file {path} exists already.");
        }
        File.Move(aside, path, overwrite: false);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & OthersMask) is var others && others != UnixFileMode.None)
            throw new KeyMaterialException($"The key file {path} is open to other users of this machine: run 'chmod 600 {path}', and if others may have read it, restore or replace it.");
        if (file.Length > FileBytesMax) throw Malformed(path);
        var text = new byte[file.Length];
        file.ReadExactly(text);
        try
        {
            var secret = Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(text).Trim());
            if (secret.Length == KeyBytes && secret.AsSpan().ContainsAnyExcept((byte)0)) return secret;
        }
        catch (FormatException)
        {
            // Said below.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
        throw Malformed(path);
    }

    private static KeyMaterialException Malformed(string path) =>
        new($"The key file {path} does not hold {KeyBytes} bytes in base64: restore it from the backup of this database.");
}
