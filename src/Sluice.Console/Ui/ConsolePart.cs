using Microsoft.AspNetCore.Components;
using Sluice.Console.Door;
using Sluice.Console.Language;
using Sluice.Console.Layout;

namespace Sluice.Console.Ui;

/// <summary>Whatever is shown: knows the visit, its words and how it writes numbers and times.</summary>
public abstract class ConsolePart : ComponentBase
{
    [Inject] public Visit Visit { get; set; } = null!;

    [Inject] public Plane Plane { get; set; } = null!;

    /// <summary>The words, by their English form.</summary>
    protected Words T => Visit.Words;

    protected Show Show => Visit.Show;
}
