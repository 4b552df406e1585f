using System.Text.Json;
using Sluice.Gateway.Ledger;

namespace Sluice.Gateway.Tests.Ledger;

/// <summary>A store that outlives its process: one line a batch, and a line is there whole or does not count.</summary>
internal sealed class FileRecordStore : MemoryRecordStore, IDisposable
{
    private readonly FileStream _file;

    public FileRecordStore(string path)
    {
        var whole = 0L;
        if (File.Exists(path))
        {
            var bytes = File.ReadAllBytes(path);
            for (int end; (end = Array.IndexOf(bytes, (byte)'\n', (int)whole)) >= 0; whole = end + 1)
            {
                Apply(JsonSerializer.Deserialize<LedgerBatch>(bytes.AsSpan((int)whole, end - (int)whole))!);
            }
        }
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _file.SetLength(whole);
        _file.Position = whole;
    }

    public override ValueTask WriteAsync(LedgerBatch batch, CancellationToken cancellationToken)
    {
        _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(batch), (byte)'\n']);
        return base.WriteAsync(batch, cancellationToken);
    }

    public void Dispose() => _file.Dispose();
}
