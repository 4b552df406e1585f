using Sluice.Contracts.Management;

namespace Sluice.Console.Pages;

/// <summary>What a page refuses by itself, before it asks the control plane.</summary>
public static class Problems
{
    /// <param name="title">In the reader's language.</param>
    /// <param name="field">The field at fault.</param>
    /// <param name="message">What is wrong with it, in the reader's language.</param>
    public static ProblemBody Of(string title, string field, string message) =>
        new() { Status = 400, Title = title, Errors = [new FieldProblem { Field = field, Message = message }] };
}
