using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Contracts.Json;

/// <summary>
/// An object of the OpenAI/DeepSeek wire protocol. Vendors add members at any time, so members this version does not know are kept and written back.
/// </summary>
public abstract record WireObject
{
    /// <summary>Members this version does not know, by name, as they came; <see langword="null"/> where there are none.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
