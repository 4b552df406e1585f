using System.Globalization;

namespace Sluice.Gateway.Ledger;

/// <summary>The journal's folder, locked for this process, and the segment files in it.</summary>
internal sealed class JournalFolder : IDisposable
{
    private const string Extension = ".journal";

    private readonly FileStream _lock;
    private readonly HashSet<long> _damaged = [];

    private JournalFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <exception cref="LedgerStartException">The folder cannot be made or written, or another process holds it.</exception>
    public static JournalFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LedgerStartException($"The journal folder {path} cannot be made: {failure.Message} Choose a data folder that this user may write to.", failure);
        }
        var lockPath = System.IO.Path.Combine(path, "lock");
        try
        {
            return new JournalFolder(path, new FileStream(lockPath, OwnerOnly(new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
            })));
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new LedgerStartException($"The journal folder {path} cannot be written: {failure.Message} Choose a data folder that this user may write to.", failure);
        }
        catch (IOException failure)
        {
            throw new LedgerStartException($"The journal folder {path} is in use by another process, or its lock file cannot be opened ({failure.Message}). Two processes must not share a data folder: stop the other one, or give this one its own.", failure);
        }
    }

    public static FileStreamOptions OwnerOnly(FileStreamOptions options)
    {
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    public string PathOf(long segment) => System.IO.Path.Combine(Path, segment.ToString("D8", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Numbers of the segments there are, ascending.</summary>
    public List<long> Segments()
    {
        var numbers = new List<long>();
        foreach (var file in Directory.EnumerateFiles(Path, "*" + Extension))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(file);
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && file == PathOf(number)) numbers.Add(number);
        }
        numbers.Sort();
        return numbers;
    }

    /// <summary>Marks a segment as one to be set aside, not deleted, when it is done with.</summary>
    public void MarkDamaged(long segment)
    {
        lock (_damaged) _damaged.Add(segment);
    }

    /// <summary>Deletes a segment that is done with; a damaged one is renamed and left for the operator.</summary>
    public void Remove(long segment)
    {
        bool damaged;
        lock (_damaged) damaged = _damaged.Remove(segment);
        var path = PathOf(segment);
        if (!damaged)
        {
            File.Delete(path);
            return;
        }
        File.Move(path, path + ".damaged", overwrite: true);
    }

    public void Dispose() => _lock.Dispose();
}
