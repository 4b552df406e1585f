using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>An authenticator with one ES256 key, as a phone would hold: answers questions, and lies where a test wants it to.</summary>
internal sealed class SoftAuthenticator : IDisposable
{
    private const byte UserPresent = 0x01, UserVerified = 0x04, HasCredential = 0x40;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);
    private string _userHandle = "";

    public string Origin { get; set; } = "http://localhost";
    public string Site { get; set; } = "localhost";
    public uint Counter { get; set; } = 1;
    public bool Verifies { get; set; } = true;
    public bool CrossOrigin { get; set; }
    public string? Challenge { get; set; }
    public string Id => Base64Url.EncodeToString(_id);

    public void Dispose() => _key.Dispose();

    /// <summary>What <c>navigator.credentials.create</c> gives for a question.</summary>
    public object Create(JsonElement publicKey)
    {
        _userHandle = publicKey.GetProperty("user").GetProperty("id").GetString()!;
        var client = Client("webauthn.create", publicKey);
        var point = _key.ExportParameters(false).Q;
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] data = [.. Data(HasCredential), .. new byte[16], 0, (byte)_id.Length, .. _id, .. cose];
        // {"fmt": "none", "attStmt": {}, "authData": …}
        byte[] attestation = [0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data];
        return Credential(new { attestationObject = Base64Url.EncodeToString(attestation), clientDataJSON = Base64Url.EncodeToString(client), transports = new[] { "internal" } });
    }

    /// <summary>What <c>navigator.credentials.get</c> gives for a question.</summary>
    public object Sign(JsonElement publicKey)
    {
        var client = Client("webauthn.get", publicKey);
        var data = Data(0);
        var signature = _key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new { authenticatorData = Base64Url.EncodeToString(data), clientDataJSON = Base64Url.EncodeToString(client), signature = Base64Url.EncodeToString(signature), userHandle = _userHandle });
    }

    private object Credential(object response) => new { id = Id, rawId = Id, type = "public-key", clientExtensionResults = new { }, authenticatorAttachment = "platform", response };

    private byte[] Client(string type, JsonElement publicKey) =>
        Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { type, challenge = Challenge ?? publicKey.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = CrossOrigin }));

    private byte[] Data(byte more)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(Site)), (byte)(UserPresent | (Verifies ? UserVerified : 0) | more), .. counter];
    }
}
