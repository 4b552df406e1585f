using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Sluice.Console.Tests;

/// <summary>A person with a browser that has no script: gets pages, fills their forms in and sends them with all their hidden fields.</summary>
public sealed class ConsoleVisitor : IDisposable
{
    private readonly HttpClient _client;

    public ConsoleVisitor(string baseUrl, string language = "en")
    {
        _client = new HttpClient(new HttpClientHandler { CookieContainer = Cookies, AllowAutoRedirect = false }) { BaseAddress = new Uri(baseUrl) };
        _client.DefaultRequestHeaders.Add("Accept-Language", language);
        _client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
    }

    public CookieContainer Cookies { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    /// <summary>Follows redirects, as browsers do.</summary>
    public async Task<ConsoleSight> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(path, Token);
        return await SeeAsync(answer, path);
    }

    /// <summary>Fills the form of that name in and sends it.</summary>
    /// <param name="page">As it was seen.</param>
    /// <param name="form">As in the page's <c>FormBox</c>; or the address that a plain form is sent to.</param>
    /// <param name="fields">What is typed; a field that is not there fails the test, except for <c>act</c> and the like that a button brings.</param>
    public async Task<ConsoleSight> SubmitAsync(ConsoleSight page, string form, params (string Name, string Value)[] fields)
    {
        var element = page.Forms.FirstOrDefault(f => f.QuerySelector($"input[name=_handler][value='{form}']") is not null && fields.All(x => f.QuerySelector($"[name='{x.Name}']") is not null))
            ?? page.Forms.FirstOrDefault(f => f.QuerySelector($"input[name=_handler][value='{form}']") is not null) ?? page.Forms.Single(f => f.GetAttribute("action") == form);
        var values = Values(element).Where(v => fields.All(f => f.Name != v.Name)).ToList();
        foreach (var (name, value) in fields)
        {
            element.QuerySelector($"[name='{name}']").ShouldNotBeNull($"The form '{form}' has no field '{name}'.");
            values.Add((name, value));
        }

        var address = element.GetAttribute("action") is { Length: > 0 } action ? action : page.Path;
        using HttpContent content = element.GetAttribute("enctype") is "multipart/form-data" ? Multipart(values) : new FormUrlEncodedContent(values.Select(static v => KeyValuePair.Create(v.Name, v.Value)));
        using var answer = await _client.PostAsync(address, content, Token);
        return await SeeAsync(answer, page.Path);
    }

    /// <summary>What a script on a page sends.</summary>
    public async Task<ConsoleSight> SendAsync(string path, string json, string formToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("x-sluice-form", formToken);
        using var answer = await _client.SendAsync(request, Token);
        return await SeeAsync(answer, path);
    }

    public async Task SignInAsync(string email, string password)
    {
        var page = await SubmitAsync(await GetAsync("/console/sign-in"), "sign-in", ("email", email), ("password", password));
        page.Path.ShouldNotStartWith("/console/sign-in", Case.Sensitive, page.Text);
    }

    private async Task<ConsoleSight> SeeAsync(HttpResponseMessage answer, string path)
    {
        if (answer.Headers.Location is { } to)
        {
            using var next = await _client.GetAsync(to, Token);
            return await SeeAsync(next, to.IsAbsoluteUri ? to.PathAndQuery : to.OriginalString);
        }

        var html = await answer.Content.ReadAsStringAsync(Token);
        return new ConsoleSight((int)answer.StatusCode, path, html, new HtmlParser().ParseDocument(html), answer.Headers.CacheControl?.NoStore is true);
    }

    private static MultipartFormDataContent Multipart(IEnumerable<(string Name, string Value)> values)
    {
        var content = new MultipartFormDataContent();
        foreach (var (name, value) in values) content.Add(new StringContent(value), name);
        return content;
    }

    private static IEnumerable<(string Name, string Value)> Values(IHtmlFormElement form)
    {
        foreach (var field in form.Elements)
        {
            switch (field)
            {
                case IHtmlInputElement { Type: "checkbox" or "radio" } box when box.IsChecked && box.Name is { } name:
                    yield return (name, box.GetAttribute("value") ?? "on");
                    break;
                case IHtmlInputElement { Type: not ("checkbox" or "radio" or "submit" or "button" or "file") } input when input.Name is { } name:
                    yield return (name, input.Value);
                    break;
                case IHtmlTextAreaElement area when area.Name is { } name:
                    yield return (name, area.Value);
                    break;
                case IHtmlSelectElement select when select.Name is { } name:
                    yield return (name, select.Value ?? "");
                    break;
            }
        }
    }
}

/// <summary>A page as it came.</summary>
/// <param name="Path">Where it is, after redirects.</param>
public sealed record ConsoleSight(int Status, string Path, string Html, IHtmlDocument Document, bool NoStore)
{
    public IEnumerable<IHtmlFormElement> Forms => Document.QuerySelectorAll("form").OfType<IHtmlFormElement>();

    /// <summary>The words of the page's own part.</summary>
    public string Text => string.Join(' ', (Document.QuerySelector("main")?.TextContent ?? Document.Body?.TextContent ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public IElement? Find(string selector) => Document.QuerySelector(selector);
}
