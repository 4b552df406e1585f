using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Server.Management.Playground;
using Sluice.Server.Messages;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Management.Operations;

/// <summary>Writes what an act leaves behind into its transaction, and tells those who wait for it once that is committed.</summary>
internal sealed partial class LeaveTrace(AuditChain audit, ChangeFeed changes, Outbox outbox, ILogger<LeaveTrace> log)
{
    /// <summary>Adds the rows; they are saved and committed with the act's own.</summary>
    /// <param name="actorId">Who the audit log says it was.</param>
    /// <param name="ownOrganisation">In whose log an entry stands that names no organisation.</param>
    public async Task AddAsync(SluiceDb db, Trace trace, string actorId, string? ownOrganisation)
    {
        foreach (var act in trace.Acts)
            await audit.AppendAsync(db, act.OrganisationId ?? ownOrganisation!, actorId, act.Action, act.SubjectId, Detail(act), trace.CancellationToken);
        foreach (var message in trace.Messages)
            await outbox.AddAsync(db, message, trace.Now, trace.CancellationToken);
        db.Notifications.AddRange(trace.Notifications);
        await outbox.AddNoticesAsync(db, trace.Notifications, trace.Messages, new Uri(trace.BaseUrl + "/console"), trace.Now, trace.CancellationToken);
        await EndPlaygrounds.AfterAsync(db, trace);
        foreach (var (kind, subjectId) in trace.Changes)
            db.Changes.Add(new ChangeRow { Kind = kind, SubjectId = subjectId, AtMs = trace.NowMs });
    }

    /// <summary>After the commit: wakes the delivery of messages, and returns when every listener of this node has seen the changes.</summary>
    /// <param name="what">Names the act in the log.</param>
    public async ValueTask TellAsync(Trace trace, string what)
    {
        if (trace.Messages.Count > 0 || trace.Notifications.Count > 0)
            outbox.Wake();
        if (trace.Changes.Count == 0)
            return;
        try
        {
            // The change is a fact: it is told even if the caller has gone.
            await changes.PublishedAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever a listener throws, the change is committed, and an answer with a new secret must not be lost. The feed tells again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogUntold(e, what);
        }
    }

    private static string Detail(AuditedAct act)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, value) in act.Detail)
            {
                json.WritePropertyName(name);
                switch (value)
                {
                    case null:
                        json.WriteNullValue();
                        break;
                    case string text:
                        json.WriteStringValue(text);
                        break;
                    case bool flag:
                        json.WriteBooleanValue(flag);
                        break;
                    case int or long:
                        json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                        break;
                    case IEnumerable<string> list:
                        json.WriteStartArray();
                        foreach (var text in list)
                            json.WriteStringValue(text);
                        json.WriteEndArray();
                        break;
                    default:
                        throw new InvalidOperationException($"An audit entry cannot hold a {value.GetType().Name}.");
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Act} is committed, but this node could not take the change in yet. It is tried again.")]
    private partial void LogUntold(Exception exception, string act);
}
