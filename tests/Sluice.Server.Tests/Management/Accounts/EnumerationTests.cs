using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>Nobody learns from an answer, nor from how long it took, whether an address has an account: work is counted, not timed.</summary>
public class EnumerationTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Theory]
    [InlineData("sign-in")]
    [InlineData("reset")]
    [InlineData("resend")]
    [InlineData("register")]
    public async Task A_known_and_an_unknown_address_cost_the_same_and_get_the_same(string act)
    {
        var (_, known) = await _server.JoinAsync();
        var unconfirmed = _server.NewAddress();
        await _server.RegisterAsync(unconfirmed);
        var nobody = _server.NewAddress();
        // Whatever is made once only, is made now.
        await ActAsync(act, _server.NewAddress());
        await ActAsync(act, (await _server.JoinAsync()).Email);

        var forKnown = await MeasureAsync(act, known);
        var forUnconfirmed = await MeasureAsync(act, unconfirmed);
        var forNobody = await MeasureAsync(act, nobody);
        forNobody.Reply.Status.ShouldBe(forKnown.Reply.Status);
        forNobody.Reply.WithoutRequestId.ShouldBe(forKnown.Reply.WithoutRequestId);
        forUnconfirmed.Reply.WithoutRequestId.ShouldBe(forKnown.Reply.WithoutRequestId);
        (forKnown.Reads > 0, forKnown.Writes > 0).ShouldBe((true, true));
        forNobody.Hashes.ShouldBe(forKnown.Hashes);
        forUnconfirmed.Hashes.ShouldBe(forKnown.Hashes);
        forKnown.Hashes.ShouldBe(act is "sign-in" or "register" ? 1 : 0);
        (forNobody.Reads, forNobody.Writes).ShouldBe((forKnown.Reads, forKnown.Writes));
        (forUnconfirmed.Reads, forUnconfirmed.Writes).ShouldBe((forKnown.Reads, forKnown.Writes));
    }

    private async Task<Reply> ActAsync(string act, string email) => act switch
    {
        "sign-in" => await _server.TrySignInAsync(email, AccountsBed.OtherPassword),
        "reset" => await _server.OpenAsync("/password-resets", new { email }),
        "resend" => await _server.OpenAsync("/email-verifications/resend", new { email }),
        _ => await _server.RegisterAsync(email),
    };

    private async Task<(Reply Reply, long Hashes, int Reads, int Writes)> MeasureAsync(string act, string email)
    {
        _server.Time.Advance(TimeSpan.FromHours(2));
        var before = _server.Hashing().Done;
        using var count = new StatementCount(_server.Database.Location);
        var reply = await ActAsync(act, email);
        return (reply, _server.Hashing().Done - before, count.Reads, count.Writes);
    }

    /// <summary>Counts the statements that EF Core sends to one database.</summary>
    private sealed class StatementCount : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly List<IDisposable> _subscriptions = [];
        private readonly string _file;
        private int _reads, _writes;

        public StatementCount(string file)
        {
            _file = file;
            _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public int Reads => _reads;
        public int Writes => _writes;

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == Microsoft.EntityFrameworkCore.DbLoggerCategory.Name)
                _subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is not CommandExecutedEventData { Command: { Connection.DataSource: { } source } command } || source != _file)
                return;
            if (command.CommandText.TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase))
                Interlocked.Increment(ref _reads);
            else
                Interlocked.Increment(ref _writes);
        }

        public void Dispose() => _subscriptions.ForEach(s => s.Dispose());

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
