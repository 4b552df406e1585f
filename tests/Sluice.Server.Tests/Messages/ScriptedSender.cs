using System.Collections.Concurrent;
using Sluice.Server.Messages;

namespace Sluice.Server.Tests.Messages;

/// <summary>A channel that does as it is told and remembers what it was given.</summary>
internal sealed class ScriptedSender : IMessageSender
{
    private readonly ConcurrentQueue<Envelope> _sent = [];

    public IReadOnlyList<Envelope> Taken => [.. _sent];

    public Func<Envelope, CancellationToken, Task<Delivery>> Answer { get; set; } = static (_, _) => Task.FromResult(Delivery.Sent("250 ok"));

    public void AnswerWith(Delivery delivery) => Answer = (_, _) => Task.FromResult(delivery);

    public async ValueTask<Delivery> SendAsync(Envelope message, CancellationToken cancellationToken)
    {
        _sent.Enqueue(message);
        return await Answer(message, cancellationToken);
    }
}
