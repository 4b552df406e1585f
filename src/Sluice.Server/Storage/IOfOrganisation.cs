namespace Sluice.Server.Storage;

/// <summary>A row that belongs to one organisation.</summary>
public interface IOfOrganisation
{
    string OrganisationId { get; }
}
