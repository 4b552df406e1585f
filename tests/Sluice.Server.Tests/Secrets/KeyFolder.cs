using Sluice.Server.Secrets;

namespace Sluice.Server.Tests.Secrets;

/// <summary>A key folder of its own for each test.</summary>
public sealed class KeyFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("sluice-keys-").FullName;

    public string Folder => Path.Combine(_parent, "keys");

    public string File(string name) => Path.Combine(Folder, name);

    public KeyMaterial Load(bool databaseNeedsKeys = false) => KeyMaterial.Load(Folder, databaseNeedsKeys);

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
