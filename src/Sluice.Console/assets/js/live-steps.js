// A diagnosis as it goes on: each step as soon as it ends. Without script the whole result comes with the page.
import { events } from "./chat-stream.js";

customElements.define("live-steps", class extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    this.titles = JSON.parse(this.dataset.titles);
    this.addEventListener("submit", event => {
      // Of a form that also saves, only the test is ours.
      if (this.isTest && event.submitter?.value !== "test") return;
      event.preventDefault();
      event.stopPropagation();
      this.run(event.target);
    }, { signal: this.stop.signal });
    this.addEventListener("click", event => {
      if (event.target.closest("[data-take]")) this.take();
      const set = event.target.closest("[data-set]");
      if (set) this.querySelector(`#${set.dataset.set}`).value = set.dataset.value;
    }, { signal: this.stop.signal });
  }

  disconnectedCallback() {
    this.stop.abort();
    this.asking?.abort();
  }

  clone(name) { return this.querySelector(`template[data-t="${name}"]`).content.cloneNode(true).firstElementChild; }

  get isTest() { return this.dataset.mode === "test"; }

  body(form) {
    const value = name => form.elements[name].value.trim();
    if (this.isTest) return { kind: "openai", baseUrl: value("baseUrl"), ...(value("apiKey") && { apiKey: value("apiKey") }), allowPrivateAddress: form.elements.allowPrivateAddress.checked };
    const body = {};
    for (const name of [value("requestId") ? "requestId" : "keyId", "route", "model", "address"]) if (value(name) && !(name === "model" && value("route").startsWith("GET "))) body[name] = value(name);
    if (value("mode") === "call") body.callUpstream = true;
    return body;
  }

  async run(form) {
    this.asking?.abort();
    this.asking = new AbortController();
    const asking = this.asking;
    const button = form.querySelector(this.isTest ? "button[value=test]" : "button.pri");
    const steps = this.querySelector("[data-steps]");
    const outcome = this.querySelector("[data-outcome]");
    const body = this.body(form);
    form.querySelectorAll(":scope > .note").forEach(n => n.remove());
    steps.replaceChildren();
    outcome.replaceChildren();
    for (const part of this.querySelectorAll("[data-after],[data-idle],[data-take]")) part.hidden = true;
    button.disabled = true;
    let done = false;
    try {
      const answer = await fetch(this.dataset.address, {
        method: "POST", signal: asking.signal, headers: { "x-sluice-form": form.elements._form.value, "content-type": "application/json" }, body: JSON.stringify(body),
      });
      if (!answer.ok) {
        this.problem(await answer.json().catch(() => ({ title: String(answer.status) })));
        return;
      }
      if (this.isTest) {
        this.tested(await answer.json());
        return;
      }
      for await (const data of events(answer.body)) {
        const came = JSON.parse(data);
        if (came.steps) {
          done = true;
          this.end(came, body);
        } else {
          steps.append(this.row(came));
        }
      }
      if (!done) this.problem({ title: this.dataset.lost });
    } catch (problem) {
      if (problem.name !== "AbortError") this.problem({ title: this.dataset.lost });
    } finally {
      if (asking === this.asking) button.disabled = false;
    }
  }

  tested(answer) {
    this.querySelector("[data-steps]").replaceChildren(...answer.steps.map(s => this.row(s)));
    this.outcome(answer.passed, answer.steps.find(s => s.verdict === "fail")?.name);
    this.models = answer.models;
    this.querySelector("[data-take]").hidden = !answer.models.length;
    this.querySelector("[data-outcome]").scrollIntoView({ block: "nearest" });
  }

  take() {
    const field = this.querySelector("[name=models]");
    field.value = this.models.join("\n");
    field.focus();
  }

  outcome(passed, cause) {
    const note = this.clone("outcome");
    note.classList.add(passed ? "ok" : "bad");
    note.querySelector("b").textContent = passed ? this.dataset.passed : this.dataset.fails.replace("{0}", this.titles[cause] ?? cause);
    this.querySelector("[data-outcome]").replaceChildren(note);
  }

  problem(came) {
    const note = this.clone("problem");
    note.querySelector("[data-title]").textContent = came.title;
    note.querySelector("[data-detail]").textContent = came.errors?.length ? came.errors.map(e => e.message).join(" ") : came.detail ?? "";
    this.querySelector("[data-outcome]").replaceChildren(note);
  }

  row(step) {
    const row = this.clone(step.verdict);
    row.querySelector("[data-title]").textContent = this.titles[step.name] ?? step.name;
    row.querySelector("[data-detail]").textContent = step.detail ?? "";
    const ms = step.milliseconds;
    row.querySelector("[data-took]").textContent = ms == null ? "" : ms < 1 ? `${+ms.toFixed(2)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
    if (step.verdict !== "fail") return row;
    const remedy = row.querySelector("[data-remedy]");
    if (step.remedy) remedy.append(Object.assign(document.createElement("p"), { className: "small", lang: "en", textContent: step.remedy }));
    const link = this.link(step.action);
    if (link) remedy.append(link);
    return row;
  }

  link(action) {
    const template = action && this.querySelector('template[data-t="links"]').content.querySelector(`[data-kind="${CSS.escape(action.kind)}"]`);
    if (!template) return null;
    const link = template.cloneNode(true);
    const href = link.getAttribute("href");
    if (href.includes("/key_TARGET") && !action.target) return null;
    const address = new URL(href.replace("/key_TARGET", `/${encodeURIComponent(action.target ?? "")}`), location.href);
    for (const [name, value] of [...address.searchParams]) {
      const real = value === "key_TARGET" ? action.target : value === "VALUE" ? action.value : value;
      if (real) address.searchParams.set(name, real);
      else address.searchParams.delete(name);
    }
    link.setAttribute("href", address.pathname + address.search);
    link.textContent = link.textContent.replace("VALUE", action.value ?? "");
    return link;
  }

  end(answer, body) {
    this.outcome(answer.passed, answer.cause);
    this.querySelector("[data-after]").hidden = false;
    this.querySelector("[data-candidates-title]").hidden = !answer.candidates.length;
    this.querySelector("[data-candidates]").replaceChildren(...answer.candidates.map(candidate => {
      const item = document.createElement("li");
      item.className = candidate.chosen ? "ok" : "";
      item.append(Object.assign(document.createElement("b"), { textContent: candidate.upstream }), " ", Object.assign(document.createElement("code"), { textContent: candidate.model }), " ",
        Object.assign(document.createElement("span"), { className: "mut small wrap", lang: "en", textContent: candidate.reason }));
      return item;
    }));
    const call = this.querySelector("[data-call]");
    call.hidden = !answer.callRequestId;
    call.querySelector("a").textContent = answer.callRequestId ?? "";
    call.querySelector("a").href = `/console/logs?open=${encodeURIComponent(answer.callRequestId ?? "")}`;
    this.querySelector("#diagnosis-report").textContent = [[answer.route, answer.model, answer.keyId, answer.address, "->", answer.passed ? "pass" : `fail at ${answer.cause}`].filter(t => t).join(" "),
      ...answer.steps.map(s => `${s.verdict.padEnd(10)} ${s.name.padEnd(12)} ${s.milliseconds ?? ""} ms  ${s.detail ?? ""} ${s.remedy ?? ""}`)].join("\n");
    this.querySelector("#diagnosis-curl").textContent = `curl ${this.dataset.base}/api/v1/diagnoses -H "Authorization: Bearer $SLUICE_TOKEN" -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
    const address = new URL(location.pathname, location.href);
    for (const [name, value] of Object.entries(body)) if (typeof value === "string") address.searchParams.set(name, value);
    history.replaceState(history.state, "", address.pathname + address.search);
  }
});
