namespace Sluice.Server.Messages;

/// <summary>A message as it goes out.</summary>
/// <param name="Id">Stays the same over all attempts, so that who receives it twice can tell.</param>
/// <param name="Recipient">An e-mail address, or a phone number such as <c>+8613800138000</c>.</param>
/// <param name="Subject">Of a mail.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Code">The code it carries, for SMS providers that fill a template of their own.</param>
internal sealed record Envelope(string Id, string Recipient, string Subject, string Text, string? Code)
{
    public override string ToString() => Id;
}

public enum DeliveryStatus
{
    /// <summary>The other side took it.</summary>
    Sent,
    /// <summary>Another attempt may succeed: nobody answered, or the channel's own settings are wrong, which the operator can mend.</summary>
    Temporary,
    /// <summary>This message to this recipient was refused for good.</summary>
    Permanent,
}

/// <summary>How an attempt ended.</summary>
/// <param name="Status">What to do next.</param>
/// <param name="Said">What the other side said, or why it was not reached; for the operator. No secret, no code, one line.</param>
internal readonly record struct Delivery(DeliveryStatus Status, string Said)
{
    private const int LengthMax = 300;

    public static Delivery Sent(string said) => new(DeliveryStatus.Sent, Line(said));
    public static Delivery Temporary(string said) => new(DeliveryStatus.Temporary, Line(said));
    public static Delivery Permanent(string said) => new(DeliveryStatus.Permanent, Line(said));

    /// <summary>The same without the code, which some providers repeat.</summary>
    public Delivery Without(string? code) => string.IsNullOrEmpty(code) ? this : this with { Said = Said.Replace(code, "***", StringComparison.Ordinal) };

    private static string Line(string text)
    {
        var line = string.Concat(text.Take(LengthMax + 1).Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? ' ' : c)).Trim();
        return line.Length > LengthMax ? string.Concat(line.AsSpan(0, LengthMax), "…") : line;
    }
}

/// <summary>A way out for messages.</summary>
internal interface IMessageSender
{
    /// <summary>Makes one attempt. Fails by its result, and throws only if it was cancelled.</summary>
    ValueTask<Delivery> SendAsync(Envelope message, CancellationToken cancellationToken);
}
