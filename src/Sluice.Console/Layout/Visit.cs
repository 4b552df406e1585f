using Microsoft.AspNetCore.Http;
using Sluice.Console.Door;
using Sluice.Console.Language;
using Sluice.Contracts.Management;

namespace Sluice.Console.Layout;

/// <summary>Who looks at the page, in which organisation and project, and how they like to see it. One for each request.</summary>
public sealed class Visit(Plane plane, IHttpContextAccessor accessor, TimeProvider time)
{
    private Task? _loading;
    private Words? _words;
    private Show? _show;

    private HttpContext Http => accessor.HttpContext ?? throw new InvalidOperationException("A page asked outside of a request.");

    /// <summary>Whether somebody is signed in. Known once <see cref="LoadAsync"/> is done.</summary>
    public bool IsSignedIn => Me is not null;

    public AccountAnswer? Me { get; private set; }

    public CallerAnswer? Caller { get; private set; }

    public IReadOnlyList<OwnOrganisationAnswer> Organisations { get; private set; } = [];

    public IReadOnlyList<ProjectAnswer> Projects { get; private set; } = [];

    public long UnreadNotifications { get; private set; }

    /// <summary>The chosen project, or <see langword="null"/> for all of the organisation.</summary>
    public ProjectAnswer? Project { get; private set; }

    public bool IsOperator => Caller?.IsOperator is true;

    /// <summary>Courtesy only: what a caller may not do is refused by the operation.</summary>
    public bool May(string permission) => Caller?.Permissions.Contains(permission) is true;

    /// <summary>Whether somebody may do anything of it: <c>installation.</c>.</summary>
    public bool MayAny(string beginning) => Caller?.Permissions.Any(p => p.StartsWith(beginning, StringComparison.Ordinal)) is true;

    public Words Words => _words ??= Words.Of(Looks.LanguageOf(Http, Me?.Language));

    public string Theme => Looks.ThemeOf(Http);

    public Show Show => _show ??= new Show(Words, ZoneOf(Caller?.TimeZone), time);

    /// <summary>Finds all of it out, once.</summary>
    public Task LoadAsync() => _loading ??= LoadOnceAsync();

    private async Task LoadOnceAsync()
    {
        if (!plane.HasSession) return;
        var me = await plane.GetAsync<AccountAnswer>("/me");
        if (me.Value is null) return;
        Me = me.Value;
        // What was chosen before the language was known is chosen anew.
        (_words, _show) = (null, null);
        // Operations that answer in words answer in those of the page.
        Http.Request.Headers.AcceptLanguage = Words.Language;
        Caller = (await plane.GetAsync<CallerAnswer>("/whoami")).Value;
        Organisations = (await plane.GetAsync<Page<OwnOrganisationAnswer>>("/organisations")).Value?.Data ?? [];
        UnreadNotifications = (await plane.GetAsync<NotificationPage>("/me/notifications?limit=1")).Value?.Unread ?? 0;
        if (!May("projects.read")) return;
        Projects = (await plane.GetAsync<Page<ProjectAnswer>>("/projects?limit=100")).Value?.Data ?? [];
        var chosen = Http.Request.Cookies[Looks.ProjectCookie];
        Project = Projects.FirstOrDefault(p => p.Id == chosen);
    }

    private static TimeZoneInfo ZoneOf(string? name) => name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
