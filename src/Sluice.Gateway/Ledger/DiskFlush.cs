using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Gateway.Ledger;

/// <summary>Brings what was written to stable storage.</summary>
internal static partial class DiskFlush
{
    /// <summary>
    /// A file's bytes. On Linux without its times, which a mapping changes with every flush: leaving them out spares the file system a
    /// commit of its own journal each time.
    /// </summary>
    public static void Data(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }
        while (FlushData(file) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted) throw new IOException($"Flushing the journal to disk failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    /// <summary>That a new file exists under its name. Windows keeps names with the file.</summary>
    public static void Names(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var directory = Open(folder, 0);
        if (directory < 0) return;
        // Some file systems know no flush of a folder; they have nothing that it could lose.
        _ = Flush(directory);
        _ = Close(directory);
    }

    private const int Interrupted = 4;

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FlushData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);
}
