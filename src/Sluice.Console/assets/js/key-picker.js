// A field for a key: what is typed is searched at the server, by name, id or visible part.
customElements.define("key-picker", class extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    const field = this.querySelector("input");
    field.addEventListener("input", () => {
      clearTimeout(this.timer);
      if (!this.name(field.value)) this.timer = setTimeout(() => this.search(field.value), 80);
    }, { signal: this.stop.signal });
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.stop.abort();
    this.asking?.abort();
  }

  name(id) {
    const option = [...this.querySelectorAll("option")].find(o => o.value === id);
    this.querySelector("output").textContent = option?.textContent ?? "";
    return option;
  }

  async search(text) {
    this.asking?.abort();
    this.asking = new AbortController();
    const answer = await fetch(this.dataset.ask + encodeURIComponent(text), { signal: this.asking.signal }).then(r => r.ok ? r.json() : null).catch(() => null);
    if (!answer) return;
    this.querySelector("datalist").replaceChildren(...answer.data.map(key => Object.assign(document.createElement("option"), { value: key.id, textContent: key.name })));
    this.name(text);
  }
});
