namespace Sluice.Server.Hosting;

/// <summary>The folder that everything lies in, held for one process as long as this is not disposed.</summary>
public sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder if need be (owner only) and takes it for this process.</summary>
    /// <exception cref="StartupException">It cannot be made or written, or another process has it.</exception>
    public static DataFolder Open(string path)
    {
        if (System.IO.File.Exists(path)) throw new StartupException($"The data folder {path} is a file: choose another place with --data.");
        FileStream? held = null;
        try
        {
            if (!Directory.Exists(path))
            {
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
                else Directory.CreateDirectory(path, OwnerOnlyFolder);
            }
            held = Hold(System.IO.Path.Combine(path, "lock"));
            // The lock file may be there already, in a folder that has become read-only since.
            using (OpenOwnerOnly(System.IO.Path.Combine(path, ".write-test"), FileMode.Create, FileShare.None, FileOptions.DeleteOnClose)) { }
            return new DataFolder(path, held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw new StartupException($"The data folder {path} cannot be written ({e.Message.TrimEnd('.')}): give this user the right to, or choose another place with --data.", inner: e);
        }
    }

    /// <summary>Writes the whole file or nothing, readable by its owner only, and on the disk when this returns.</summary>
    public void WriteWhole(string name, ReadOnlySpan<byte> bytes)
    {
        var temporary = File(name + ".tmp");
        using (var stream = OpenOwnerOnly(temporary, FileMode.Create, FileShare.None, FileOptions.None))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        System.IO.File.Move(temporary, File(name), overwrite: true);
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Hold(string path)
    {
        try
        {
            return OpenOwnerOnly(path, FileMode.OpenOrCreate, FileShare.None, FileOptions.None);
        }
        catch (IOException e) when (IsHeldByAnother(e, path))
        {
            throw new StartupException($"Another Sluice uses the data folder {System.IO.Path.GetDirectoryName(path)}: stop it, or give this one a folder of its own with --data.", inner: e);
        }
    }

    private static bool IsHeldByAnother(IOException e, string path)
    {
        const int SharingViolationWindows = unchecked((int)0x80070020);
        const int WouldBlock = 11, WouldBlockMac = 35;
        return e.HResult is SharingViolationWindows or WouldBlock or WouldBlockMac
            || (e.GetType() == typeof(IOException) && System.IO.File.Exists(path) && e.Message.Contains("being used by another process", StringComparison.Ordinal));
    }

    private static FileStream OpenOwnerOnly(string path, FileMode mode, FileShare share, FileOptions fileOptions)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, Options = fileOptions, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnlyFile;
        return new FileStream(path, options);
    }
}
