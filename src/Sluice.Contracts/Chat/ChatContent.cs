using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Chat;

/// <summary>The content of a message: one text, or a list of parts. Exactly one of the two is set.</summary>
[JsonConverter(typeof(ChatContentConverter))]
public sealed class ChatContent
{
    /// <summary>One text.</summary>
    public ChatContent(string text) => Text = text ?? throw new ArgumentNullException(nameof(text));

    /// <summary>Parts.</summary>
    public ChatContent(IReadOnlyList<ContentPart> parts) => Parts = parts ?? throw new ArgumentNullException(nameof(parts));

    /// <summary>The text, or <see langword="null"/> where there are parts.</summary>
    public string? Text { get; }

    /// <summary>The parts, or <see langword="null"/> where there is one text.</summary>
    public IReadOnlyList<ContentPart>? Parts { get; }

    /// <summary>All text in it, parts run together; images and files are passed over.</summary>
    public string AllText() => Text ?? string.Concat(Parts!.Select(part => part.Text));

    /// <summary>One text.</summary>
    public static implicit operator ChatContent?(string? text) => text is null ? null : new(text);

    /// <summary>Parts.</summary>
    public static implicit operator ChatContent(ContentPart[] parts) => new(parts);

    /// <inheritdoc/>
    public override string ToString() => AllText();
}

/// <summary>
/// One part of a message's content; <see cref="Type"/> says which members are set.
/// Source: https://api-docs.deepseek.com/api/create-chat-completion.
/// </summary>
public sealed record ContentPart : WireObject
{
    /// <summary><c>text</c>, <c>image_url</c>, <c>file</c>, <c>input_audio</c>, <c>refusal</c>; an open set.</summary>
    public required string Type { get; init; }

    /// <summary>For <c>text</c>.</summary>
    public string? Text { get; init; }

    /// <summary>For <c>image_url</c>.</summary>
    public ImageUrl? ImageUrl { get; init; }

    /// <summary>DeepSeek, for <c>file</c>: the id of an uploaded image.</summary>
    public string? FileId { get; init; }

    /// <summary>DeepSeek, for <c>file</c>: the image itself as a data URL or base64.</summary>
    public string? FileData { get; init; }

    /// <summary>DeepSeek, for <c>file</c>: the name of the file in <see cref="FileData"/>.</summary>
    public string? Filename { get; init; }

    /// <summary>OpenAI, for <c>file</c>.</summary>
    public JsonElement? File { get; init; }

    /// <summary>OpenAI, for <c>input_audio</c>.</summary>
    public JsonElement? InputAudio { get; init; }

    /// <summary>OpenAI, for <c>refusal</c>.</summary>
    public string? Refusal { get; init; }

    /// <summary>A text part.</summary>
    public static ContentPart OfText(string text) => new() { Type = "text", Text = text };

    /// <summary>An image by http(s) URL of at most 8192 characters, or by data URL.</summary>
    /// <param name="url">The address or data URL.</param>
    /// <param name="detail"><c>low</c>, <c>high</c>, <c>original</c>, <c>auto</c> or <see langword="null"/>.</param>
    public static ContentPart OfImage(string url, string? detail = null) => new() { Type = "image_url", ImageUrl = new ImageUrl { Url = url, Detail = detail } };
}

/// <summary>Where an image of a message is.</summary>
public sealed record ImageUrl : WireObject
{
    /// <summary>An http(s) URL of at most 8192 characters, or a data URL; JPEG, PNG, GIF or WebP.</summary>
    public required string Url { get; init; }

    /// <summary><c>low</c> (shrunk to 512×512), <c>high</c>, <c>original</c>, <c>auto</c>.</summary>
    public string? Detail { get; init; }
}

internal sealed class ChatContentConverter : JsonConverter<ChatContent>
{
    public override ChatContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new ChatContent(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("Expected a string or an array of content parts.");
        var parts = new List<ContentPart>();
        var info = Info(options);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            parts.Add(JsonSerializer.Deserialize(ref reader, info) ?? throw new JsonException("A content part is null."));
        return new ChatContent(parts);
    }

    public override void Write(Utf8JsonWriter writer, ChatContent value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
        {
            writer.WriteStringValue(text);
            return;
        }

        writer.WriteStartArray();
        var info = Info(options);
        foreach (var part in value.Parts!) JsonSerializer.Serialize(writer, part, info);
        writer.WriteEndArray();
    }

    private static JsonTypeInfo<ContentPart> Info(JsonSerializerOptions options) => (JsonTypeInfo<ContentPart>)options.GetTypeInfo(typeof(ContentPart));
}
