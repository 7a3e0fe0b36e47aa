/* Past counts: `data-imports="/api/…/imports"`. A file goes to the API to be looked at; what it leaves open is asked here, and
   the answers go with the file again. It is stored once somebody has seen what it would change. */
(function () {
  "use strict";

  function made(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  }

  function put() {
    document.querySelectorAll("form [data-file]:empty").forEach((place) => {
      const { file, label, accept } = place.dataset, alone = place.closest("form[data-send]") && { required: "" };
      place.append(made("label", label, { for: file }), made("input", "", { type: "file", id: file, accept, ...alone }));
    });
  }

  const part = (form, name) => form.querySelector(`.${name}`);
  const fileOf = (form) => form.querySelector("input[type=file]");

  function said(form) {
    const found = new URLSearchParams();
    for (const name of ["source", "measure", "portal"]) {
      const value = form.elements[name].value.trim();
      if (value) found.set(name, value);
    }
    found.set("name", fileOf(form).files[0].name.slice(0, 200));
    part(form, "questions").querySelectorAll("[data-key]").forEach((field) => {
      const picked = field.matches("fieldset") ? [...field.querySelectorAll(":checked")].map((box) => box.value).join("|") : field.value.trim();
      if (!picked) return;
      if (field.dataset.key === "measure") found.set("measure", picked); else found.append("answer", `${field.dataset.key}=${picked}`);
    });
    return found;
  }

  async function post(form, to, more = {}) {
    const query = said(form);
    Object.entries(more).forEach(([name, value]) => query.set(name, value));
    const answer = await fetch(`${form.dataset.imports}${to}?${query}`, {
      method: "POST", body: fileOf(form).files[0],
      headers: { "Content-Type": "application/octet-stream", "Accept-Language": document.documentElement.lang },
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error || form.dataset.failed);
    return body;
  }

  function ask(form, questions, needed) {
    const place = part(form, "questions");
    questions.forEach((one) => {
      const id = `import-${one.key}`, asked = place.querySelector(`[data-asked="${CSS.escape(one.key)}"]`);
      if (asked && !needed) return;
      asked?.remove();
      const box = made("div", "", { class: "field", "data-asked": one.key });
      if (one.several) {
        const set = made("fieldset", "", { "data-key": one.key });
        set.append(made("legend", one.text));
        one.choices.forEach((choice, n) => {
          const label = made("label", "", { class: "pick", for: `${id}-${n}` });
          label.append(made("input", "", { type: "checkbox", id: `${id}-${n}`, value: choice.value }), ` ${choice.text}`);
          set.append(label);
        });
        box.append(set);
      } else if (one.choices.length) {
        const list = made("select", "", { id, "data-key": one.key, ...(needed && { required: "" }) });
        list.append(...(needed ? [made("option", "–", { value: "" })] : []), ...one.choices.map((choice) => made("option", choice.text, { value: choice.value })));
        box.append(made("label", one.text, { for: id }), list);
      } else {
        box.append(made("label", one.text, { for: id }), made("input", "", { id, "data-key": one.key, required: "", maxlength: "60" }));
      }
      place.append(box);
    });
    if (!needed) return;
    part(form, "send").textContent = form.dataset.answer;
    place.querySelector("[data-asked]:last-child :is(input, select)")?.focus();
  }

  function listed(title, lines) {
    if (!lines.length) return [];
    const list = made("ul");
    lines.forEach((line) => list.append(made("li", line)));
    return [made("h3", title), list];
  }

  function show(form, seen) {
    const words = form.dataset, number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
    const span = words.span.replace("{n}", number.format(seen.counts)).replace("{first}", seen.first).replace("{last}", seen.last)
      .replace("{visits}", number.format(seen.visits));
    const table = made("table"), head = made("tr"), body = made("tbody");
    head.append(made("th", words.year, { scope: "col" }), made("th", words.visits, { scope: "col", class: "digits" }));
    Object.entries(seen.by_year).forEach(([year, visits]) => {
      const row = made("tr");
      row.append(made("th", year, { scope: "row" }), made("td", number.format(visits), { class: "digits" }));
      body.append(row);
    });
    const top = made("thead");
    top.append(head);
    table.append(top, body);
    const store = made("button", words.store, { type: "button", class: "send store" });
    store.addEventListener("click", () => keep(form));
    const place = part(form, "preview");
    place.replaceChildren(made("p", seen.layout ? `${span} (${seen.layout})` : span, { class: "finding" }), table, ...listed(words.look, seen.look_at),
      ...listed(words.storing, seen.stored), ...listed(words.progress, seen.progress), store);
    place.focus();
  }

  function clear(form, all) {
    part(form, "preview").replaceChildren();
    part(form, "problem").textContent = "";
    if (all) part(form, "questions").replaceChildren();
  }

  async function working(form, work) {
    if (form.dataset.busy) return;
    const problem = part(form, "problem"), status = document.getElementById("announcer");
    form.dataset.busy = "1";
    form.setAttribute("aria-busy", "true");
    problem.textContent = "";
    if (status) status.textContent = form.dataset.reading;
    try { await work(); } catch (error) {
      problem.textContent = error instanceof TypeError || error instanceof SyntaxError ? form.dataset.failed : error.message;
    } finally {
      delete form.dataset.busy;
      form.removeAttribute("aria-busy");
    }
  }

  function look(form) {
    if (!fileOf(form).files.length) { part(form, "problem").textContent = form.dataset.choose; fileOf(form).focus(); return; }
    clear(form, false);
    working(form, async () => {
      const seen = await post(form, "/preview");
      if (seen.questions.length) ask(form, seen.questions, true); else show(form, seen);
      ask(form, seen.offers, false);
    });
  }

  function keep(form) {
    working(form, async () => {
      await post(form, "", { who: form.elements.who?.value.trim() ?? "" });
      const status = document.getElementById("announcer");
      if (status) status.textContent = form.dataset.stored;
      clear(form, true);
      fileOf(form).value = "";
      document.getElementById("redraw").click();
    });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-imports]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    look(form);
  }, true);

  // What was shown is of the file and the answers as they were.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-imports]");
    if (form) clear(form, event.target.type === "file");
  }, true);

  new MutationObserver(put).observe(document, { subtree: true, attributeFilter: ["data-drawn"] });
})();
