using System.Runtime.Versioning;
using Sluice.Gateway.Keys;
using Sluice.Server.Secrets;

namespace Sluice.Server.Tests.Secrets;

[UnsupportedOSPlatform("windows")]
public sealed class KeyMaterialTests : IDisposable
{
    private readonly KeyFolder _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Keys_are_made_once_and_read_back_the_same()
    {
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var hash = new KeyHasher(_keys.Load().Peppers).Hash(text, out var version);
        var again = _keys.Load(databaseNeedsKeys: true);
        new KeyHasher(again.Peppers).Verify(text, hash, version).ShouldBeTrue();
    }

    [Fact]
    public void Folder_and_files_are_for_their_owner_only_and_nothing_else_is_left()
    {
        _keys.Load();
        File.GetUnixFileMode(_keys.Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.GetFiles(_keys.Folder).Select(Path.GetFileName).Order().ShouldBe(["audit-1.key", "master-1.key", "pepper-1.key"]);
        foreach (var file in Directory.GetFiles(_keys.Folder)) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void The_three_keys_differ()
    {
        _keys.Load();
        Directory.GetFiles(_keys.Folder).Select(File.ReadAllText).Distinct().Count().ShouldBe(3);
    }

    [Theory]
    [InlineData("pepper-1.key")]
    [InlineData("master-1.key")]
    [InlineData("audit-1.key")]
    public void A_missing_file_is_not_made_anew_while_a_database_needs_it(string file)
    {
        _keys.Load();
        File.Delete(_keys.File(file));
        var e = Should.Throw<KeyMaterialException>(() => _keys.Load(databaseNeedsKeys: true));
        e.Message.ShouldContain($"The key file {_keys.File(file)} is missing");
        File.Exists(_keys.File(file)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_can_use_is_refused(UnixFileMode open)
    {
        _keys.Load();
        var path = _keys.File("pepper-1.key");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | open);
        Should.Throw<KeyMaterialException>(() => _keys.Load()).Message.ShouldContain($"chmod 600 {path}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2hvcnQ=")]
    [InlineData("not base64 at all!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void A_short_or_garbled_key_is_refused_and_not_repeated(string content)
    {
        _keys.Load();
        File.WriteAllText(_keys.File("master-1.key"), content);
        var e = Should.Throw<KeyMaterialException>(() => _keys.Load());
        e.Message.ShouldContain("master-1.key does not hold 32 bytes");
        if (content.Length > 0) e.Message.ShouldNotContain(content);
    }

    [Fact]
    public void The_newest_pepper_makes_hashes_and_older_ones_still_verify()
    {
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var old = new KeyHasher(_keys.Load().Peppers).Hash(text, out _);
        File.Copy(_keys.File("audit-1.key"), _keys.File("pepper-2.key"));
        var hasher = new KeyHasher(_keys.Load(databaseNeedsKeys: true).Peppers);
        hasher.Verify(text, old, 1).ShouldBeTrue();
        hasher.Hash(text, out var version);
        version.ShouldBe(2);
    }

    [Fact]
    public async Task Processes_that_start_together_end_up_with_the_same_keys()
    {
        var derived = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Convert.ToHexString(_keys.Load().Derive("x")), TestContext.Current.CancellationToken)));
        derived.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void Derived_keys_differ_by_purpose_and_stay_the_same()
    {
        var keys = _keys.Load();
        keys.Derive("image-links").ShouldBe(_keys.Load().Derive("image-links"));
        keys.Derive("image-links").ShouldNotBe(keys.Derive("webhooks"));
    }
}
