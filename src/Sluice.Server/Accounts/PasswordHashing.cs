using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Server.Accounts.Text;
using Sluice.Server.Management;
using Sluice.Server.Management.Intake;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>
/// Hashes and checks passwords with ASP.NET Core Identity's hasher (PBKDF2, SHA-512). Slow on purpose, so only half the processors do it at once, a few callers
/// wait, and the rest are sent away: whoever floods the sign-in takes nothing from the data plane.
/// </summary>
internal sealed class PasswordHashing(ManagementOptions management) : IDisposable
{
    public const int Waiting = 8;
    private const int SaltBytes = 16, KeyBytes = 32;
    private static readonly AccountRow Nobody = new() { Name = "", Language = "en", CreatedAtMs = 0, UpdatedAtMs = 0 };

    private readonly ConcurrencyLimiter _room = new(new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = Waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
    private int _running;
    private long _done;

    public static int AtOnce => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Hashes made so far: an unknown address must cost as many as a known one.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Most that ever ran at once.</summary>
    public int Peak { get; private set; }

    /// <summary>For tests: awaited by each hash while it holds its place.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>The hash to be kept, or a refusal where there is no room.</summary>
    public async ValueTask<(string? Hash, Refusal? Refusal)> HashAsync(PlainSecret password, CancellationToken cancellationToken) =>
        await InRoomAsync(() => Hasher().HashPassword(Nobody, Text(password)), cancellationToken);

    /// <summary>Whether a password is the one that was hashed. Without a hash it takes as long, and is not.</summary>
    public async ValueTask<(PasswordVerificationResult Result, Refusal? Refusal)> VerifyAsync(string? hash, PlainSecret password, CancellationToken cancellationToken)
    {
        var (result, refusal) = await InRoomAsync(() => Hasher().VerifyHashedPassword(Nobody, hash ?? HashOfNothing(), Text(password)), cancellationToken);
        return (hash is null ? PasswordVerificationResult.Failed : result, refusal);
    }

    public void Dispose() => _room.Dispose();

    private async ValueTask<(T? Result, Refusal? Refusal)> InRoomAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        using var place = await _room.AcquireAsync(1, cancellationToken);
        if (!place.IsAcquired)
            return (default, new Refusal(ErrorCodes.Overloaded, "Too many passwords are being checked. Try again in a moment.") { RetryAfter = 2 });
        Peak = Math.Max(Peak, Interlocked.Increment(ref _running));
        try
        {
            if (Before is { } before)
                await before();
            return (await Task.Run(work, cancellationToken), null);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Interlocked.Increment(ref _done);
        }
    }

    private PasswordHasher<AccountRow> Hasher() => new(Options.Create(new PasswordHasherOptions { IterationCount = management.Accounts.PasswordIterations }));

    // A password that is no text at all is nobody's; it is hashed all the same.
    private static string Text(PlainSecret password) => NfkcText.Of(password.Reveal()) ?? "\uFFFD";

    /// <summary>A hash in the hasher's own format that no password has, so that checking it costs what checking a real one does.</summary>
    private string HashOfNothing()
    {
        var bytes = new byte[13 + SaltBytes + KeyBytes];
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), 2);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), (uint)management.Accounts.PasswordIterations);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), SaltBytes);
        RandomNumberGenerator.Fill(bytes.AsSpan(13));
        return Convert.ToBase64String(bytes);
    }
}
