// Signing in with a passkey, or confirming who is signed in: the question and the answer go through the console's own doors.
customElements.define("passkey-sign-in", class extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
    button.hidden = false;
    button.addEventListener("click", () => this.signIn(button));
  }

  async signIn(button) {
    const wrong = this.querySelector("[role=alert]");
    wrong.hidden = true;
    button.disabled = true;
    try {
      const form = this.querySelector("[name=_form]").value;
      const ask = (path, body) => fetch(path, { method: "POST", headers: { "x-sluice-form": form, "content-type": "application/json" }, body: body && JSON.stringify(body) });
      const question = await (await ask(this.dataset.ask ?? "/console/passkey/question")).json();
      const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question.publicKey) });
      const proof = { state: question.state, credential: credential.toJSON() };
      const answer = await (this.dataset.answer ? ask(this.dataset.answer, { passkey: proof }) : ask("/console/passkey/sign-in", proof));
      if (!answer.ok) throw new Error(answer.status);
      location.assign(this.dataset.return);
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
