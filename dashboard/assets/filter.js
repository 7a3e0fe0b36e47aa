/* Lists that typing filters: `data-filters` is the id of the list, `data-name` what an item is called. Enter opens the first.
   Escape closes a menu and gives the focus back to what opened it. */
(function () {
  "use strict";
  const list = (field) => [...document.getElementById(field.closest("[data-filters]").dataset.filters).querySelectorAll(":scope > [data-name]")];
  const filtering = (event) => event.target.closest?.("[data-filters] input");

  document.addEventListener("input", (event) => {
    const field = filtering(event);
    if (!field) return;
    const typed = field.value.trim().toLowerCase();
    let left = 0;
    list(field).forEach((item) => { item.hidden = !item.dataset.name.includes(typed); left += !item.hidden; });
    const said = document.getElementById("announcer"), none = field.closest("[data-filters]");
    none.toggleAttribute("data-empty", !left);
    if (field.name) {
      const kept = (address) => { const to = new URL(address); to.searchParams.set(field.name, typed); return to.href; };
      history.replaceState(history.state, "", kept(location));
      document.querySelectorAll(".sites thead a").forEach((link) => { link.href = kept(link); });
    }
    if (said) said.textContent = left ? String(left) : none.dataset.none;
  });

  document.addEventListener("keydown", (event) => {
    const field = filtering(event);
    if (field && event.key === "Enter") list(field).find((item) => !item.hidden)?.querySelector("a")?.click();
    const open = event.target.closest?.(".picker[open]") ?? document.querySelector(".picker[open]");
    if (open && event.key === "Escape") { open.open = false; open.querySelector("summary").focus(); }
  });

  document.addEventListener("click", (event) => {
    if (!event.isTrusted) return;  // a page that is drawn again closes nothing
    for (const open of document.querySelectorAll(".picker[open]")) {
      if (!open.contains(event.target) || event.target.closest("a")) open.open = false;
    }
  });

  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".sites-picker[open]")) event.target.querySelector("input").focus();
  }, true);
})();
