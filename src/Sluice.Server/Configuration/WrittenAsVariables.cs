namespace Sluice.Server.Configuration;

/// <summary>Settings written as variables (<c>Sluice__Data</c>), in the process's environment or in <c>.env</c>; keeps their spelling for messages.</summary>
internal sealed class WrittenAsVariables : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="place">Such as <c>environment variable</c>.</param>
    public WrittenAsVariables(string place, IEnumerable<KeyValuePair<string, string>> variables)
    {
        Place = place;
        foreach (var (name, value) in variables)
        {
            var path = name.Replace("__", ":", StringComparison.Ordinal);
            Data[path] = value;
            _names[path] = name;
        }
    }

    public string Place { get; }

    public string VariableOf(string path) => _names[path];

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
