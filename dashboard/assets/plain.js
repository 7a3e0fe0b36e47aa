/* Inserts the parts of a page that come as HTML (`data-html`), and follows their links without loading the page again. */
(function () {
  "use strict";
  const inserted = new WeakMap();  // what stands in an element, and as which nodes: React knows of neither

  function insert(element) {
    const text = element.dataset.html, { shown, nodes = [] } = inserted.get(element) ?? {};
    if (text === shown) return;
    nodes.forEach((node) => node.remove());
    const made = document.createElement("template");
    made.innerHTML = text ?? "";
    inserted.set(element, { shown: text, nodes: [...made.content.childNodes] });
    element.append(made.content);
  }

  new MutationObserver((changes) => changes.forEach(({ type, target, addedNodes }) => {
    if (type === "attributes") return insert(target);
    addedNodes.forEach((node) => { if (node.dataset?.html) insert(node); node.querySelectorAll?.("[data-html]").forEach(insert); });
  })).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-html"] });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-link]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const { pathname, search, hash } = link;
    window.dash_clientside.set_props("address", { pathname, search, hash });
  });
})();
