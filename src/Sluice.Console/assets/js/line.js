// A lost line says so and comes back by itself; a form that met it is sent again with the same key, so that nothing is done twice.
export function watchLine() {
  const bar = () => document.getElementById("offline");
  let asking;
  function lost() {
    const shown = bar();
    if (!shown || !shown.hidden) return;
    shown.hidden = false;
    clearInterval(asking);
    asking = setInterval(async () => {
      const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
      if (!answer?.ok) return;
      clearInterval(asking);
      bar().hidden = true;
    }, 2000);
  }
  addEventListener("offline", lost);
  // While the server is away an enhanced form would fail without a word: it is asked first, and the form kept as it is.
  document.addEventListener("submit", async event => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.checked) {
      delete form.dataset.checked;
      return;
    }
    const submitter = event.submitter;
    event.preventDefault();
    event.stopImmediatePropagation();
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) {
      lost();
      return;
    }
    form.dataset.checked = "yes";
    form.requestSubmit(submitter);
  }, true);
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) lost();
  }, 15000);
}
