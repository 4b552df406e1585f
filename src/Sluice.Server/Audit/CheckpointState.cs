namespace Sluice.Server.Audit;

/// <summary>What the file of checkpoints says last of each organisation.</summary>
internal sealed class CheckpointState
{
    public Dictionary<string, Checkpoint> Last { get; } = new(StringComparer.Ordinal);

    /// <summary>Of the last line.</summary>
    public string Hmac { get; set; } = "";

    /// <summary>Length of the file after what this state knows of.</summary>
    public long Length { get; set; }

    /// <summary>The first line that is not as it was written.</summary>
    public long? FirstBadLine { get; private set; }

    public static CheckpointState Of(CheckpointFile file)
    {
        var state = new CheckpointState { Length = file.Length };
        foreach (var line in file.Read())
        {
            state.Hmac = line.Hmac;
            if (line.Checkpoint is { } checkpoint) state.Last[checkpoint.OrganisationId] = checkpoint;
            else state.FirstBadLine ??= line.Number;
        }
        return state;
    }
}
