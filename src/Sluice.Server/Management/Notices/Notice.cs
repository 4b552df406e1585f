using Sluice.Gateway.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages;

namespace Sluice.Server.Management.Notices;

/// <summary>Something to tell people, in both languages.</summary>
/// <param name="Kind">Stable name, such as <c>quota_approved</c>.</param>
/// <param name="Subject">One line, English and Chinese.</param>
/// <param name="Text">One or two sentences without secrets and without what somebody wrote: that stays where it can be read.</param>
internal sealed record Notice(string Kind, (string English, string Chinese) Subject, (string English, string Chinese) Text)
{
    private const int NameCharsMax = 60;

    /// <summary>Tells people: in the console, and by mail where it reaches them. Who did it themselves need not be told.</summary>
    public void Tell(ITelling telling, IEnumerable<PersonToTell> people, string? organisationId, string subjectId, string? exceptId = null)
    {
        foreach (var person in people.DistinctBy(static p => p.AccountId).Where(p => p.AccountId != exceptId))
        {
            var chinese = person.Language.StartsWith("zh", StringComparison.OrdinalIgnoreCase);
            var text = chinese ? Text.Chinese : Text.English;
            telling.Notify([person.AccountId], organisationId, Kind, subjectId, text);
            if (person.Email is { } address)
            {
                var body = $"{text}\n\n{(chinese ? "详情：" : "See ")}{telling.BaseUrl}/console\n";
                telling.Send(new OutgoingMessage(Channels.Email, address, Kind, chinese ? Subject.Chinese : Subject.English, new PlainSecret(body)) { AccountId = person.AccountId, OrganisationId = organisationId });
            }
        }
    }

    /// <summary>A name that somebody chose, made fit for a sentence: short, and nothing that a mail reader would make a link of.</summary>
    public static string Name(string name)
    {
        var plain = name.Replace("://", " ", StringComparison.Ordinal).Replace("www.", "www ", StringComparison.OrdinalIgnoreCase);
        return plain.Length <= NameCharsMax ? plain : plain[..(char.IsHighSurrogate(plain[NameCharsMax - 1]) ? NameCharsMax - 1 : NameCharsMax)] + "…";
    }

    public static string At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
