// The request as a program would make it. The key is an environment variable, never the text.
const python = (value, indent = 0) => {
  const pad = " ".repeat(indent + 4);
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return value.length ? `[\n${value.map(v => pad + python(v, indent + 4)).join(",\n")},\n${" ".repeat(indent)}]` : "[]";
  if (typeof value === "object") return `{\n${Object.entries(value).map(([k, v]) => `${pad}${JSON.stringify(k)}: ${python(v, indent + 4)}`).join(",\n")},\n${" ".repeat(indent)}}`;
  return JSON.stringify(value);
};

export function samples(base, path, body) {
  const json = JSON.stringify(body, null, 2);
  const images = path.includes("/images/");
  const method = images ? "images.generate" : "chat.completions.create";
  const quotes = '"'.repeat(Math.max(3, ...[...json.matchAll(/"+/g)].map(m => m[0].length + 1)));
  const indented = json.split("\n").map(l => `    ${l}`).join("\n");
  return {
    curl: `curl ${body.stream ? "-N " : ""}${base}${path} \\\n  -H "Authorization: Bearer $SLUICE_API_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '${json.replaceAll("'", "'\\''")}'`,
    csharp: `using System.Net.Http.Headers;\nusing System.Text;\n\nusing var http = new HttpClient();\nhttp.DefaultRequestHeaders.Authorization =\n    new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("SLUICE_API_KEY"));\nconst string Body = ${quotes}\n${indented}\n    ${quotes};\nusing var request = new HttpRequestMessage(HttpMethod.Post, "${base}${path}")\n{\n    Content = new StringContent(Body, Encoding.UTF8, "application/json"),\n};\nusing var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);\nusing var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());\nwhile (await lines.ReadLineAsync() is { } line)\n    Console.WriteLine(line);`,
    python: `# pip install openai\nimport os\nfrom openai import OpenAI\n\nclient = OpenAI(api_key=os.environ["SLUICE_API_KEY"], base_url="${base}/v1")\nrequest = ${python(body)}\nanswer = client.${method}(**request)\n${body.stream ? 'for chunk in answer:\n    if chunk.choices:\n        print(chunk.choices[0].delta.content or "", end="")' : "print(answer)"}`,
    node: `// npm install openai\nimport OpenAI from "openai";\n\nconst client = new OpenAI({ apiKey: process.env.SLUICE_API_KEY, baseURL: "${base}/v1" });\nconst answer = await client.${method}(${json});\n${body.stream ? 'for await (const chunk of answer) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");' : "console.log(answer);"}`,
  };
}
