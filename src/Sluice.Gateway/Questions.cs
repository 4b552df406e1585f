using System.Text.Json;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Stages;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway;

/// <summary>What the gateway answers itself.</summary>
public sealed class Questions(UpstreamRegistry upstreams, TimeProvider time)
{
    // Upstreams do not say when a model was made, and the OpenAI libraries want a number: the start of this process it is.
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();

    public void Answer(Exchange exchange)
    {
        var response = exchange.Http.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (exchange.Endpoint == ModelEndpoints.Balance) Balance(exchange);
        else if (exchange.Endpoint == ModelEndpoints.StoredCompletions) NothingStored(exchange);
        else if (exchange.Http.Request.RouteValues.TryGetValue("model", out var model)) OneModel(exchange, (string)model!);
        else AllModels(exchange);
        exchange.FirstByte = time.GetTimestamp();
    }

    /// <summary>Prompts and answers are not kept here, so there are none to list; what an upstream keeps is the upstream's and belongs to all its callers alike.</summary>
    private static void NothingStored(Exchange exchange)
    {
        using var json = new Utf8JsonWriter(exchange.Http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        json.WriteEndArray();
        json.WriteNull("first_id"u8);
        json.WriteNull("last_id"u8);
        json.WriteBoolean("has_more"u8, false);
        json.WriteEndObject();
    }

    /// <summary>The models that the key may call, in OpenAI's form.</summary>
    private void AllModels(Exchange exchange)
    {
        using var json = new Utf8JsonWriter(exchange.Http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var (name, first) in upstreams.Routes.Models)
        {
            if (CheckPermission.ShowsModel(exchange.Key!, name)) Write(json, name, first.Definition.Name);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void OneModel(Exchange exchange, string model)
    {
        var candidates = CheckPermission.ShowsModel(exchange.Key!, model) ? upstreams.Routes.Find(model) : [];
        if (candidates.Length == 0)
        {
            var refusal = new Refusal(ErrorCodes.ModelNotFound, "GET /v1/models lists what this key can use.", "model");
            exchange.Fail(refusal, nameof(Questions));
            exchange.Http.Response.StatusCode = refusal.Error.Status;
            Streaming.OpenAIErrors.Write(exchange.Http.Response.BodyWriter, refusal, exchange.RequestId);
            return;
        }

        using var json = new Utf8JsonWriter(exchange.Http.Response.BodyWriter);
        Write(json, model, candidates[0].Definition.Name);
    }

    private void Write(Utf8JsonWriter json, string name, string owner)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, _created);
        json.WriteString("owned_by"u8, owner);
        json.WriteEndObject();
    }

    /// <summary>
    /// DeepSeek's form (api-docs.deepseek.com/api/get-user-balance). Calls here are not prepaid: they are limited by the key's quotas, so there is
    /// no money to show, and the account is always able to call.
    /// </summary>
    private static void Balance(Exchange exchange)
    {
        using var json = new Utf8JsonWriter(exchange.Http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteBoolean("is_available"u8, true);
        json.WriteStartArray("balance_infos"u8);
        json.WriteStartObject();
        json.WriteString("currency"u8, "USD"u8);
        json.WriteString("total_balance"u8, "0.00"u8);
        json.WriteString("granted_balance"u8, "0.00"u8);
        json.WriteString("topped_up_balance"u8, "0.00"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
