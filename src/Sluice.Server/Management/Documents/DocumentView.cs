using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Documents;

/// <summary>Documents as other objects show them, without their content.</summary>
internal static class DocumentView
{
    public static async Task<IReadOnlyDictionary<string, DocumentAnswer>> OfAsync(IQueryable<DocumentRow> documents, IEnumerable<string?> ids, CancellationToken cancellationToken)
    {
        var wanted = ids.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (wanted.Count == 0)
            return new Dictionary<string, DocumentAnswer>();
        // Without the content, which may be large.
        var rows = await documents.Where(d => wanted.Contains(d.Id)).Select(d => new { d.Id, d.FileName, d.MediaType, d.Bytes }).ToListAsync(cancellationToken);
        return rows.ToDictionary(static d => d.Id, static d => Of(d.Id, d.FileName, d.MediaType, d.Bytes), StringComparer.Ordinal);
    }

    public static DocumentAnswer Of(DocumentRow row) => Of(row.Id, row.FileName, row.MediaType, row.Bytes);

    private static DocumentAnswer Of(string id, string fileName, string mediaType, long bytes) =>
        new() { Id = id, FileName = fileName, MediaType = mediaType, Bytes = bytes, Path = OperationCall.Path("documents", id) };
}
