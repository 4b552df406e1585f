using Sluice.Gateway.Keys;
using Sluice.Server.Storage;

namespace Sluice.Server.Messages.Texts;

/// <summary>What a person is told, in both languages. One record a message; what it holds is put in, cleaned, where the text needs it.</summary>
internal abstract record MessageText
{
    /// <summary>Stable name of the message, such as <c>verify_email</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>How long it is of use; it is not sent later. <see langword="null"/> for any time.</summary>
    public virtual TimeSpan? UsefulFor => null;

    /// <param name="language">The reader's: <c>zh-CN</c> (or anything Chinese), else English.</param>
    public RenderedMessage Render(string language)
    {
        var letter = new Letter(language.StartsWith("zh", StringComparison.OrdinalIgnoreCase));
        Write(letter);
        return letter.Render();
    }

    /// <summary>As a mail to an address.</summary>
    public OutgoingMessage ToAddress(string address, string language) => To(Channels.Email, address, language);

    /// <summary>As a mail to a person, in their language.</summary>
    public OutgoingMessage ToAccount(AccountRow account) => ToAddress(account.Email!, account.Language) with { AccountId = account.Id };

    /// <summary>As a text message to a number.</summary>
    public OutgoingMessage ToPhone(string number, string language) => To(Channels.Sms, number, language);

    private OutgoingMessage To(string channel, string recipient, string language)
    {
        var rendered = Render(language);
        var body = new StoredBody(rendered.Text) { Code = rendered.Code, UsefulForSeconds = (long?)UsefulFor?.TotalSeconds };
        return new OutgoingMessage(channel, recipient, Kind, channel == Channels.Sms ? "" : rendered.Subject, new PlainSecret(body.Write()));
    }

    protected abstract void Write(Letter letter);

    /// <summary>Messages carry links and codes that open accounts.</summary>
    public sealed override string ToString() => Kind;
}

/// <param name="Subject">One line; never a link or a code.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Code">The code in it, or <see langword="null"/>.</param>
internal sealed record RenderedMessage(string Subject, string Text, string? Code);
