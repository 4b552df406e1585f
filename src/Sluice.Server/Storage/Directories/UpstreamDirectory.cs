using System.Data.Common;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Secrets;

namespace Sluice.Server.Storage.Directories;

/// <summary>
/// Upstreams of the configuration and of the database together. A stored one that cannot be understood, whose credentials do not open,
/// or that has a configured one's name, is left out and reported.
/// </summary>
/// <param name="configured">From file and environment, already checked; they come first.</param>
public sealed class UpstreamDirectory(SluiceDatabase database, SecretSealer sealer, IReadOnlyList<UpstreamDefinition> configured, ILogger<UpstreamDirectory> logger) : IUpstreamDirectory
{
    public async ValueTask<IReadOnlyList<UpstreamDefinition>> LoadAllAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
        command.CommandText = """
            select id, name, kind, base_url, sealed_api_key, models, priority, weight, allow_private_address, enabled,
              connect_timeout_ms, first_byte_timeout_ms, idle_timeout_ms
            from upstreams order by id
            """;
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = row.ConfigureAwait(false);
        var names = new HashSet<string>(configured.Select(u => u.Name), StringComparer.OrdinalIgnoreCase);
        var upstreams = new List<UpstreamDefinition>(configured);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (id, name) = (row.GetString(0), row.GetString(1));
            if (names.Contains(name))
            {
                logger.LogWarning("The stored upstream {Name} ({UpstreamId}) is not used: the configuration has one of the same name. Rename or delete one of them.", name, id);
                continue;
            }
            try
            {
                upstreams.Add(Parse(row, id, name));
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                logger.LogError("The stored upstream {Name} ({UpstreamId}) is not used until it is corrected: {Problem}", name, id, e.Message);
            }
        }
        return upstreams;
    }

    private UpstreamDefinition Parse(DbDataReader row, string id, string name)
    {
        var kind = row.GetString(2) switch
        {
            "openai" => UpstreamKind.OpenAI,
            "sandbox" => UpstreamKind.Sandbox,
            var other => throw new FormatException($"Its kind is '{other}', which this program does not know."),
        };
        if (!Uri.TryCreate(row.GetString(3).TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            throw new FormatException("Its base URL is not an absolute http or https URL.");
        PlainSecret? apiKey = null;
        if (row.BytesOrNull(4) is { } box && !sealer.TryOpen(box, id, SecretFields.UpstreamApiKey, url, out apiKey))
            throw new FormatException("Its API key does not open: it was sealed for another origin or under another master key. Set it again.");
        return new UpstreamDefinition
        {
            Id = id,
            Name = name,
            Kind = kind,
            BaseUrl = url,
            ApiKey = apiKey,
            Models = [.. TextList.Parse(row.GetString(5)).Select(Model)],
            Priority = row.GetInt32(6),
            Weight = row.GetInt32(7),
            AllowPrivateAddress = row.GetBoolean(8),
            Enabled = row.GetBoolean(9),
            ConnectTimeout = TimeSpan.FromMilliseconds(row.GetInt64(10)),
            FirstByteTimeout = TimeSpan.FromMilliseconds(row.GetInt64(11)),
            IdleTimeout = TimeSpan.FromMilliseconds(row.GetInt64(12)),
        };
    }

    private static ServedModel Model(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var model = equals < 0 ? new ServedModel(text, text) : new ServedModel(text[..equals], text[(equals + 1)..]);
        return model is { Name.Length: > 0, UpstreamName.Length: > 0 } ? model : throw new FormatException("One of its models has no name.");
    }
}
