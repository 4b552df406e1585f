using System.Globalization;

namespace Sluice.Server.Storage.Records;

/// <summary>What a record must be, as SQL with its values.</summary>
internal sealed class RecordConditions
{
    // Request ids are made a moment before or after the time that is recorded.
    public const long SlackMs = 3_600_000;

    private readonly List<string> _texts = [];
    private readonly List<(string Name, object Value)> _values = [];

    public bool IsEmpty => _texts.Count == 0;

    public string Where => IsEmpty ? "" : " where " + string.Join(" and ", _texts);

    public IReadOnlyList<(string Name, object Value)> Values => _values;

    /// <summary>Splits a filter into what an index finds in the order of ids, and what must be asked of each row found so.</summary>
    public static (RecordConditions Range, RecordConditions Matches) Of(RecordFilter filter, string? cursor, bool oldestFirst)
    {
        var range = new RecordConditions();
        var keys = filter.KeyIds is { Count: 1 } ? null : filter.KeyIds;
        if ((filter.KeyId ?? (keys is null ? filter.KeyIds?[0] : null)) is { } key) range.Add("key_id = @key", "@key", StoredText.Clean(key));
        if (cursor is not null) range.Add(oldestFirst ? "request_id > @cursor" : "request_id < @cursor", "@cursor", StoredText.Clean(cursor));
        if (filter.FromMs is { } from) range.Add("request_id >= @low", "@low", RecordDays.Floor(from - SlackMs));
        if (filter.ToMs is { } to) range.Add("request_id < @high", "@high", RecordDays.Floor(to + SlackMs));
        if (filter.IdBegins is { } begins)
        {
            range.Add("request_id >= @begins", "@begins", StoredText.Clean(begins));
            // Above every id that begins so: no id has a character beyond it.
            range.Add("request_id < @above", "@above", StoredText.Clean(begins) + "~");
        }
        var matches = new RecordConditions();
        if (filter.FromMs is not null) matches.Add("started_at_ms >= @from", "@from", filter.FromMs.Value);
        if (filter.ToMs is not null) matches.Add("started_at_ms < @to", "@to", filter.ToMs.Value);
        if (filter.OrganisationId is not null) matches.Add("organisation_id = @organisation", "@organisation", filter.OrganisationId);
        if (filter.ProjectId is not null) matches.Add("project_id = @project", "@project", StoredText.Clean(filter.ProjectId));
        // Several keys are not looked up by their index: it would give their rows in no order, and all of them.
        if (keys is not null) matches._texts.Add($"(key_id || '') in ({matches.Names("key", keys)})");
        if (filter.Status is not null) matches.Add("status = @status", "@status", filter.Status.Value);
        if (filter.StatusMin is not null) matches.Add("status >= @lowest", "@lowest", filter.StatusMin.Value);
        if (filter.StatusMax is not null) matches.Add("status <= @highest", "@highest", filter.StatusMax.Value);
        if (filter.Statuses is { } statuses) matches._texts.Add($"status in ({Numbers(statuses)})");
        if (filter.StatusClasses is { } classes) matches._texts.Add($"status / 100 in ({Numbers(classes)})");
        if (filter.Endpoint is not null) matches.Add("endpoint = @endpoint", "@endpoint", StoredText.Clean(filter.Endpoint));
        if (filter.ErrorCode is not null) matches.Add("error_code = @error", "@error", StoredText.Clean(filter.ErrorCode));
        if (filter.Windows is not null) matches.AddAnyOf(filter.Windows);
        if (filter.Model is not null) matches.Add("(model_asked = @model or model_used = @model)", "@model", StoredText.Clean(filter.Model));
        if (filter.Models is { } models)
        {
            var names = matches.Names("model", models);
            matches._texts.Add($"(model_asked in ({names}) or model_used in ({names}))");
        }
        if (filter.Text is not null) matches.Add("(model_asked = @text or model_used = @text or error_code = @text)", "@text", StoredText.Clean(filter.Text));
        return (range, matches);
    }

    public void Add(string text, string name, object value)
    {
        _texts.Add(text);
        _values.Add((name, value));
    }

    public RecordConditions With(RecordConditions others)
    {
        var all = new RecordConditions();
        all._texts.AddRange([.. _texts, .. others._texts]);
        all._values.AddRange([.. _values, .. others._values]);
        return all;
    }

    private void AddAnyOf(IReadOnlyList<RecordWindow> windows)
    {
        if (windows.Any(static w => w is { ProjectIds: null, FromMs: null })) return;
        var any = new List<string>();
        for (var i = 0; i < windows.Count; i++)
        {
            var all = new List<string>();
            if (windows[i].FromMs is { } from)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"@window{i}");
                all.Add("started_at_ms >= " + name);
                _values.Add((name, from));
            }
            if (windows[i].ProjectIds is { } projects)
                all.Add(projects.Count == 0 ? "1 = 0" : $"project_id in ({Names(string.Create(CultureInfo.InvariantCulture, $"window{i}_"), projects)})");
            any.Add($"({string.Join(" and ", all)})");
        }
        _texts.Add(any.Count == 0 ? "1 = 0" : $"({string.Join(" or ", any)})");
    }

    private string Names(string name, IReadOnlyList<string> values)
    {
        var names = values.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $"@{name}{at}")).ToList();
        _values.AddRange(names.Zip(values, static (n, value) => (n, (object)StoredText.Clean(value))));
        return names.Count == 0 ? "null" : string.Join(", ", names);
    }

    private static string Numbers(IReadOnlyList<int> numbers) => numbers.Count == 0 ? "null" : string.Join(", ", numbers.Select(static n => n.ToString(CultureInfo.InvariantCulture)));
}
