// Talking with models: messages are a tree, so that what is edited or asked again leaves the other way there.
import { announce } from "./console.js";
import { samples } from "./chat-code.js";
import { add, call, CallProblem, events, Session } from "./chat-stream.js";
import { render } from "./markdown.js";

const KEPT = 30;
const SHOT_BYTES = 5 << 20;
const SHOTS = 4;
const IMAGE_MODEL = /image|dall-e|flux|stable-diffusion|cogview|wanx|seedream/i;
const NEW_LIMIT_NAME = /^(gpt-5|o\d)/;
const EXAMPLE = [{ type: "function", function: { name: "get_weather", description: "The weather in a city", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } } }];
const PARAMETERS = ["model", "model2", "task", "system", "temperature", "top_p", "max_tokens", "seed", "stop", "json", "tools"];

const id = () => crypto.getRandomValues(new Uint32Array(2)).reduce((text, n) => text + n.toString(36), "n");
const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, i) => values[i]);
const took = ms => ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;

customElements.define("chat-playground", class extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    this.running = new Map();
    this.strips = new Map();
    this.shots = [];
    this.words = { code: this.template("code"), remote: this.dataset.remote };
    this.models = JSON.parse(this.dataset.models);
    this.log = this.querySelector(".log");
    this.turns = this.querySelector(".turns");
    this.form = this.querySelector(".comp");
    this.prompt = this.form.elements.prompt;
    this.session = new Session(() => this.open());
    this.seen = new IntersectionObserver(entries => entries.filter(e => e.isIntersecting).forEach(e => this.strip(e.target)), { root: this.log });
    this.chats = this.read("chats") ?? [];
    this.restore();
    this.listen();
    this.chat = this.chats.find(c => c.id === this.read("chat")) ?? this.fresh();
    this.draw();
    if (matchMedia("(min-width:821px)").matches) this.prompt.focus({ preventScroll: true });
  }

  disconnectedCallback() {
    this.stop.abort();
    this.running.forEach(r => r.abort());
    this.seen.disconnect();
    this.session.drop();
  }

  // What is kept in the browser, for this account.
  read(name) {
    try { return JSON.parse(localStorage.getItem(`sluice-${name}:${this.dataset.account}`)); } catch { return null; }
  }

  keep(name, value) {
    try { localStorage.setItem(`sluice-${name}:${this.dataset.account}`, JSON.stringify(value)); } catch { /* It is full: the chat goes on. */ }
  }

  fresh() { return { id: id(), title: "", at: 0, nodes: {}, leaf: null }; }

  save() {
    this.chat.at = Date.now();
    this.chats = [this.chat, ...this.chats.filter(c => c.id !== this.chat.id)].slice(0, KEPT);
    this.keep("chats", JSON.parse(JSON.stringify(this.chats, (key, value) => key === "shots" ? value.map(() => "") : value)));
    this.keep("chat", this.chat.id);
  }

  // Parameters.
  field(name) { return this.querySelector(`.params [name="${name}"]`); }

  restore() {
    const kept = this.read("parameters") ?? {};
    for (const name of PARAMETERS) {
      const field = this.field(name);
      if (field.type === "checkbox") field.checked = !!kept[name];
      else if (kept[name]) field.value = kept[name];
    }
    if (this.dataset.model) this.field("model").value = this.dataset.model;
    this.field("model").value ||= this.dataset.first;
    if (this.dataset.task || this.dataset.model) this.field("task").value = this.dataset.task || (IMAGE_MODEL.test(this.dataset.model) ? "images" : "chat");
    if (this.field("tools").value) this.querySelector("[data-tools]").open = true;
    this.prompt.value = this.read("draft") ?? "";
    this.compare(!!kept.compare);
  }

  parameters() {
    const all = {};
    for (const name of PARAMETERS) all[name] = this.field(name).type === "checkbox" ? this.field(name).checked : this.field(name).value;
    return all;
  }

  keepParameters() { this.keep("parameters", { ...this.parameters(), compare: this.two }); }

  compare(on) {
    this.two = on;
    this.querySelector("[data-act=compare]").setAttribute("aria-pressed", on);
    this.querySelector("[data-second]").hidden = !on;
    this.marks();
  }

  isSandbox(name) { return this.models.some(m => m.sandbox && (m.name === name || (m.name.endsWith("*") && name.startsWith(m.name.slice(0, -1))))); }

  marks() { for (const mark of this.querySelectorAll(".params [data-sandbox]")) mark.hidden = !this.isSandbox(this.field(mark.dataset.sandbox).value); }

  chosen() { return [this.field("model").value.trim(), ...(this.two && this.field("model2").value.trim() ? [this.field("model2").value.trim()] : [])]; }

  async open() {
    const keyId = this.field("keyId").value;
    const body = keyId ? { keyId } : this.dataset.project ? { projectId: this.dataset.project } : {};
    const answer = await fetch("/console/playground/session", {
      method: "POST", headers: { "x-sluice-form": this.form.elements._form.value, "content-type": "application/json" }, body: JSON.stringify(body), signal: this.stop.signal,
    });
    const held = await answer.json().catch(() => null);
    if (!answer.ok) throw new CallProblem(answer.status, held);
    this.querySelector("[data-runs]").textContent = held.limits.callsPerDay ? fill(this.dataset.runsAsDay, held.keyName, held.limits.callsPerDay.toLocaleString("en")) : fill(this.dataset.runsAs, held.keyName);
    return held;
  }

  listen() {
    const on = (name, act) => this.addEventListener(name, act, { signal: this.stop.signal });
    on("submit", event => {
      event.preventDefault();
      event.stopPropagation();
      if (event.target === this.form) return this.running.size ? this.running.forEach(r => r.abort()) : this.send();
      if (event.target.matches(".edit")) this.edited(event.target);
      if (event.target.matches(".call")) this.answered(event.target);
    });
    on("keydown", event => {
      // While a word is composed, Enter chooses it.
      if (event.target !== this.prompt || event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      if (!this.running.size) this.send();
    });
    on("input", event => {
      if (event.target === this.prompt) this.keep("draft", this.prompt.value);
      if (!event.target.closest(".params")) return;
      if (event.target.name === "model") this.field("task").value = IMAGE_MODEL.test(event.target.value) ? "images" : "chat";
      if (event.target.name === "keyId") this.session.drop();
      this.marks();
      this.keepParameters();
    });
    on("change", event => {
      if (event.target.name === "keyId") this.session.drop();
      if (event.target.type === "file") this.attach(event.target);
    });
    on("click", event => {
      const act = event.target.closest("[data-act]");
      if (act) this.act(act.dataset.act, act);
    });
  }

  act(name, button) {
    const node = this.chat.nodes[button.closest("[data-node]")?.dataset.node];
    switch (name) {
      case "new":
        this.chat = this.fresh();
        this.keep("chat", null);
        this.draw();
        this.prompt.focus();
        break;
      case "history": this.list(); this.querySelector("#chats").showModal(); break;
      case "open":
      case "delete": this.pick(name, button.closest("li").dataset.chat); break;
      case "delete-all":
        if (!confirm(this.dataset.deleteAll)) break;
        this.chats = [];
        this.chat = this.fresh();
        this.keep("chats", []);
        this.list();
        this.draw();
        break;
      case "compare": this.compare(!this.two); this.keepParameters(); break;
      case "code": this.code(); break;
      case "attach": this.form.querySelector("[type=file]").click(); break;
      case "detach":
        this.shots.splice([...this.form.querySelectorAll("figure")].indexOf(button.closest("figure")), 1);
        this.drawShots();
        break;
      case "example": {
        const tools = this.field("tools");
        tools.value = JSON.stringify(EXAMPLE, null, 2);
        this.keepParameters();
        tools.focus();
        break;
      }
      case "edit": this.edit(node, button.closest(".turn")); break;
      case "unedit": this.draw(); break;
      case "retry": if (!this.running.size) this.ask(this.chat.nodes[node.parent]); break;
      case "branch": {
        const path = this.path(node.id);
        this.chat = { ...this.fresh(), title: this.chat.title, nodes: Object.fromEntries(path.map(n => [n.id, structuredClone(n)])), leaf: node.id };
        this.save();
        this.draw();
        this.prompt.focus();
        break;
      }
      case "before":
      case "after": {
        const all = this.siblings(node);
        let leaf = all[all.indexOf(node) + (name === "before" ? -1 : 1)];
        for (let next = leaf; next; next = Object.values(this.chat.nodes).findLast(n => n.parent === leaf.id)) leaf = next;
        this.chat.leaf = leaf.id;
        this.save();
        this.draw();
        break;
      }
    }
  }

  // The tree.
  path(leaf = this.chat.leaf) {
    const path = [];
    for (let at = this.chat.nodes[leaf]; at; at = this.chat.nodes[at.parent]) path.unshift(at);
    return path;
  }

  siblings(node) { return Object.values(this.chat.nodes).filter(n => n.parent === node.parent && n.kind === node.kind); }

  put(node) {
    this.chat.nodes[node.id] = node;
    this.chat.leaf = node.id;
    return node;
  }

  send() {
    const text = this.prompt.value.trim();
    if (!text && !this.shots.length) return this.hint(this.dataset.noMessage);
    if (!this.chosen()[0]) return this.field("model").focus();
    this.hint("");
    this.chat.title ||= text.slice(0, 80);
    const user = this.put({ id: id(), parent: this.chat.leaf, kind: "user", text, shots: this.shots });
    this.prompt.value = "";
    this.keep("draft", "");
    this.shots = [];
    this.drawShots();
    this.ask(user);
  }

  edit(node, turn) {
    const form = this.clone("edit");
    form.dataset.node = node.id;
    form.querySelector("textarea").value = node.text;
    turn.querySelector(".bub").replaceChildren(form);
    form.querySelector("textarea").focus();
  }

  edited(form) {
    const text = form.querySelector("textarea").value.trim();
    if (!text || this.running.size) return;
    const before = this.chat.nodes[form.dataset.node];
    this.ask(this.put({ id: id(), parent: before.parent, kind: "user", text, shots: before.shots.filter(s => s) }));
  }

  ask(user) {
    const reply = this.put({ id: id(), parent: user.id, kind: "reply", task: this.field("task").value, answers: this.chosen().map(model => ({ model, steps: [] })) });
    this.save();
    this.draw(true);
    reply.answers.forEach((_, lane) => this.run(reply, lane));
  }

  answered(form) {
    const { node, lane, call: at } = form.dataset;
    const reply = this.chat.nodes[node];
    const step = reply.answers[lane].steps.at(-1);
    step.calls[at].result = form.querySelector("textarea").value;
    if (step.calls.some(c => c.result === undefined)) return this.draw();
    this.draw(true);
    this.run(reply, Number(lane));
  }

  messages(reply, lane) {
    const system = this.field("system").value.trim();
    const all = system ? [{ role: "system", content: system }] : [];
    const user = n => ({ role: "user", content: n.shots?.some(s => s) ? [...(n.text ? [{ type: "text", text: n.text }] : []), ...n.shots.filter(s => s).map(url => ({ type: "image_url", image_url: { url } }))] : n.text });
    for (const node of this.path(reply?.id)) {
      if (node.kind === "user") all.push(user(node));
      for (const step of node.answers?.[Math.min(lane, node.answers.length - 1)].steps ?? []) {
        const calls = step.calls.filter(c => c.result !== undefined);
        if (!step.text && !calls.length) continue;
        all.push({ role: "assistant", content: step.text || null, ...(calls.length && { tool_calls: calls.map(c => ({ id: c.id, type: "function", function: { name: c.name, arguments: c.arguments } })) }) });
        all.push(...calls.map(c => ({ role: "tool", tool_call_id: c.id, content: c.result })));
      }
    }
    return all;
  }

  body(model, task, messages) {
    const set = this.parameters();
    if (task === "images") {
      const asked = messages.findLast(m => m.role === "user")?.content ?? "";
      return { model, prompt: typeof asked === "string" ? asked : asked[0]?.text ?? "", n: 1, ...(model.startsWith("dall-e") && { response_format: "b64_json" }) };
    }
    const body = { model, messages, stream: true, stream_options: { include_usage: true } };
    for (const name of ["temperature", "top_p", "max_tokens", "seed"]) if (set[name] !== "") body[name === "max_tokens" && NEW_LIMIT_NAME.test(model) ? "max_completion_tokens" : name] = Number(set[name]);
    const stop = set.stop.split("\n").filter(s => s).slice(0, 4);
    if (stop.length) body.stop = stop;
    if (set.json) body.response_format = { type: "json_object" };
    if (set.tools.trim()) {
      let tools = null;
      try { tools = JSON.parse(set.tools); } catch { /* Said below. */ }
      if (!Array.isArray(tools)) throw new CallProblem("", { error: { message: this.dataset.noTools } });
      if (tools.length) body.tools = tools;
    }
    return body;
  }

  async run(reply, lane) {
    const chat = this.chat;
    const answer = reply.answers[lane];
    const stop = new AbortController();
    const step = { text: "", reasoning: "", calls: [], live: true };
    const begun = performance.now();
    answer.steps.push(step);
    this.running.set(step, stop);
    this.busy();
    this.drawLane(reply, lane);
    try {
      const task = reply.task ?? "chat";
      const body = this.body(answer.model, task, this.messages(reply, lane));
      const came = await call(this.session, task === "images" ? "/v1/images/generations" : "/v1/chat/completions", body, stop.signal);
      step.requestId = came.headers.get("x-request-id");
      if (task === "images") await this.picture(step, await came.json());
      else await this.stream(step, came, begun, () => this.later(reply, lane));
    } catch (problem) {
      if (problem.name === "AbortError") step.note = "stopped";
      else if (problem instanceof CallProblem) step.problem = { status: problem.status, code: problem.code, message: problem.message };
      else step.note = step.text || step.reasoning || step.requestId ? "broken" : "lost";
      step.requestId ??= problem.requestId;
    }
    step.ms = performance.now() - begun;
    step.calls = step.calls.filter(c => c);
    delete step.live;
    step.fresh = true;
    this.running.delete(step);
    this.busy();
    if (chat === this.chat || this.chats.includes(chat)) this.saveOf(chat);
    if (!this.isConnected || chat !== this.chat) return;
    this.drawLane(reply, lane);
    if (step.note) announce(this.dataset[step.note]);
    else if (step.problem) announce(step.problem.message);
    else announce(`${this.dataset.done} ${step.text.slice(0, 2000)}`);
  }

  saveOf(chat) {
    const now = this.chat;
    this.chat = chat;
    this.save();
    this.chat = now;
    this.keep("chat", now.id);
  }

  async stream(step, came, begun, show) {
    let ended = false;
    for await (const data of events(came.body)) {
      if (data === "[DONE]") { ended = true; break; }
      add(step, JSON.parse(data));
      if (step.first === undefined && (step.text || step.reasoning || step.calls.length)) step.first = performance.now() - begun;
      show();
    }
    if (!ended && !step.finish) step.note = "broken";
  }

  async picture(step, came) {
    step.usage = came.usage;
    step.shots = (came.data ?? []).filter(d => d.b64_json && /^[A-Za-z0-9+/=\s]+$/.test(d.b64_json)).map(d => `data:image/png;base64,${d.b64_json}`);
    step.text = (came.data ?? []).filter(d => !d.b64_json && d.url).map(d => d.url).join("\n\n");
  }

  // Drawing.
  template(name) { return this.querySelector(`template[data-t="${name}"]`); }

  clone(name) { return this.template(name).content.cloneNode(true).firstElementChild; }

  hint(text) { this.querySelector("[data-hint]").textContent = text; }

  busy() {
    const go = this.querySelector("[data-go]");
    go.classList.toggle("on", this.running.size > 0);
    go.setAttribute("aria-label", this.running.size ? this.dataset.stop : this.dataset.send);
  }

  draw(toEnd = false) {
    this.seen.disconnect();
    const path = this.path();
    this.querySelector(".hello").hidden = path.length > 0;
    this.turns.replaceChildren(...path.map(node => node.kind === "user" ? this.userTurn(node) : this.replyTurn(node)));
    path.filter(n => n.kind === "reply").forEach(n => n.answers.forEach((_, lane) => this.drawLane(n, lane)));
    if (toEnd || path.length) this.log.scrollTop = this.log.scrollHeight;
  }

  userTurn(node) {
    const turn = this.clone("user");
    turn.dataset.node = node.id;
    turn.querySelector("[data-text]").textContent = node.text;
    this.pictures(turn.querySelector(".shots"), node.shots ?? []);
    this.sibs(turn, node);
    return turn;
  }

  replyTurn(node) {
    const turn = this.clone("reply");
    turn.dataset.node = node.id;
    const lanes = turn.querySelector(".lanes");
    lanes.classList.toggle("both", node.answers.length > 1);
    lanes.append(...node.answers.map(answer => {
      const lane = this.clone("lane");
      lane.querySelector("[data-name]").textContent = answer.model;
      lane.querySelector("[data-sandbox]").hidden = !this.isSandbox(answer.model);
      return lane;
    }));
    return turn;
  }

  sibs(within, node) {
    const all = this.siblings(node);
    if (all.length < 2) return;
    const at = all.indexOf(node);
    const sibs = within.querySelector(".sibs");
    sibs.replaceChildren(this.template("sibs").content.cloneNode(true));
    sibs.querySelector("[data-which]").textContent = fill(this.dataset.which, at + 1, all.length);
    sibs.querySelector("[data-act=before]").disabled = at === 0;
    sibs.querySelector("[data-act=after]").disabled = at === all.length - 1;
  }

  pictures(into, shots) {
    into.replaceChildren(...shots.map(url => {
      if (!/^data:image\/(png|jpeg|webp|gif);base64,/.test(url)) return Object.assign(document.createElement("p"), { className: "mut small", textContent: this.dataset.keptNot });
      const shot = this.clone("shot");
      shot.querySelector("img").src = url;
      return shot;
    }));
  }

  // At most once a frame.
  later(reply, lane) {
    this.due ??= new Map();
    if (!this.due.size) requestAnimationFrame(() => {
      const due = this.due;
      this.due = new Map();
      for (const [key, [r, l]] of due) if (this.isConnected && key) this.drawLane(r, l);
    });
    this.due.set(`${reply.id}/${lane}`, [reply, lane]);
  }

  drawLane(reply, lane) {
    const box = this.turns.querySelector(`[data-node="${reply.id}"] .lanes`)?.children[lane];
    if (!box) return;
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    const { steps } = reply.answers[lane];
    const into = box.querySelector("[data-steps]");
    steps.forEach((step, i) => {
      const node = into.children[i] ?? into.appendChild(this.clone("step"));
      this.drawStep(node, step, reply, lane, i === steps.length - 1);
    });
    const live = steps.some(s => s.live);
    box.classList.toggle("live", live);
    box.setAttribute("aria-busy", live);
    const acts = box.querySelector(".acts");
    acts.hidden = live || !steps.length;
    acts.querySelector("[data-act=copy]").dataset.copy = steps.map(s => s.text).filter(t => t).join("\n\n");
    if (lane === 0) this.sibs(acts, reply);
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  drawStep(node, step, reply, lane, isLast) {
    const think = node.querySelector(".think");
    think.hidden = !step.reasoning;
    think.querySelector("[data-reasoning]").textContent = step.reasoning;
    render(node.querySelector("[data-text]"), step.text, this.words);
    if (step.live) return;
    this.pictures(node.querySelector(".shots"), step.shots ?? []);
    node.querySelector("[data-calls]").replaceChildren(...step.calls.map((c, i) => this.toolCall(c, i, reply, lane, isLast)));
    node.querySelector("[data-problem]").replaceChildren(...this.problems(step));
    this.meta(node.querySelector("[data-meta]"), step);
    const strip = node.querySelector("[data-strip]");
    if (!step.requestId || (strip.dataset.request === step.requestId && strip.childElementCount)) return;
    strip.dataset.request = step.requestId;
    strip.dataset.fresh = step.fresh ? "yes" : "";
    this.seen.observe(strip);
  }

  toolCall(one, at, reply, lane, isLast) {
    const form = this.clone("call");
    Object.assign(form.dataset, { node: reply.id, lane, call: at });
    form.querySelector("[data-name]").textContent = one.name;
    let args = one.arguments;
    try { args = JSON.stringify(JSON.parse(args), null, 2); } catch { /* As it came. */ }
    form.querySelector("[data-args]").textContent = args;
    const field = form.querySelector("textarea");
    field.value = one.result ?? "";
    if (!isLast || one.result !== undefined) {
      field.readOnly = true;
      form.querySelector("button").hidden = true;
    }
    return form;
  }

  problems(step) {
    const nodes = [];
    if (step.note) {
      const note = this.clone("note");
      note.querySelector("span").textContent = this.dataset[step.note];
      nodes.push(note);
    }
    if (!step.problem) return nodes;
    const { status, code, message } = step.problem;
    const box = this.clone("problem");
    box.querySelector("[data-title]").textContent = fill(this.dataset.refused, [status, code].filter(x => x).join(" "));
    box.querySelector("[data-message]").textContent = message;
    box.querySelector("[data-id]").hidden = !step.requestId;
    box.querySelector("code").textContent = step.requestId ?? "";
    const diagnose = box.querySelector("[data-diagnose]");
    diagnose.hidden = !step.requestId || !this.dataset.log;
    diagnose.href = `/console/diagnose?requestId=${encodeURIComponent(step.requestId)}`;
    box.querySelector("[data-raise]").hidden = status !== 429 && status !== 402;
    return [...nodes, box];
  }

  meta(line, step) {
    const { usage } = step;
    const parts = [];
    if (step.first !== undefined) parts.push(fill(this.dataset.firstToken, took(step.first)));
    const tokens = usage?.completion_tokens ?? usage?.output_tokens;
    if (tokens && step.first !== undefined && step.ms - step.first > 1) parts.push(fill(this.dataset.rate, (tokens / (step.ms - step.first) * 1000).toFixed(tokens > 1000 ? 0 : 1)));
    if (usage) parts.push(fill(this.dataset.used, (usage.prompt_tokens ?? usage.input_tokens ?? 0).toLocaleString("en"), (tokens ?? 0).toLocaleString("en")));
    if (step.cost) parts.push(fill(this.dataset.cost, step.cost));
    line.replaceChildren(...parts.map(text => Object.assign(document.createElement("span"), { textContent: text })));
    if (step.requestId) {
      const link = Object.assign(document.createElement(this.dataset.log ? "a" : "code"), { textContent: step.requestId, className: "mono" });
      if (this.dataset.log) link.href = `/console/logs?open=${encodeURIComponent(step.requestId)}`;
      line.append(link);
    }
    line.hidden = !line.childElementCount;
  }

  // Stages, remedy and cost, as the server knows them. The record is there a moment after the answer.
  async strip(place) {
    this.seen.unobserve(place);
    const { request, fresh } = place.dataset;
    const step = Object.values(this.chat.nodes).flatMap(n => n.answers ?? []).flatMap(a => a.steps).find(s => s.requestId === request);
    if (!step || (!this.dataset.log && !step.problem)) return;
    let html = this.strips.get(request);
    for (let wait = 150; html === undefined && wait < (fresh ? 3000 : 200); wait *= 2) {
      const answer = await fetch(`/console/fragments/strip/${encodeURIComponent(request)}?code=${encodeURIComponent(step.problem?.code ?? "")}`, { signal: this.stop.signal }).catch(() => null);
      if (answer?.status === 200) html = await answer.text();
      else if (answer?.status !== 204) return;
      else await new Promise(done => setTimeout(done, wait));
    }
    if (html === undefined || !place.isConnected) return;
    this.strips.set(request, html);
    // Our own page's part: whatever it names was made text at the server.
    const part = new DOMParser().parseFromString(html, "text/html").body;
    const remedy = part.querySelector("[data-remedy-of]");
    const node = place.closest(".step");
    if (remedy) node.querySelector("[data-problem] [data-remedy]")?.replaceChildren(remedy);
    const cost = part.querySelector("[data-cost]")?.dataset.cost;
    if (cost && cost !== step.cost) {
      step.cost = cost;
      this.meta(node.querySelector("[data-meta]"), step);
      this.save();
    }
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    place.replaceChildren(...part.childNodes);
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  // Pictures to send.
  async attach(field) {
    for (const file of field.files) {
      if (file.size > SHOT_BYTES || this.shots.length >= SHOTS) {
        this.hint(this.dataset.tooLarge);
        continue;
      }
      this.shots.push(await new Promise(done => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result);
        reader.readAsDataURL(file);
      }));
    }
    field.value = "";
    this.drawShots();
  }

  drawShots() {
    const into = this.form.querySelector(".shots");
    this.pictures(into, this.shots);
    into.querySelectorAll("button").forEach(b => { b.hidden = false; });
  }

  // Chats that were.
  list() {
    const into = this.querySelector(".chats");
    into.replaceChildren(...this.chats.map(chat => {
      const item = this.clone("chat");
      item.dataset.chat = chat.id;
      item.querySelector(".cut").textContent = chat.title || this.dataset.new;
      item.querySelector("small").textContent = new Date(chat.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      return item;
    }));
    this.querySelector("#chats .none").hidden = this.chats.length > 0;
    this.querySelector("[data-act=delete-all]").hidden = !this.chats.length;
  }

  pick(name, which) {
    if (name === "open") {
      this.chat = this.chats.find(c => c.id === which);
      this.keep("chat", which);
      this.querySelector("#chats").close();
    } else {
      this.chats = this.chats.filter(c => c.id !== which);
      this.keep("chats", this.chats);
      if (this.chat.id === which) this.chat = this.fresh();
      this.list();
    }
    this.draw();
  }

  code() {
    const model = this.chosen()[0];
    const draft = this.prompt.value.trim();
    const path = this.path();
    const upTo = !draft && path.at(-1)?.kind === "reply" ? this.chat.nodes[path.at(-1).parent] : null;
    const messages = this.messages(upTo ?? (path.length ? { id: this.chat.leaf } : { id: null }), 0);
    if (draft || !messages.some(m => m.role === "user")) messages.push({ role: "user", content: draft || "Hello!" });
    const task = this.field("task").value;
    let body;
    try { body = this.body(model, task, messages); } catch (problem) { return this.hint(problem.message); }
    const short = JSON.parse(JSON.stringify(body), (key, value) => key === "url" && value.length > 200 ? `${value.slice(0, 60)}…` : value);
    const all = samples(this.dataset.base, task === "images" ? "/v1/images/generations" : "/v1/chat/completions", short);
    for (const [language, text] of Object.entries(all)) this.querySelector(`#request-c-${language}`).textContent = text;
    this.querySelector("#request-code").showModal();
  }
});
