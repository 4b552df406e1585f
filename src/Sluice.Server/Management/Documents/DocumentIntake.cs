using Sluice.Contracts.Errors;
using Sluice.Server.Documents;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Documents;

/// <summary>Takes a file in that comes as base64 in a body: looked at, sealed, and ready to be added in the operation's transaction.</summary>
internal static class DocumentIntake
{
    /// <summary>Room for the largest file in base64, with every '+' of it written as an escape, as some JSON writers do, and for the members beside it.</summary>
    public const int BodyBytesMax = 16 * 1024 * 1024;
    private const int NameCharsMax = 255;

    /// <summary>Reads and checks the file in a member; <see langword="null"/> where there is none or it is refused.</summary>
    /// <param name="body">The body that has the member.</param>
    /// <param name="member">Such as <c>licence</c>.</param>
    public static DocumentFile? Read(BodyFields body, string member)
    {
        if (body.Object(member) is not { } fields)
            return null;
        var name = fields.Text("fileName", NameCharsMax, required: true);
        var mediaType = fields.OneOf("mediaType", DocumentFile.MediaTypes, required: true);
        var bytes = fields.Bytes("data", DocumentFile.BytesMax, required: true);
        if (name is null || mediaType is null || bytes is null)
            return null;
        var (file, wrongMember, wrong) = DocumentFile.Check(name, mediaType, bytes);
        if (wrong is not null)
            fields.Refuse(wrongMember, ErrorCodes.InvalidValue, $"'{member}.{wrongMember}' {wrong}");
        return file;
    }

    /// <summary>The row of a file, sealed. Takes a while for a large one: to be made before the write's turn comes.</summary>
    public static DocumentRow Seal(OperationCall call, DocumentFile file, string purpose)
    {
        var id = ObjectId.New(ObjectId.Document, call.Now);
        return new DocumentRow
        {
            Id = id, OrganisationId = call.Caller.OrganisationId, Purpose = purpose, FileName = file.FileName, MediaType = file.MediaType, Bytes = file.Content.Length,
            SealedContent = call.Tools.Sealer.SealBytes(file.Content.Span, id, purpose, call.Caller.OrganisationId), CreatedAtMs = call.NowMs, CreatedBy = call.Caller.ActorId,
        };
    }
}

/// <summary>What documents are uploaded for: decides who may see them.</summary>
internal static class DocumentPurposes
{
    public const string Licence = "licence";
    public const string Quota = "quota";
}
