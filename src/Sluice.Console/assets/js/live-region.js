// A part of a page that is fetched again every few seconds, while somebody can see it.
customElements.define("live-region", class extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    const pause = this.querySelector("[data-pause]");
    pause.hidden = false;
    pause.addEventListener("click", () => {
      this.paused = !this.paused;
      pause.setAttribute("aria-pressed", this.paused);
      this.querySelector("[data-say]").textContent = this.paused ? this.dataset.paused : this.dataset.following;
      if (!this.paused) this.again();
    }, { signal: this.stop.signal });
    this.timer = setInterval(() => this.again(), 1000 * this.dataset.every);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    this.stop?.abort();
  }

  async again() {
    const part = this.querySelector("[data-region]");
    // Nothing is swapped away under somebody's hands.
    if (this.paused || this.asking || document.hidden || part.contains(document.activeElement) || part.querySelector(":popover-open")) return;
    this.asking = true;
    try {
      const answer = await fetch(location.href, { signal: this.stop.signal, headers: { accept: "text/html" }, cache: "no-store" });
      const next = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("live-region [data-region]");
      // Signed out meanwhile, or another page.
      if (!next) return;
      const at = scrollY;
      part.replaceChildren(...document.adoptNode(next).childNodes);
      scrollTo(scrollX, at);
    } catch {
      // The frame says when the line is lost.
    } finally {
      this.asking = false;
    }
  }
});
