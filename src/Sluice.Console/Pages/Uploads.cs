using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages;

/// <summary>Files of forms as bodies take them.</summary>
public static class Uploads
{
    /// <summary>The file of a field, or <see langword="null"/> where none was chosen.</summary>
    public static async Task<DocumentBody?> ReadAsync(FormFields form, string name, CancellationToken cancellationToken)
    {
        if (form.Files.GetFile(name) is not { Length: > 0 } file) return null;
        // More is refused by the operation; reading it all would only cost memory.
        var bytes = new byte[Math.Min(file.Length, Ui.FileField.BytesMax + 1)];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return new DocumentBody { FileName = Path.GetFileName(file.FileName), MediaType = file.ContentType, Data = Convert.ToBase64String(bytes) };
    }
}
