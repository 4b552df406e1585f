using Microsoft.AspNetCore.Components;
using Sluice.Contracts.Management;

namespace Sluice.Console.Ui;

/// <summary>A field of a form: label above, help below, and in place of the help what is wrong with it.</summary>
public abstract class FieldPart : ConsolePart
{
    [CascadingParameter(Name = "FormProblem")] public ProblemBody? FormProblem { get; set; }

    [Parameter, EditorRequired] public string Name { get; set; } = "";

    [Parameter, EditorRequired] public string Label { get; set; } = "";

    [Parameter] public string? Help { get; set; }

    /// <summary>Is written beside the label; required is the rule.</summary>
    [Parameter] public bool Optional { get; set; }

    [Parameter] public bool Required { get; set; }

    /// <summary>The member of the body that it becomes, where that is not the field's name.</summary>
    [Parameter] public string? Member { get; set; }

    /// <summary>What the field must be, in the reader's language: where the answer's own words are in another, it is shown instead.</summary>
    [Parameter] public string? Rule { get; set; }

    protected string Id => "f-" + Name.Replace('.', '-');

    protected string FootId => Id + "-foot";

    protected string? DescribedBy => Error is null && Help is null ? null : FootId;

    protected string? Error => FormProblem?.Errors?.FirstOrDefault(e => e.IsAbout(Member ?? Name)) is { } wrong ? T.IsChinese && Rule is { } rule ? rule : $"{wrong.Message} {wrong.Allowed}".Trim() : null;

    protected string? Invalid => Error is null ? null : "true";
}

/// <summary>Which field a problem is about.</summary>
public static class FieldProblems
{
    /// <summary>The member itself, or an element of it: <c>allowedNetworks[2]</c>.</summary>
    public static bool IsAbout(this FieldProblem problem, string member) =>
        problem.Field.StartsWith(member, StringComparison.Ordinal) && (problem.Field.Length == member.Length || problem.Field[member.Length] is '[' or '.');
}
