using System.Net;
using OpenAI.Images;

namespace Sluice.Sdk.Tests;

public class ImageTests(SandboxServer sandbox)
{
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public async Task A_picture_s_link_leads_to_a_PNG()
    {
        GeneratedImage image = await sandbox.Server.Images("dall-e-3").GenerateImageAsync("A sluice in the fog",
            new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Uri, Size = GeneratedImageSize.W1024xH1024 }, TestContext.Current.CancellationToken);
        using var anyone = sandbox.Server.NewClient(null);
        using var response = await anyone.GetAsync(image.ImageUri, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))[..8].ShouldBe(PngSignature);
    }

    [Fact]
    public async Task A_picture_s_link_cannot_be_changed()
    {
        GeneratedImage image = await sandbox.Server.Images("dall-e-3").GenerateImageAsync("A sluice in the fog", new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Uri }, TestContext.Current.CancellationToken);
        using var anyone = sandbox.Server.NewClient(null);
        using var response = await anyone.GetAsync(new Uri(image.ImageUri.AbsoluteUri.Replace("1024x1024", "1024x1023", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        ((int)response.StatusCode).ShouldBeInRange(400, 499);
    }

    [Fact]
    public async Task Pictures_come_in_the_answer_where_that_is_asked_for()
    {
        GeneratedImageCollection images = await sandbox.Server.Images("dall-e-2").GenerateImagesAsync("A sluice in the fog", 2,
            new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Bytes, Size = GeneratedImageSize.W256xH256 }, TestContext.Current.CancellationToken);
        images.Count.ShouldBe(2);
        foreach (var image in images) image.ImageBytes.ToArray()[..8].ShouldBe(PngSignature);
    }

    [Fact]
    public async Task A_model_that_answers_with_bytes_only_does_so()
    {
        GeneratedImage image = await sandbox.Server.Images("gpt-image-1").GenerateImageAsync("A sluice in the fog", cancellationToken: TestContext.Current.CancellationToken);
        image.ImageBytes.ToArray()[..8].ShouldBe(PngSignature);
    }
}
