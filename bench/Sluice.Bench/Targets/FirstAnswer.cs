using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Sluice.Bench.Load;

namespace Sluice.Bench.Targets;

/// <summary>Calls until the first answer with 200 comes back.</summary>
internal static class FirstAnswer
{
    private const int PollMs = 2;

    /// <summary>Milliseconds from the start of the process to the first answered call. <paramref name="key"/> may answer null while there is none yet.</summary>
    internal static double Wait(ChildProcess process, int port, Func<string?> key, TimeSpan timeout)
    {
        var last = "no connection was accepted";
        while (Stopwatch.GetElapsedTime(process.StartedAt) < timeout)
        {
            if (process.HasExited) throw new InvalidOperationException($"The process ended while it was starting:\n{process.LastWords()}");
            if (key() is not { } apiKey) last = "it left no key to call with";
            else if (Try(new Endpoint(port, apiKey), ref last)) return Stopwatch.GetElapsedTime(process.StartedAt).TotalMilliseconds;
            Thread.Sleep(PollMs);
        }

        throw new TimeoutException($"No call was answered within {timeout.TotalSeconds:0} s; {last}. Its last words:\n{process.LastWords()}");
    }

    private static bool Try(Endpoint endpoint, ref string last)
    {
        try
        {
            using var socket = endpoint.Connect();
            socket.ReceiveTimeout = 10_000;
            socket.Send(BenchRequest.Bytes(endpoint, "j1024", stream: false));
            var answer = new byte[65536];
            var filled = 0;
            int received;
            while (filled < answer.Length && (received = socket.Receive(answer, filled, answer.Length - filled, SocketFlags.None)) > 0)
            {
                filled += received;
                var status = HttpReply.WholeStatus(answer.AsSpan(0, filled));
                if (status == 200) return true;
                if (status > 0) break;
            }

            last = "the last answer was: " + Encoding.UTF8.GetString(answer, 0, Math.Min(filled, 600));
        }
        catch (SocketException e)
        {
            last = "the last attempt failed: " + e.Message;
        }

        return false;
    }
}
