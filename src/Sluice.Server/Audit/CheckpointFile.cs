using System.Text;

namespace Sluice.Server.Audit;

/// <summary>One line of the file.</summary>
/// <param name="Number">1, 2, 3 …</param>
/// <param name="Checkpoint"><see langword="null"/> if the line is not what was written there.</param>
/// <param name="Hmac">What the next line continues.</param>
internal readonly record struct CheckpointLine(long Number, Checkpoint? Checkpoint, string Hmac);

/// <summary>
/// The file that checkpoints are appended to. It may be moved away at any time (the next line then begins a new one), read while it is written,
/// and lie on another volume than the database, which is what it is for.
/// </summary>
internal sealed class CheckpointFile(string path, CheckpointLines lines)
{
    public string Path { get; } = path;

    public bool Exists => File.Exists(Path);

    /// <summary>Bytes of the file; 0 where there is none.</summary>
    public long Length => new FileInfo(Path) is { Exists: true, Length: var length } ? length : 0;

    /// <summary>Every whole line. One that was being written when the process ended, or is being written now, is left out.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public IEnumerable<CheckpointLine> Read()
    {
        if (!Exists) yield break;
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
        var hmac = "";
        for (long number = 1; WholeLine(reader) is { } line; number++)
        {
            var checkpoint = lines.Read(line, hmac, out hmac);
            yield return new CheckpointLine(number, checkpoint, hmac);
        }
    }

    /// <summary>Adds lines and brings them to the disk; makes the file, for its owner only, if it is not there.</summary>
    /// <param name="previousHmac">Of the last line there is, or empty.</param>
    /// <returns>The last line's HMAC.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public string Append(IReadOnlyList<Checkpoint> checkpoints, string previousHmac)
    {
        var text = new StringBuilder();
        foreach (var checkpoint in checkpoints)
        {
            (var line, previousHmac) = lines.Format(checkpoint, previousHmac);
            text.Append(line).Append('\n');
        }
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(Path, options);
        file.Position = EndOfWholeLines(file);
        // What is left of a line that a crash cut short says nothing and would spoil the next one.
        if (file.Position < file.Length) file.SetLength(file.Position);
        file.Write(Encoding.UTF8.GetBytes(text.ToString()));
        file.Flush(flushToDisk: true);
        return previousHmac;
    }

    private static long EndOfWholeLines(FileStream file)
    {
        for (var end = file.Length; end > 0; end--)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n') return end;
        }
        return 0;
    }

    private static string? WholeLine(StreamReader reader)
    {
        const int CharsMax = 4096;
        var line = new StringBuilder();
        for (var c = reader.Read(); c >= 0; c = reader.Read())
        {
            if (c == '\n') return line.ToString();
            // A longer one is none of ours; its rest is not kept.
            if (line.Length < CharsMax) line.Append((char)c);
        }
        return null;
    }
}
