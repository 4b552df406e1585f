// Calls of the public endpoint, as every program makes them.

// A token of some minutes. It is kept here only, and renewed before it ends.
export class Session {
  constructor(ask) {
    this.ask = ask;
    this.held = null;
  }

  drop() { this.held = null; }

  async token() {
    if (this.held && Date.parse(this.held.expiresAt) - Date.now() > 60000) return this.held.token;
    this.coming ??= this.ask().finally(() => { this.coming = null; });
    this.held = await this.coming;
    return this.held.token;
  }
}

// The data of server-sent events, one by one.
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += value ?? "";
      // A lone CR at the end may be the first half of CR LF.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = done ? "" : lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (data.length) yield data.join("\n");
          data = [];
        } else if (line.startsWith("data:")) {
          data.push(line.slice(line[5] === " " ? 6 : 5));
        }
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

export class CallProblem extends Error {
  constructor(status, body, requestId, retryAfter) {
    super(body?.error?.message ?? body?.detail ?? body?.title ?? String(status));
    Object.assign(this, { status, code: body?.error?.code ?? body?.code, requestId: requestId ?? body?.error?.request_id ?? body?.requestId, retryAfter });
  }
}

export async function call(session, path, body, signal) {
  for (let again = true; ; again = false) {
    const answer = await fetch(path, {
      method: "POST", credentials: "omit", cache: "no-store", signal,
      headers: { authorization: `Bearer ${await session.token()}`, "content-type": "application/json" }, body: JSON.stringify(body),
    });
    if (answer.ok) return answer;
    const problem = new CallProblem(answer.status, await answer.json().catch(() => null), answer.headers.get("x-request-id"), answer.headers.get("retry-after"));
    if (!again || answer.status !== 401 || !/expired|revoked|unknown/.test(problem.code ?? "")) throw problem;
    // The token ended early: with the session it was asked for in, or because others were.
    session.drop();
  }
}

// Lays one piece of an answer onto what came before.
export function add(step, chunk) {
  if (chunk.error) throw new CallProblem(chunk.error.status ?? chunk.error.code ?? "", chunk);
  if (chunk.usage) step.usage = chunk.usage;
  const choice = chunk.choices?.[0];
  if (!choice) return;
  const delta = choice.delta ?? choice.message ?? {};
  step.text += delta.content ?? "";
  step.reasoning += delta.reasoning_content ?? delta.reasoning ?? "";
  for (const piece of delta.tool_calls ?? []) {
    const one = step.calls[piece.index ?? step.calls.length] ??= { id: "", name: "", arguments: "" };
    one.id ||= piece.id ?? "";
    one.name += piece.function?.name ?? "";
    one.arguments += piece.function?.arguments ?? "";
  }
  step.finish = choice.finish_reason ?? step.finish;
}
