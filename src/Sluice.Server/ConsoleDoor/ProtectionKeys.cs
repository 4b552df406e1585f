using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.ConsoleDoor;

/// <summary>
/// Where the framework's data-protection keys are kept: in the database, so that forms outlive a restart and are taken by every node, and sealed there, so
/// that a copy of the database is of no use.
/// </summary>
internal sealed class ProtectionKeys(SluiceDatabase database, SecretSealer sealer, TimeProvider time) : IXmlRepository
{
    private const string Purpose = "data-protection";
    private const string Owner = "installation";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = database.CreateContext();
        return [.. db.ProtectionKeys.AsNoTracking().OrderBy(static k => k.Id).ToList().Select(Open).OfType<XElement>()];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        var now = time.GetUtcNow();
        var id = ObjectId.New("dpk", now);
        using var db = database.CreateContext();
        db.Add(new ProtectionKeyRow { Id = id, SealedXml = sealer.SealBytes(Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting)), id, Purpose, Owner), CreatedAtMs = now.ToUnixTimeMilliseconds() });
        db.SaveChanges();
    }

    // What another master key sealed is passed over: new keys are made in its place.
    private XElement? Open(ProtectionKeyRow row) => sealer.TryOpenBytes(row.SealedXml, row.Id, Purpose, Owner, out var xml) ? XElement.Parse(Encoding.UTF8.GetString(xml)) : null;
}
