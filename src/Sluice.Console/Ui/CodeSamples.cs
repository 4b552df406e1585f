namespace Sluice.Console.Ui;

/// <summary>Calls as programs make them. The key is an environment variable, never the text.</summary>
public static class CodeSamples
{
    /// <param name="baseUrl">Of this installation, without a trailing slash.</param>
    /// <param name="model">To ask.</param>
    /// <param name="body">The body of a chat completion as JSON on one line; <see langword="null"/> for a greeting.</param>
    public static IReadOnlyList<(string Language, string Code)> Chat(string baseUrl, string model, string? body = null)
    {
        var json = body ?? $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello!"}]}""";
        return
        [
            ("curl", $"""
                curl {baseUrl}/v1/chat/completions \
                  -H "Authorization: Bearer $SLUICE_API_KEY" \
                  -H "Content-Type: application/json" \
                  -d '{json.Replace("'", "'\\''", StringComparison.Ordinal)}'
                """),
            ("csharp", $$"""
                // dotnet add package OpenAI
                using OpenAI;
                using OpenAI.Chat;
                using System.ClientModel;

                var key = new ApiKeyCredential(Environment.GetEnvironmentVariable("SLUICE_API_KEY")!);
                var client = new OpenAIClient(key, new OpenAIClientOptions { Endpoint = new Uri("{{baseUrl}}/v1") });
                ChatCompletion answer = await client.GetChatClient("{{model}}").CompleteChatAsync("Hello!");
                Console.WriteLine(answer.Content[0].Text);
                """),
            ("python", $"""
                # pip install openai
                import os
                from openai import OpenAI

                client = OpenAI(api_key=os.environ["SLUICE_API_KEY"], base_url="{baseUrl}/v1")
                answer = client.chat.completions.create(
                    model="{model}",
                    messages=[{Braces("\"role\": \"user\", \"content\": \"Hello!\"")}],
                )
                print(answer.choices[0].message.content)
                """),
            ("node", $$"""
                // npm install openai
                import OpenAI from "openai";

                const client = new OpenAI({ apiKey: process.env.SLUICE_API_KEY, baseURL: "{{baseUrl}}/v1" });
                const answer = await client.chat.completions.create({
                  model: "{{model}}",
                  messages: [{ role: "user", content: "Hello!" }],
                });
                console.log(answer.choices[0].message.content);
                """),
        ];
    }

    private static string Braces(string inside) => "{" + inside + "}";
}
