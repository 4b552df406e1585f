using System.Globalization;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Sandbox;

/// <summary>Answers image requests: reads, checks, draws. Only PNG is drawn, and only whole pictures: no partial ones as a stream.</summary>
internal static class ImageGenerations
{
    public static void Write(PooledBytes to, JsonSlice body, ulong seed, SandboxImages images, SandboxDirectives directives, TimeProvider time, Action checkAborted)
    {
        var model = body.IsObject && body["model"u8].IsAbsent ? "dall-e-2" : RequestMembers.Model(body);
        var members = new RequestMembers(body, SandboxModels.FlavourOf(model));
        var gpt = SandboxModels.IsGptImage(model);
        var prompt = Prompt(members, model, gpt, out var promptTokens);
        var count = (int)(members.Whole("n"u8, "n", 1, model == "dall-e-3" ? 1 : 10) ?? 1);
        var (width, height) = Size(members, model, gpt);
        var quality = Choice(members, "quality"u8, "quality", gpt ? ["auto", "low", "medium", "high"] : ["auto", "standard", "hd"]) ?? "auto";
        if (quality == "auto") quality = gpt ? "medium" : "standard";
        var link = (Choice(members, "response_format"u8, "response_format", ["url", "b64_json"]) ?? (gpt ? "b64_json" : "url")) == "url";
        var background = Choice(members, "background"u8, "background", ["auto", "opaque", "transparent"]);
        if (background == "transparent") throw members.Invalid("background", "The sandbox draws opaque pictures only.");
        if (Choice(members, "output_format"u8, "output_format", ["png", "jpeg", "webp"]) is "jpeg" or "webp") throw members.Invalid("output_format", "The sandbox draws 'png' only.");
        if (members.Boolean("stream"u8, "stream", false)) throw members.Invalid("stream", "The sandbox does not stream pictures; leave 'stream' out.");

        to.Raw("{\"created\":"u8);
        to.Number(time.GetUtcNow().ToUnixTimeSeconds());
        if (gpt)
        {
            to.Raw(",\"background\":\"opaque\",\"output_format\":\"png\",\"quality\":"u8);
            to.Text(quality);
            to.Raw(",\"size\":"u8);
            to.Text(string.Create(CultureInfo.InvariantCulture, $"{width}x{height}"));
        }

        to.Raw(",\"data\":["u8);
        for (var i = 0; i < count; i++)
        {
            checkAborted();
            var picture = i == 0 ? seed : RequestSeed.Derive(seed, (ulong)i);
            to.Raw(i > 0 ? ",{"u8 : "{"u8);
            if (link)
            {
                to.Raw("\"url\":"u8);
                to.Text(images.Link(width, height, picture));
            }
            else
            {
                to.Raw("\"b64_json\":\""u8);
                to.Base64(PngPicture.Render(width, height, picture));
                to.Raw("\""u8);
            }

            if (model == "dall-e-3")
            {
                to.Raw(",\"revised_prompt\":"u8);
                to.Text($"Drawn by the Sluice sandbox, not by a model, for: {prompt}");
            }

            to.Raw("}"u8);
        }

        to.Raw("]"u8);
        if (gpt && !directives.NoUsage) Usage(to, promptTokens, count * OutputTokens(quality, width, height));
        to.Raw("}"u8);
    }

    private static string Prompt(RequestMembers members, string model, bool gpt, out int tokens)
    {
        var prompt = members["prompt"u8];
        if (prompt.IsAbsent) throw members.Invalid("prompt", "'prompt' is required.", "missing_required_parameter");
        if (!prompt.IsString) throw members.Invalid("prompt", "'prompt' must be a string.", "invalid_type");
        var text = prompt.Text();
        var max = gpt ? 32_000 : model == "dall-e-2" ? 1_000 : 4_000;
        if (text.Length == 0 || text.Length > max) throw members.Invalid("prompt", $"'prompt' must have 1 to {max} characters; it has {text.Length}.");
        tokens = TokenCounter.Count(text);
        return PromptExcerpt.Of(text, 300);
    }

    private static string? Choice(RequestMembers members, ReadOnlySpan<byte> name, string param, string[] allowed)
    {
        var value = members[name];
        if (value.IsAbsent) return null;
        return value.IsString && allowed.Contains(value.Text()) ? value.Text() : throw members.Invalid(param, $"'{param}' must be one of {string.Join(", ", allowed)}.");
    }

    private static (int Width, int Height) Size(RequestMembers members, string model, bool gpt)
    {
        var value = members["size"u8];
        if (value.IsAbsent || value.TextEquals("auto"u8)) return (1024, 1024);
        var size = value.IsString ? value.Text() : "";
        string[]? allowed = model switch
        {
            "dall-e-2" => ["256x256", "512x512", "1024x1024"],
            "dall-e-3" => ["1024x1024", "1792x1024", "1024x1792"],
            "gpt-image-1" or "gpt-image-1-mini" or "gpt-image-1.5" => ["1024x1024", "1536x1024", "1024x1536"],
            _ => null,
        };
        if (allowed is not null && !allowed.Contains(size)) throw members.Invalid("size", $"'size' must be one of auto, {string.Join(", ", allowed)}.");
        if (size.Split('x') is [var w, var h] && int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            && width is >= 16 and <= SandboxImages.SideMax && height is >= 16 and <= SandboxImages.SideMax) return (width, height);
        throw members.Invalid("size", $"'size' must be 'auto' or such as 1024x1024, with sides from 16 to {SandboxImages.SideMax}.");
    }

    /// <summary>What gpt-image-1 counts for a picture.</summary>
    private static int OutputTokens(string quality, int width, int height)
    {
        var (square, tall, wide) = quality switch { "low" => (272, 408, 400), "high" => (4160, 6240, 6208), _ => (1056, 1584, 1568) };
        return width == height ? square : width < height ? tall : wide;
    }

    private static void Usage(PooledBytes to, int input, int output)
    {
        to.Raw(",\"usage\":{\"input_tokens\":"u8);
        to.Number(input);
        to.Raw(",\"output_tokens\":"u8);
        to.Number(output);
        to.Raw(",\"total_tokens\":"u8);
        to.Number(input + output);
        to.Raw(",\"input_tokens_details\":{\"text_tokens\":"u8);
        to.Number(input);
        to.Raw(",\"image_tokens\":0},\"output_tokens_details\":{\"image_tokens\":"u8);
        to.Number(output);
        to.Raw(",\"text_tokens\":0}}"u8);
    }
}
