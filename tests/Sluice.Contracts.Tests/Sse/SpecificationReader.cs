using System.Text;

namespace Sluice.Contracts.Tests.Sse;

/// <summary>The processing model of the specification, word for word and all at once: slow, and plainly right. What the reader is compared with.</summary>
internal static class SpecificationReader
{
    public sealed record Event(string Name, string Data, string LastEventId);

    /// <param name="stream">Latin-1, so that every byte is one character.</param>
    public static List<Event> Read(string stream)
    {
        if (stream.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal)) stream = stream[3..];
        var events = new List<Event>();
        var (data, name, id) = (new StringBuilder(), "", "");
        var lines = stream.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');

        // What follows the last line end is not a line.
        foreach (var line in lines[..^1])
        {
            if (line.Length == 0)
            {
                if (data.Length > 0) events.Add(new Event(name, data.ToString(0, data.Length - 1), id));
                data.Clear();
                name = "";
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon == 0) continue;
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            if (value.StartsWith(' ')) value = value[1..];
            switch (field)
            {
                case "event": name = value; break;
                case "data": data.Append(value).Append('\n'); break;
                case "id" when !value.Contains('\0', StringComparison.Ordinal): id = value; break;
            }
        }

        return events;
    }
}
