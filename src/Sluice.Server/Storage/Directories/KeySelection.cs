namespace Sluice.Server.Storage.Directories;

/// <summary>Which keys are read, and with them which owners and grants.</summary>
/// <param name="Keys">Condition on <c>keys k</c>.</param>
/// <param name="OwnersFrom">Where the owners' memberships come from, as <c>members m</c>.</param>
/// <param name="Owners">Condition on them.</param>
/// <param name="Grants">Condition on <c>quota_grants g</c>.</param>
/// <param name="Id">What <c>@id</c> stands for in them.</param>
internal sealed record KeySelection(string Keys, string OwnersFrom, string Owners, string Grants, string? Id)
{
    private const string OfKeys = "keys k join members m on m.organisation_id = k.organisation_id and m.account_id = k.owner_id";
    private const string Members = "members m";
    private const string FoundByPublicId = "(select c.key_id from key_credentials c where c.public_id = @id)";

    public static KeySelection Everything { get; } = new("1 = 1", Members, "1 = 1", "1 = 1", null);

    public static KeySelection OfOwner(string ownerId) => new("k.owner_id = @id", Members, "m.account_id = @id",
        "g.key_id in (select k.id from keys k where k.owner_id = @id)", ownerId);

    public static KeySelection OfOrganisation(string organisationId) => new("k.organisation_id = @id", Members, "m.organisation_id = @id",
        "g.key_id in (select k.id from keys k where k.organisation_id = @id)", organisationId);

    public static KeySelection One(string keyId) => new("k.id = @id", OfKeys, "k.id = @id", "g.key_id = @id", keyId);

    public static KeySelection WithPublicId(string publicId) => new($"k.id = {FoundByPublicId}", OfKeys, $"k.id = {FoundByPublicId}", $"g.key_id = {FoundByPublicId}", publicId);
}
