// The log as it grows. What comes is text from outside: it only ever becomes text.
const most = 500;

customElements.define("live-log", class extends HTMLElement {
  static observedAttributes = ["data-src"];

  connectedCallback() {
    this.waiting = [];
    this.heard = [];
    this.paused = false;
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.querySelector("[data-pause]").addEventListener("click", () => this.pause(!this.paused), { signal });
    this.querySelector("[data-more]").addEventListener("click", () => this.show(), { signal });
    this.listen();
  }

  disconnectedCallback() {
    this.stop?.abort();
    this.close();
  }

  attributeChangedCallback(_, before, now) {
    if (!this.stop || before === null || before === now) return;
    this.waiting = [];
    this.heard = [];
    this.listen();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
  }

  listen() {
    this.close();
    const address = new URL(this.dataset.src, location.href);
    // A call that ran longer than those after it has the smaller id: the line goes on a little before where it was lost.
    const after = this.heard.toSorted()[0];
    if (after) address.searchParams.set("after", after);
    const source = this.source = new EventSource(address);
    source.addEventListener("open", () => {
      this.tries = 0;
      this.say(this.paused ? "paused" : "following");
    });
    source.addEventListener("request", event => this.take(JSON.parse(event.data)));
    source.addEventListener("skipped", () => this.say("skipped"));
    source.addEventListener("end", () => {
      this.close();
      this.say("ended");
    });
    source.addEventListener("error", () => {
      source.close();
      this.say("lost");
      this.tries = (this.tries ?? 0) + 1;
      this.timer = setTimeout(() => this.listen(), Math.min(30000, 1000 * 2 ** this.tries));
    });
  }

  say(what) {
    const said = this.querySelector("[data-say]");
    said.textContent = this.dataset[what];
    said.className = `st ${what === "following" ? "ok" : what === "ended" ? "bad" : "warn"}`;
  }

  pause(on) {
    this.paused = on;
    this.querySelector("[data-pause]").setAttribute("aria-pressed", on);
    this.say(on ? "paused" : "following");
    if (!on) this.show();
  }

  take(call) {
    if (this.heard.includes(call.id) || this.waiting.some(w => w.id === call.id)) return;
    this.heard.push(call.id);
    if (this.heard.length > 100) this.heard.shift();
    this.waiting.push(call);
    if (this.waiting.length > most) this.waiting.shift();
    if (!this.paused) return this.show();
    const more = this.querySelector("[data-more]");
    more.hidden = false;
    more.textContent = this.dataset.new.replace("#", this.waiting.length);
  }

  show() {
    const rows = document.getElementById(this.dataset.rows);
    if (!rows) return;
    this.names = JSON.parse(this.dataset.names || "{}");
    for (const call of this.waiting) if (!rows.querySelector(`[data-id="${CSS.escape(call.id)}"]`)) rows.prepend(this.row(call));
    while (rows.children.length > most) rows.lastElementChild.remove();
    this.waiting = [];
    this.querySelector("[data-more]").hidden = true;
  }

  row(call) {
    const { dataset: d } = this;
    const none = "–";
    const make = (tag, text, set) => Object.assign(document.createElement(tag), { textContent: text ?? "" }, set);
    const cell = (label, className, ...inner) => {
      const td = make("td", "", { className });
      if (label) td.dataset.l = label;
      td.append(...inner);
      return td;
    };
    const row = make("tr", "", { className: "fresh" });
    row.dataset.id = call.id;
    const at = new Date(call.startedAt);
    const link = make("a", "", { className: "lk mono", href: d.open.replace("_id_", encodeURIComponent(call.id)) });
    link.dataset.row = "";
    link.append(make("time", this.clock(at), { dateTime: call.startedAt, title: at.toISOString() }));
    const model = call.modelUsed ?? call.modelAsked ?? none;
    const key = this.names[call.keyId] ?? call.keyId ?? none;
    const { tokens, cost } = call;
    const code = call.errorCode ? [" ", make("span", call.errorCode, { className: "mut3 small hx" })] : [];
    row.append(
      cell("", "full", link),
      cell(d.status, "", make("span", call.status, { className: `code c${Math.floor(call.status / 100)}` }), ...code),
      cell(d.model, "", make("span", model, { className: "cut", title: model })),
      cell(d.key, "hx", make("span", key, { className: "cut", title: key })),
      cell(d.tokens, "num", tokens.source === "none" ? none : `${tokens.source === "estimated" ? "~" : ""}${count(tokens.prompt)} → ${count(tokens.completion)}`),
      cell(d.first, "num hx", took(call.firstByteMicroseconds)),
      cell(d.total, "num", took(call.totalMicroseconds)),
      cell(d.cost, "num hx", cost ? money(cost) : none));
    return row;
  }

  clock(at) {
    this.format ??= new Intl.DateTimeFormat("en-GB", { timeZone: this.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" });
    return this.format.format(at);
  }
});

const count = n => n.toLocaleString("en-US");

function took(us) {
  if (us == null) return "–";
  if (us < 1e3) return `${+(us / 1e3).toFixed(2)} ms`;
  if (us < 1e4) return `${+(us / 1e3).toFixed(1)} ms`;
  if (us < 1e6) return `${Math.round(us / 1e3)} ms`;
  return us < 6e7 ? `${(us / 1e6).toFixed(2)} s` : `${Math.floor(us / 6e7)} min ${Math.floor(us / 1e6) % 60} s`;
}

function money({ nano, currency }) {
  const sign = { USD: "$", CNY: "¥", EUR: "€", GBP: "£" }[currency];
  const n = nano / 1e9;
  const text = n === 0 || n >= 1 ? n.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : n < 0.0001 ? "0.0001" : n.toFixed(4);
  return `${n > 0 && n < 0.0001 ? "< " : ""}${sign ?? ""}${text}${sign ? "" : ` ${currency}`}`;
}
