using System.Text;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>Keeps the beginning of an answer, and when its first piece of content came. Comments that keep a stream alive are none.</summary>
internal sealed class FirstTokenStream(TimeProvider time) : Stream
{
    private const int KeptMax = 64 * 1024;
    private readonly MemoryStream _kept = new();
    private readonly long _began = time.GetTimestamp();

    public TimeSpan FirstToken { get; private set; }

    public string Text => Encoding.UTF8.GetString(_kept.GetBuffer(), 0, (int)_kept.Length);

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (FirstToken == TimeSpan.Zero && !buffer.IsEmpty && buffer[0] != (byte)':')
            FirstToken = time.GetElapsedTime(_began);
        if (_kept.Length < KeptMax)
            _kept.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
