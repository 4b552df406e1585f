using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>What belongs to a key beside its own row.</summary>
/// <param name="Owner"><see langword="null"/> for a service key.</param>
/// <param name="Use"><see langword="null"/> for one that was never used.</param>
internal sealed record KeyParts(IReadOnlyList<KeyCredentialRow> Credentials, IReadOnlyList<string> Tags, KeyOwner? Owner, KeyUseRow? Use)
{
    public static async ValueTask<KeyParts> OfAsync(OperationCall call, KeyRow key) => (await OfAsync(call, [key]))[0];

    /// <summary>Of several keys at once, in their order.</summary>
    public static async ValueTask<IReadOnlyList<KeyParts>> OfAsync(OperationCall call, IReadOnlyList<KeyRow> keys)
    {
        if (keys.Count == 0)
            return [];
        var ids = keys.Select(k => k.Id).ToList();
        var credentials = (await CredentialsOf(call.Data, ids).ToListAsync(call.CancellationToken)).ToLookup(c => c.KeyId);
        var tags = (await TagsOf(call.Data, ids).ToListAsync(call.CancellationToken)).ToLookup(t => t.KeyId, t => t.Tag);
        var uses = await UsesOf(call.Data, ids).ToDictionaryAsync(u => u.KeyId, call.CancellationToken);
        var owners = await KeyOwner.ReadAsync(call, keys.Select(k => k.OwnerId));
        return
        [
            .. keys.Select(k => new KeyParts([.. credentials[k.Id]], [.. tags[k.Id].Order(StringComparer.Ordinal)],
                k.OwnerId is { } owner ? owners[owner] : null, uses.GetValueOrDefault(k.Id))),
        ];
    }

    internal static IQueryable<KeyCredentialRow> CredentialsOf(OrganisationScope data, List<string> ids) => data.KeyCredentials.AsNoTracking().Where(c => ids.Contains(c.KeyId));

    internal static IQueryable<KeyTagRow> TagsOf(OrganisationScope data, List<string> ids) => data.KeyTags.AsNoTracking().Where(t => ids.Contains(t.KeyId));

    internal static IQueryable<KeyUseRow> UsesOf(OrganisationScope data, List<string> ids) => data.KeyUses.AsNoTracking().Where(u => ids.Contains(u.KeyId));
}
