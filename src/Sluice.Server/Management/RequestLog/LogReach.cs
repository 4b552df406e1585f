using System.Globalization;
using Sluice.Contracts.Management;
using Sluice.Gateway.Records;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.RequestLog;

/// <summary>The part of the call log that the caller's roles reach: which projects, how many days back, with prompts or without.</summary>
internal sealed class LogReach
{
    private readonly IReadOnlyList<LogWindow> _windows;
    private readonly long _nowMs;
    private readonly string? _projectId;

    /// <param name="call">Whose caller's roles count.</param>
    /// <param name="projectId">The one project that is asked about, or <see langword="null"/> for all.</param>
    public LogReach(OperationCall call, string? projectId = null) : this(call.Caller.Rights, call.NowMs, projectId)
    {
    }

    public LogReach(Rights rights, long nowMs, string? projectId)
    {
        _nowMs = nowMs;
        _projectId = projectId;
        _windows = [.. rights.LogWindows().Where(w => projectId is null || w.Projects is not { } some || some.Contains(projectId))];
    }

    /// <summary>For the store.</summary>
    public IReadOnlyList<RecordWindow> Windows => [.. _windows.Select(w => new RecordWindow(w.Projects, FromMs(w.Days)))];

    /// <summary>Most days back in any project, or <see langword="null"/> for all there is.</summary>
    public int? Days => _windows.Any(static w => w.Days is null) ? null : _windows.Select(static w => w.Days!.Value).DefaultIfEmpty().Max();

    /// <summary>Nothing before this can be seen in any project.</summary>
    public long? EarliestMs => FromMs(Days);

    public bool Holds(RequestRecord record) => Windows.Any(w => w.Holds(record));

    /// <summary>As an answer says it.</summary>
    /// <param name="askedFromMs">Since when calls were asked for, or <see langword="null"/>.</param>
    public LogWindowAnswer Answer(long? askedFromMs)
    {
        var from = EarliestMs;
        return new LogWindowAnswer
        {
            From = from is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
            Days = Days,
            Bodies = _windows.Any(static w => w.Bodies),
            Message = Days is { } days && (askedFromMs is null || askedFromMs < from) ? Cut(days) : null,
        };
    }

    private string Cut(int days)
    {
        // Roles that differ by project, and a shorter one beside a longer one for the whole organisation.
        var differs = _windows.Select(static w => w.Days).Distinct().Count() > 1;
        return string.Create(CultureInfo.InvariantCulture,
            $"The caller's roles show calls of the last {days} {(days == 1 ? "day" : "days")}{(differs && _projectId is null ? ", and of fewer in some projects" : "")}; older ones are left out. Whoever manages roles in the organisation can widen it.");
    }

    private long? FromMs(int? days) => days is { } some ? _nowMs - (some * (long)TimeSpan.FromDays(1).TotalMilliseconds) : null;
}
