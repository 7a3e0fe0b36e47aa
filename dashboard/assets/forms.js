/* Acknowledges a finding: sends name and reason to the API, then draws the page anew. The name is kept for the next one. */
(function () {
  "use strict";
  const KEPT = "besok-name";

  function name(value) {
    try {
      if (value !== undefined) localStorage.setItem(KEPT, value);
      return localStorage.getItem(KEPT) || "";
    } catch { return ""; }  // private window
  }

  async function send(form) {
    const [who, note] = ["who", "note"].map((field) => form.querySelector(`[name=${field}]`).value.trim());
    const problem = form.querySelector(".problem");
    problem.textContent = "";
    let said = problem.dataset.failed;
    try {
      const answer = await fetch(`/api/v1/findings/${form.dataset.finding}/acknowledgement`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ who, note }),
      });
      if (answer.ok || answer.status === 409) {  // 409: it was resolved meanwhile
        name(who);
        document.getElementById("redraw").click();
        return;
      }
      said = (await answer.json()).error || said;
    } catch { /* the network is away: said below */ }
    problem.textContent = said;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form.acknowledge");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    send(form);
  }, true);

  // React owns the field: it hears of a value only through the setter of the prototype and an event.
  document.addEventListener("toggle", (event) => {
    const field = event.target.open && event.target.querySelector?.(":scope > form.acknowledge [name=who]");
    if (!field || field.value || !name()) return;
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, name());
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, true);
})();
