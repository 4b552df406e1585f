using Sluice.Server.Messages;

namespace Sluice.Server.Management.Operations;

/// <summary>What people can be told through, whether somebody's call or the system itself acts.</summary>
internal interface ITelling
{
    string BaseUrl { get; }

    void Send(OutgoingMessage message);

    void Notify(IEnumerable<string> accountIds, string? organisationId, string kind, string subjectId, string text);
}
