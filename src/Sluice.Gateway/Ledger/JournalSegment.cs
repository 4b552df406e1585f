using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Gateway.Ledger;

/// <summary>One segment being written: a file whose every byte is on disk before the first entry is, mapped into memory. Guarded by its journal.</summary>
internal sealed unsafe class JournalSegment : IDisposable
{
    private static readonly byte[] Zeros = new byte[256 * 1024];

    private readonly FileStream _file;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _bytes;

    private JournalSegment(FileStream file, long number, int capacity)
    {
        _file = file;
        Number = number;
        Capacity = capacity;
        _mapping = MemoryMappedFile.CreateFromFile(file, null, capacity, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _mapping.CreateViewAccessor(0, capacity);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        _bytes += _view.PointerOffset;
    }

    public long Number { get; }
    public int Capacity { get; }

    /// <summary>Where the next entry goes.</summary>
    public int Position { get; private set; } = JournalFormat.HeadBytes;

    public int Remaining => Capacity - Position;

    /// <exception cref="IOException">The disk is full or failing; nothing is left behind.</exception>
    public static JournalSegment Create(JournalFolder folder, long number, int capacity)
    {
        var path = folder.PathOf(number);
        var file = new FileStream(path, JournalFolder.OwnerOnly(new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            PreallocationSize = capacity,
        }));
        try
        {
            // Really written, because not every file system honours a preallocation: a full disk must show here, as an exception,
            // and never later, as a fault on memory.
            for (var offset = 0; offset < capacity; offset += Zeros.Length)
            {
                RandomAccess.Write(file.SafeFileHandle, Zeros.AsSpan(0, Math.Min(Zeros.Length, capacity - offset)), offset);
            }
            Span<byte> head = stackalloc byte[JournalFormat.HeadBytes];
            JournalFormat.WriteHead(head, number);
            RandomAccess.Write(file.SafeFileHandle, head, 0);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            DiskFlush.Names(folder.Path);
            return new JournalSegment(file, number, capacity);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Room for the next entry; there must be <see cref="JournalFormat.EntryBytesMax"/> remaining.</summary>
    public Span<byte> Next() => new(_bytes + Position, JournalFormat.EntryBytesMax);

    /// <summary>Publishes the entry whose payload was put into <see cref="Next"/>.</summary>
    public void Publish(JournalEntryKind kind, int payloadBytes)
        => Position += JournalFormat.Publish(Next(), kind, payloadBytes, Number, Position);

    public void Flush()
    {
        if (OperatingSystem.IsWindows()) _view.Flush();
        DiskFlush.Data(_file.SafeFileHandle);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapping.Dispose();
        _file.Dispose();
    }
}
