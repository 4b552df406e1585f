// Adds a passkey: the question and the answer go through the console's own doors.
customElements.define("passkey-add", class extends HTMLElement {
  connectedCallback() {
    if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
    this.querySelector("div").hidden = false;
    this.querySelector("p.small").hidden = true;
    const button = this.querySelector("button");
    if (!button.dataset.ready) button.addEventListener("click", () => this.add(button));
    button.dataset.ready = "yes";
  }

  async add(button) {
    const wrong = this.querySelector("[role=alert]");
    const name = this.querySelector("input").value.trim();
    wrong.hidden = true;
    if (!name) return this.querySelector("input").focus();
    button.disabled = true;
    try {
      const form = this.querySelector("[name=_form]").value;
      const ask = (path, body) => fetch(path, { method: "POST", headers: { "x-sluice-form": form, "content-type": "application/json" }, body: body && JSON.stringify(body) });
      const question = await ask("/console/passkey/add-question");
      if (question.status === 403) return location.reload();
      const { state, publicKey } = await question.json();
      const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
      const answer = await ask("/console/passkey/add", { name, state, credential: credential.toJSON() });
      if (!answer.ok) throw new Error(answer.status);
      location.assign(this.dataset.page);
    } catch (problem) {
      if (problem.name !== "NotAllowedError" && problem.name !== "AbortError") {
        wrong.textContent = this.dataset.failed;
        wrong.hidden = false;
      }
    } finally {
      button.disabled = false;
    }
  }
});
