namespace Sluice.Server.Messages.Texts;

/// <summary>What a person is told, in both languages. One record a message; what it holds is put in, cleaned, where the text needs it.</summary>
internal abstract record MessageText
{
    /// <summary>Stable name of the message, such as <c>verify_email</c>.</summary>
    public abstract string Kind { get; }

    /// <param name="language">The reader's: <c>zh-CN</c> (or anything Chinese), else English.</param>
    public RenderedMessage Render(string language)
    {
        var letter = new Letter(language.StartsWith("zh", StringComparison.OrdinalIgnoreCase));
        Write(letter);
        return letter.Render();
    }

    protected abstract void Write(Letter letter);

    /// <summary>Messages carry links and codes that open accounts.</summary>
    public sealed override string ToString() => Kind;
}

/// <param name="Subject">One line; never a link or a code.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Html">The same as HTML, without anything that is loaded from elsewhere; <see langword="null"/> for text messages.</param>
/// <param name="Code">The code in it, or <see langword="null"/>.</param>
internal sealed record RenderedMessage(string Subject, string Text, string? Html, string? Code);
