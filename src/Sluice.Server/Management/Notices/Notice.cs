using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Notices;

/// <summary>Something to tell people, in both languages: in the console, and by mail where it reaches them.</summary>
/// <param name="Kind">Stable name, such as <c>quota_approved</c>.</param>
/// <param name="English">One or two sentences without secrets and without what somebody wrote: that stays where it can be read.</param>
/// <param name="Chinese">The same.</param>
internal sealed record Notice(string Kind, string English, string Chinese)
{
    /// <summary>A mail of its own; where there is none, the sentence goes out as it is.</summary>
    public MessageText? Mail { get; init; }

    /// <summary>Tells people. Who did it themselves need not be told.</summary>
    public void Tell(Trace telling, IEnumerable<PersonToTell> people, string? organisationId, string subjectId, string? exceptId = null)
    {
        foreach (var person in people.DistinctBy(static p => p.AccountId).Where(p => p.AccountId != exceptId))
        {
            telling.Notify([person.AccountId], organisationId, Kind, subjectId, person.Language.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : English);
            if (Mail is { } mail && person.Email is { } address)
                telling.Send(mail.ToAddress(address, person.Language) with { AccountId = person.AccountId, OrganisationId = organisationId });
        }
    }

    /// <summary>Where people find what a mail speaks of.</summary>
    public static Uri Link(Trace telling, string path) => new($"{telling.BaseUrl}/console/{path}");

    public static string Name(string name) => Letter.Name(name);

    public static string At(long ms) => Letter.At(DateTimeOffset.FromUnixTimeMilliseconds(ms));
}
