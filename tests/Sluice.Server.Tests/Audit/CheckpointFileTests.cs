using Sluice.Server.Audit;
using Sluice.Server.Tests.Secrets;

namespace Sluice.Server.Tests.Audit;

public sealed class CheckpointFileTests : IDisposable
{
    private const int Count = 6;
    private readonly KeyFolder _keys = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-checkpoints-").FullName;
    private readonly CheckpointFile _file;

    public CheckpointFileTests()
    {
        _file = new CheckpointFile(Path.Combine(_folder, "c.jsonl"), new CheckpointLines(_keys.Load()));
        var hmac = "";
        for (var i = 1; i <= Count; i++) hmac = _file.Append([Line(i)], hmac);
    }

    public void Dispose()
    {
        _keys.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        _file.Read().Select(l => l.Checkpoint).ShouldBe(Enumerable.Range(1, Count).Select(Line));
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(_file.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Any_byte_that_was_changed_spoils_its_own_line()
    {
        var whole = File.ReadAllBytes(_file.Path);
        for (var at = 0; at < whole.Length; at++)
        {
            // Two lines become one, or one becomes two: then the numbers behind are others.
            if (whole[at] == '\n') continue;
            var edited = (byte[])whole.Clone();
            edited[at] ^= 1;
            File.WriteAllBytes(_file.Path, edited);
            var line = whole.AsSpan(0, at).Count((byte)'\n') + 1;
            var read = _file.Read().ToList();
            read.First(l => l.Checkpoint is null).Number.ShouldBe(line, $"byte {at}");
            read.Where(l => l.Number < line || l.Number > line + 1).ShouldAllBe(l => l.Checkpoint != null);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_line_that_was_taken_out_shows_where_it_was(int removed)
    {
        var lines = File.ReadAllLines(_file.Path).ToList();
        lines.RemoveAt(removed - 1);
        File.WriteAllText(_file.Path, string.Join('\n', lines) + "\n");
        _file.Read().Where(l => l.Checkpoint is null).Select(l => l.Number).ShouldBe([removed]);
    }

    [Fact]
    public void Lines_that_changed_places_show()
    {
        var lines = File.ReadAllLines(_file.Path);
        (lines[1], lines[2]) = (lines[2], lines[1]);
        File.WriteAllText(_file.Path, string.Join('\n', lines) + "\n");
        _file.Read().First(l => l.Checkpoint is null).Number.ShouldBe(2);
    }

    [Fact]
    public void Lines_under_another_key_do_not_hold()
    {
        using var others = new KeyFolder();
        new CheckpointFile(_file.Path, new CheckpointLines(others.Load())).Read().ShouldAllBe(l => l.Checkpoint == null);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void A_line_that_a_crash_cut_short_is_left_out_and_written_over(int missing)
    {
        using (var file = new FileStream(_file.Path, FileMode.Open)) file.SetLength(file.Length - missing);
        var read = _file.Read().ToList();
        read.Count.ShouldBe(Count - 1);
        read.ShouldAllBe(l => l.Checkpoint != null);
        _file.Append([Line(7)], CheckpointState.Of(_file).Hmac);
        _file.Read().Select(l => l.Checkpoint?.Seq).ShouldBe([1, 2, 3, 4, 5, 7]);
    }

    private static Checkpoint Line(int i) => new(new DateTimeOffset(2026, 11, 24, 0, i, 0, TimeSpan.Zero), "org_" + (i % 2), i, i, new string((char)('a' + i), 64));
}
