using System.Net;
using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Server.Tests.Storage;

namespace Sluice.Server.Tests.Management;

/// <summary>Following the call log, on every provider.</summary>
public abstract class LiveRequestContract(IStorageBackend backend) : IAsyncLifetime
{
    private ManagementServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = new ManagementServer { Storage = await backend.NewOptionsAsync() };
        await _server.InitializeAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_call_that_ends_is_sent_with_its_id_as_the_log_shows_it()
    {
        using var stream = await OpenAsync("");
        var id = await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA);
        var (name, eventId, data) = await stream.NextAsync();
        (name, eventId).ShouldBe(("request", id));
        System.Text.Json.JsonElement.Parse(data).GetProperty("status").GetInt32().ShouldBe(200);
    }

    [Fact]
    public async Task Only_calls_that_fit_are_sent_and_none_of_another_organisation_or_project()
    {
        var limited = await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer", ManagementServer.ProjectA);
        using var stream = await OpenAsync("?statusClass=4xx,5xx&keyId=key_data,key_x", limited.Token);
        await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA);
        await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA, r => (r.Status, r.KeyId) = (500, "key_other"));
        await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA, r => (r.Status, r.ProjectId) = (500, "prj_a1"));
        await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationB, r => r.Status = 500);
        var id = await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA, r => r.Status = 429);
        (await stream.NextAsync()).Id.ShouldBe(id);
    }

    [Fact]
    public async Task What_ended_meanwhile_comes_first_where_a_stream_goes_on()
    {
        var first = await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA);
        var second = await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA);
        var third = await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA);
        using var stream = await OpenAsync("?after=" + first);
        (await stream.NextAsync()).Id.ShouldBe(second);
        (await stream.NextAsync()).Id.ShouldBe(third);
        var fourth = await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA);
        (await stream.NextAsync()).Id.ShouldBe(fourth);
    }

    [Fact]
    public async Task A_silent_stream_beats()
    {
        using var stream = await OpenAsync("");
        var beat = stream.BeatAsync();
        await AdvanceUntilAsync(beat, TimeSpan.FromSeconds(1));
        await beat;
    }

    [Fact]
    public async Task A_stream_ends_when_its_session_or_its_right_does()
    {
        var (signedOut, demoted) = (await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer"), await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer"));
        using var first = await OpenAsync("", signedOut.Token);
        using var second = await OpenAsync("", demoted.Token);
        using var other = await OpenAsync("");
        await _server.EndSessionAsync(signedOut.SessionId);
        await using (var db = _server.Database.CreateContext())
            await db.Assignments.Where(a => a.AccountId == demoted.AccountId).ExecuteDeleteAsync(Token);
        foreach (var stream in new[] { first, second })
        {
            var end = stream.NextAsync();
            await AdvanceUntilAsync(end, TimeSpan.FromSeconds(1));
            (await end).Name.ShouldBe("end");
            (await stream.EndsAsync()).ShouldBeTrue();
        }

        var id = await StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA);
        (await other.NextAsync()).Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_caller_has_a_few_streams_and_gets_a_place_back_for_one_that_is_closed()
    {
        var streams = new List<Events>();
        for (var i = 0; i < 4; i++)
            streams.Add(await OpenAsync(""));
        var refused = await _server.SendAsync("GET", "/api/v1/requests/live");
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        using (await OpenAsync("", (await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner")).Token))
            streams[0].Dispose();
        // The server learns of the closed connection when it learns of it.
        while ((await _server.SendAsync("GET", "/api/v1/requests/live")).Status is not HttpStatusCode.OK)
            await Task.Delay(20, Token);
        streams.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task A_stream_ends_in_good_order_when_the_server_stops()
    {
        using var stream = await OpenAsync("");
        _server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        (await stream.EndsAsync()).ShouldBeTrue();
    }

    [Theory]
    [InlineData("?after=key_1", "after")]
    [InlineData("?from=2030-01-01T00:00:00Z", "from")]
    public async Task A_wrong_question_is_refused_by_name(string query, string field)
    {
        var reply = await _server.SendAsync("GET", "/api/v1/requests/live" + query);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldContain(field);
    }

    protected async Task AdvanceUntilAsync(Task done, TimeSpan step)
    {
        while (!done.IsCompleted)
        {
            _server.Time.Advance(step);
            await Task.WhenAny(done, Task.Delay(5, Token));
        }
    }

    private async Task<Events> OpenAsync(string query, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/requests/live" + query);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? _server.OwnToken);
        var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        response.Content.Headers.ContentDisposition.ShouldBeNull();
        var events = new Events(response, new StreamReader(await response.Content.ReadAsStreamAsync(Token)));
        // It listens from here on.
        (await events.LineAsync()).ShouldBe(": following");
        return events;
    }

    private sealed class Events(HttpResponseMessage response, StreamReader lines) : IDisposable
    {
        public Task<string?> LineAsync() => lines.ReadLineAsync(Token).AsTask();

        public async Task<(string Name, string Id, string Data)> NextAsync()
        {
            var (name, id, data) = ("", "", "");
            while (await LineAsync() is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
                if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
                if (line.Length == 0 && name.Length > 0) return (name, id, data);
            }

            throw new EndOfStreamException();
        }

        public async Task BeatAsync()
        {
            while (await LineAsync() is not ":")
            {
            }
        }

        public async Task<bool> EndsAsync()
        {
            while (await LineAsync() is not null)
            {
            }

            return true;
        }

        public void Dispose()
        {
            lines.Dispose();
            response.Dispose();
        }
    }
}

public sealed class SqliteLiveRequestTests : LiveRequestContract
{
    private readonly SqliteBackend _backend;

    public SqliteLiveRequestTests() : this(new SqliteBackend()) { }

    private SqliteLiveRequestTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _backend.Dispose();
    }
}

public sealed class PostgresLiveRequestTests() : LiveRequestContract(new PostgresBackend());
