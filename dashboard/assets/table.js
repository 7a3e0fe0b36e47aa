/* Fills the tables beside the charts when they are opened: a month of hours would take Dash many seconds to render. */
(function () {
  "use strict";

  function line(kind, cells, address) {
    const row = document.createElement("tr");
    row.append(...cells.map((content, place) => {
      const [text, day] = [content].flat();
      const cell = document.createElement(kind === "th" || place === 0 ? "th" : "td");
      if (cell.tagName === "TH") cell.scope = kind === "th" ? "col" : "row";
      if (day) cell.append(Object.assign(document.createElement("a"), { href: address.replace(/DAY\d+/g, day), textContent: text }));
      else cell.textContent = text;
      return cell;
    }));
    return row;
  }

  function fill(place) {
    if (!place.closest("details")?.open) return;
    const { head, rows } = JSON.parse(place.dataset.table);
    const table = document.createElement("table");
    table.className = "numbers";
    table.createTHead().append(line("th", head));
    table.createTBody().append(...rows.map((cells) => line("td", cells, place.closest("figure").dataset.day)));
    place.replaceChildren(table);
  }

  document.addEventListener("toggle", (event) => event.target.querySelectorAll?.("[data-table]").forEach(fill), true);
  new MutationObserver((changes) => changes.forEach((change) => fill(change.target)))
    .observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["data-table"] });
})();
