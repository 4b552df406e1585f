using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Sluice.Console.Layout;
using Sluice.Console.Ui;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages;

/// <summary>
/// A page. It reads in <c>OnInitializedAsync</c>, and does what its forms ask in their handlers, which end in <see cref="Go"/> or leave
/// <see cref="Problem"/> to be shown beside what was typed.
/// </summary>
public abstract class ConsolePage : ConsolePart
{
    [CascadingParameter] public HttpContext Http { get; set; } = null!;

    [Inject] public NavigationManager Nav { get; set; } = null!;

    /// <summary>Why the form that was sent was not taken.</summary>
    protected ProblemBody? Problem { get; set; }

    /// <summary>What was sent; nothing at all on a GET.</summary>
    protected FormFields Form => field ??= FormFields.Of(Http);

    protected bool IsPost => HttpMethods.IsPost(Http.Request.Method);

    /// <summary>A parameter of the address; empty where there is none.</summary>
    protected string Query(string name) => Http.Request.Query[name].ToString();

    /// <summary>This page's address with some parameters changed; <see langword="null"/> takes one out.</summary>
    protected string With(params (string Name, string? Value)[] changes) => Address.With(Http.Request, changes);

    /// <summary>Leaves for another page of the console, with a word that is shown there.</summary>
    protected void Go(string path, string? said = null)
    {
        if (said is not null) Said.Leave(Http, said);
        Nav.NavigateTo(path);
    }
}
