namespace Sluice.Gateway.Sandbox;

/// <summary>A request the sandbox answers with an error, as the vendor whose flavour it has would. Never leaves this folder.</summary>
internal sealed class SandboxProblem(int status, string type, string? code, string? param, string message) : Exception(message)
{
    public int Status { get; } = status;
    public string Type { get; } = type;
    public string? Code { get; } = code;
    public string? Param { get; } = param;

    /// <summary>The request can't be served as it stands.</summary>
    public static SandboxProblem Invalid(SandboxFlavour flavour, string? param, string message, string? code = null) => flavour == SandboxFlavour.DeepSeek
        ? new(400, "invalid_request_error", "invalid_request_error", null, message)
        : new(400, "invalid_request_error", code ?? "invalid_value", param, message);

    /// <summary>A well-formed parameter outside its range: DeepSeek answers these with 422, OpenAI with 400.</summary>
    public static SandboxProblem OutOfRange(SandboxFlavour flavour, string param, string message) => flavour == SandboxFlavour.DeepSeek
        ? new(422, "invalid_request_error", "invalid_request_error", null, message)
        : new(400, "invalid_request_error", "invalid_value", param, message);

    /// <summary>The error a vendor sends with <paramref name="status"/>, for the <c>status</c> directive.</summary>
    public static SandboxProblem OfStatus(SandboxFlavour flavour, int status)
    {
        var message = $"The sandbox answers {status} because the x-sluice-sandbox header asked for it.";
        var deepSeek = flavour == SandboxFlavour.DeepSeek;
        return status switch
        {
            401 => new(status, deepSeek ? "authentication_error" : "invalid_request_error", deepSeek ? "invalid_request_error" : "invalid_api_key", null, message),
            402 => new(status, "unknown_error", "invalid_request_error", null, message),
            404 => new(status, "invalid_request_error", "model_not_found", null, message),
            429 => new(status, deepSeek ? "rate_limit_error" : "requests", deepSeek ? "rate_limit_reached" : "rate_limit_exceeded", null, message),
            503 => new(status, "service_unavailable_error", deepSeek ? "service_unavailable_error" : "server_is_overloaded", null, message),
            >= 500 => new(status, "server_error", deepSeek ? "internal_error" : null, null, message),
            _ => new(status, "invalid_request_error", deepSeek ? "invalid_request_error" : null, null, message),
        };
    }

    public void WriteTo(PooledBytes to)
    {
        to.Raw("{\"error\":{\"message\":"u8);
        to.Text(Message);
        to.Raw(",\"type\":"u8);
        to.Text(Type);
        to.Raw(",\"param\":"u8);
        to.TextOrNull(Param);
        to.Raw(",\"code\":"u8);
        to.TextOrNull(Code);
        to.Raw("}}"u8);
    }
}
