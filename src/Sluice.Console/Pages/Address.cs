using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Sluice.Console.Pages;

/// <summary>Addresses within the console.</summary>
public static class Address
{
    /// <summary>The address of the request with some parameters changed; <see langword="null"/> or empty takes one out.</summary>
    public static string With(HttpRequest request, params (string Name, string? Value)[] changes)
    {
        var query = new QueryBuilder();
        foreach (var (name, values) in request.Query.Where(q => changes.All(c => c.Name != q.Key)))
            foreach (var value in values) query.Add(name, value ?? "");
        foreach (var (name, value) in changes.Where(static c => !string.IsNullOrEmpty(c.Value))) query.Add(name, value!);
        return request.Path + query.ToQueryString().Value;
    }

    /// <summary>A path with parameters; those without a value are left out.</summary>
    public static string Of(string path, params (string Name, string? Value)[] parameters)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in parameters.Where(static p => !string.IsNullOrEmpty(p.Value))) query.Add(name, value!);
        return path + query.ToQueryString().Value;
    }

    /// <summary>Where to return to, if it is a page of ours; else the overview.</summary>
    public static string Safe(string? path) =>
        path is not null && path.StartsWith("/console", StringComparison.Ordinal) && (path.Length == 8 || path[8] is '/' or '?') && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl) ? path : "/console";
}
