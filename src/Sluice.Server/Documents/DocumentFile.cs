using System.Text;

namespace Sluice.Server.Documents;

/// <summary>A file that was looked at: its content is what its name and media type say.</summary>
/// <param name="FileName">Cleaned.</param>
internal sealed record DocumentFile(string FileName, string MediaType, ReadOnlyMemory<byte> Content)
{
    /// <summary>Largest file, bytes.</summary>
    public const int BytesMax = 10 * 1024 * 1024;

    public static readonly IReadOnlyList<string> MediaTypes = [PdfFile.MediaType, JpegFile.MediaType, PngFile.MediaType];

    // Programs look for a PDF's beginning as far as this, whatever stands before it.
    private const int PdfSearchBytes = 1024;

    /// <summary>Looks at a file.</summary>
    /// <param name="fileName">As it was sent.</param>
    /// <param name="mediaType">One of <see cref="MediaTypes"/>, as it was sent.</param>
    /// <returns>The file, or the member that is to blame (<c>fileName</c>, <c>mediaType</c> or <c>data</c>) and why.</returns>
    public static (DocumentFile? File, string Member, string? Wrong) Check(string fileName, string mediaType, ReadOnlyMemory<byte> bytes)
    {
        var content = bytes.Span;
        if (content.IsEmpty)
            return Refused("data", "is empty.");
        if (content.Length > BytesMax)
            return Refused("data", $"holds more than {BytesMax / (1024 * 1024)} MiB.");
        var found = PngFile.Looks(content) ? PngFile.MediaType : JpegFile.Looks(content) ? JpegFile.MediaType : PdfFile.Looks(content) ? PdfFile.MediaType : null;
        if (found is null)
            return Refused("data", "holds neither a PDF nor a JPEG nor a PNG.");
        if (found != mediaType)
            return Refused("mediaType", $"says {mediaType}, but the file is {found}.");
        if (!ExtensionsOf(found).Contains(FileNameText.Extension(fileName)))
            return Refused("fileName", $"must end in {string.Join(" or ", ExtensionsOf(found))}, as the file is {found}.");
        if (found != PdfFile.MediaType && content[..Math.Min(PdfSearchBytes, content.Length)].IndexOf("%PDF-"u8) >= 0)
            return Refused("data", "is a picture and a PDF at once.");
        var verdict = found switch
        {
            PngFile.MediaType => PngFile.Check(content),
            JpegFile.MediaType => JpegFile.Check(content),
            _ => PdfFile.Check(content),
        };
        return verdict.Wrong is { } wrong
            ? Refused("data", $"cannot be taken. {wrong}")
            : (new DocumentFile(FileNameText.Clean(fileName, ExtensionsOf(found)[0]), found, bytes[..verdict.KeptBytes]), "", null);
    }

    private static string[] ExtensionsOf(string mediaType) => mediaType switch
    {
        PngFile.MediaType => [".png"],
        JpegFile.MediaType => [".jpg", ".jpeg"],
        _ => [".pdf"],
    };

    private static (DocumentFile?, string, string?) Refused(string member, string wrong) => (null, member, wrong);

    /// <summary>Name and kind; the content never.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(FileName).Append(" (").Append(MediaType).Append(')');
        return true;
    }
}
