using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Ledger;

namespace Sluice.Gateway.Tests.Ledger;

public class JournalFlusherTests
{
    [Fact]
    public async Task A_stop_that_meets_a_flush_that_is_just_beginning_is_not_missed()
    {
        // The moment is short, so it is met by trying: with each round the stop comes a little later after the write.
        for (var round = 0; round < 30_000; round++)
        {
            var flusher = new JournalFlusher(static () => { }, TimeSpan.Zero, NullLogger.Instance);
            var stopped = Task.Run(() =>
            {
                flusher.Wake();
                Thread.SpinWait(round % 3_000);
                flusher.Dispose();
            }, TestContext.Current.CancellationToken);
            await stopped.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
    }
}
