// Waits for a call to be in the log, and then shows the page anew, which shows the call.
import { go } from "./dialogs.js";

customElements.define("first-call", class extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    this.timer = setInterval(() => this.look(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    this.stop.abort();
  }

  async look() {
    // The page that is shown anew may wait again, for a call after this one.
    if (document.hidden || this.asking || this.told === this.dataset.ask) return;
    this.asking = true;
    const answer = await fetch(this.dataset.ask, { signal: this.stop.signal }).then(r => r.ok ? r.json() : null).catch(() => null);
    this.asking = false;
    if (!answer?.data.length || !this.isConnected) return;
    this.told = this.dataset.ask;
    go(this.dataset.page, true);
  }
});
