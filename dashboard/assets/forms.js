/* Forms that write: `data-send="POST /api/…"`. What is filled in goes to the API as JSON, then the page is drawn again. What
   cannot be is said in the form; the name of who writes is kept for the next one. */
(function () {
  "use strict";
  const KEPT = "besok-name";

  function name(value) {
    try {
      if (value !== undefined) localStorage.setItem(KEPT, value);
      return localStorage.getItem(KEPT) || "";
    } catch { return ""; }  // private window
  }

  // React owns the field: it hears of a value only through the setter of the prototype and an event.
  function fill(field, value) {
    const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  window.besok.fill = fill;

  // A share is written in %: `data-percent` is on its field.
  const share = (form, key, text) => (text && form.querySelector(`[data-percent] [name="${key}"]:enabled`) ? String(text / 100) : text);

  function filled(form) {
    const lists = (form.dataset.lists || "").split(" ");
    const found = {};
    for (const [key, value] of new FormData(form)) {
      const text = share(form, key, value.trim()), [part, inner] = key.split(":");
      if (text && inner) (found[part] ??= {})[inner] = text;  // "event:start" is a field of a part
      else if (text) found[key] = lists.includes(key) ? [...(found[key] ?? []), text] : text;
      else if (form.elements[key]?.closest?.("[data-was]")?.dataset.was) found[key] = null;  // a day that was there is taken out again
    }
    return found;
  }

  // A form with a `data-mark` is about a part as it was shown; what else than who writes is then within `data-within`.
  function bodyOf(form) {
    const found = filled(form);
    if (form.dataset.mark !== undefined) found.mark = form.dataset.mark;
    if (!form.dataset.within) return found;
    const { who, mark, ...given } = found;
    const values = Object.entries(given).map(([key, text]) => [key, Array.isArray(text) ? text.join(" ") : text]);
    return { who, mark, [form.dataset.within]: Object.fromEntries(values) };
  }

  // What is wrong with a field stands below it, until the form is sent again.
  function marked(form, wrong) {
    form.querySelectorAll(".wrong").forEach((told) => told.remove());
    form.querySelectorAll("[aria-invalid]").forEach((field) => { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); });
    const found = Object.entries(wrong || {}).flatMap(([key, said]) => {
      const name = key.replace(`${form.dataset.within}:`, "");  // as bodyOf sends it
      const field = [...form.elements].find((one) => one.type !== "hidden" && !one.matches(":disabled") && (one.name === name || one.name.startsWith(`${name}.`)));
      return field ? [[field, said]] : [];
    });
    found.forEach(([field, said]) => {
      const told = Object.assign(document.createElement("p"), { className: "wrong", id: `${field.id}-wrong`, textContent: sentence(said) });
      field.closest(".field").append(told);
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", told.id);
      for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    });
    found[0]?.[0].focus();
    return found.map(([, said]) => said);
  }

  const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");

  // What other open forms hold is put back once the page is drawn again: `data-fields` is how the ids of a form's fields begin.
  function drafts(sent) {
    return [...document.querySelectorAll("details[open] > form[data-fields]")].filter((form) => form !== sent).map(draft);
  }
  const draft = (form) => ({ fields: form.dataset.fields, values: [...form.elements].filter((field) => field.name).map((field) => [field.id, field.type === "checkbox" ? field.checked : field.value]) });

  function redraw(kept, ask) {
    const page = document.getElementById("page");
    return new Promise((drawn) => {
      new MutationObserver((_, observer) => {
        observer.disconnect();
        foldAll(page, kept);
        requestAnimationFrame(() => { putBack(kept); drawn(); });
      }).observe(page, { attributeFilter: ["data-drawn"] });
      ask();
    });
  }

  // A drawn page takes over the elements of the one before by their place: which are open goes by whose they are. At once,
  // so that nothing is folded under the hands of somebody who is quick.
  function foldAll(page, kept) {
    const open = (name) => kept.some((one) => one.fields === name);
    page.querySelectorAll("[data-opens]").forEach((entry) => { entry.open = open(entry.dataset.opens); });
    page.querySelectorAll("form[data-fields]").forEach((form) => {
      if (form.matches("details > form")) form.parentElement.open = open(form.dataset.fields);  // some are one button
      form.querySelector(".problem").textContent = "";
      marked(form, {});
    });
  }

  function putBack(kept) {
    kept.flatMap((one) => one.values).forEach(([id, value]) => {
      const field = document.getElementById(id);
      if (typeof value === "boolean") { if (field) field.checked = value; }
      else if (field?.tagName === "SELECT") field.value = value;
      else if (field) window.dash_clientside.set_props(id, { value });
    });
  }

  // What cannot be of an action, said in the reader's language before anything is sent; the API has the last word.
  function wrong(form, body) {
    if (body.answered && !body.answer_sv && !body.answer_en) return form.dataset.textless;
    const days = [form.dataset.asked, body.answered, body.done_since, body.undone];
    if (days.slice(1).some((day) => day && day < days[0])) return form.dataset.early;
    if (body.undone && !(body.done_since && body.undone > body.done_since)) return form.dataset.undone;
    return "";
  }

  function done(form) {
    const details = form.closest("details > form")?.parentElement;
    form.querySelectorAll("[data-once] input, [data-once] textarea").forEach((field) => {
      if (field.type === "checkbox") field.checked = false; else fill(field, "");
    });
    redraw(drafts(form), () => document.getElementById("redraw").click());
    const said = document.getElementById("announcer");
    if (form.dataset.kept && said) said.textContent = form.dataset.kept;
    if (form.dataset.kept && details) { details.open = false; details.querySelector("summary").focus(); }
    else if (form.dataset.kept) [...form.elements].find((field) => field.name && field.type !== "hidden")?.focus();
  }

  // Why it was not saved: below the fields that it is about; else by the session, by the API where it writes the reader's
  // language, by fields that are not shown, or that it was not.
  function refused(form, answer, found, problem) {
    const { ended, failed } = problem.dataset, below = marked(form, found.fields);
    const text = answer.headers.get("Content-Language") === document.documentElement.lang && found.error;
    const [elsewhere] = Object.values(found.fields || {});
    const said = text ? !below.includes(text) && text : !below.length && (elsewhere || failed);
    problem.textContent = answer.status === 401 ? ended : said ? sentence(said) : "";
  }

  // A form with a file sends that alone; its other fields then stand in the address.
  function request(method, url, form, body) {
    const file = form.querySelector("input[type=file]"), fields = new URLSearchParams(file ? body : {});
    return fetch(String(fields) ? `${url}?${fields}` : url, {
      method, headers: { "Content-Type": file ? "application/octet-stream" : "application/json", "Accept-Language": document.documentElement.lang },
      body: file ? file.files[0] : JSON.stringify(body),
    });
  }

  // What it would do is said before it is done: `data-asks` is where that is asked, `data-asked` the question.
  async function agreed(form, body, problem) {
    const here = document.documentElement.lang;
    try {
      const answer = await request("POST", form.dataset.asks, form, body);
      const found = await answer.json();
      if (answer.ok) {
        const dates = new Intl.DateTimeFormat(here === "en" ? "en-GB" : here, { dateStyle: "long", timeZone: "UTC" });
        const value = (name) => {
          if (name === "dates") return dates.formatRange(new Date(found.first), new Date(found.last));  // one day is said once
          return typeof found[name] === "number" ? found[name].toLocaleString(here, { maximumFractionDigits: 0 }) : [].concat(found[name]).join("\n");
        };
        const question = found.days === 0 ? found.estimated && form.dataset.estimated : found.second !== false && form.dataset.asked;
        return !question || window.confirm(question.replace(/\{(\w+)\}/g, (_, name) => value(name)));
      }
      refused(form, answer, found, problem);
    } catch { problem.textContent = problem.dataset.failed; }  // the network is away
    return false;
  }

  async function send(form) {
    const [method, url] = form.dataset.send.split(" ");
    const problem = form.querySelector(".problem");
    const body = bodyOf(form);
    marked(form, {});
    problem.textContent = wrong(form, body);
    if (problem.textContent || form.dataset.sending) return;
    form.dataset.sending = "1";
    if (form.dataset.asks && !(await agreed(form, body, problem))) { delete form.dataset.sending; return; }
    try {
      const answer = await request(method, url, form, body);
      if (answer.ok || String(answer.status) === form.dataset.gone) {
        if (form.dataset.leads) {  // to what was made: "{site}" is that of the answer
          const made = answer.status === 204 ? {} : await answer.json();
          const of = (address) => address.replace(/\{(\w+)\}/g, (_, key) => made[key]);
          if (form.dataset.back) history.replaceState(history.state, "", of(form.dataset.back));  // the form as it was sent
          location.assign(of(form.dataset.leads));
        } else done(form);
        return;
      }
      refused(form, answer, await answer.json(), problem);
    } catch { problem.textContent = problem.dataset.failed; /* the network is away */ } finally { delete form.dataset.sending; }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-send]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    send(form);
  }, true);

  // A part of a form is sent where it is unfolded.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details[data-part]")) event.target.querySelector("fieldset").disabled = !event.target.open;
  }, true);

  // Fields that only some kinds have are shown and sent with those: `data-kinds`.
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "kind") return;
    target.form?.querySelectorAll("fieldset[data-kinds]").forEach((part) => { part.hidden = part.disabled = !part.dataset.kinds.split(" ").includes(target.value); });
  }, true);

  // Boxes that are ticked from the start: React's own do not know how.
  new MutationObserver(() => document.querySelectorAll("[data-checked] input").forEach((box) => {
    box.checked = true;
    delete box.closest("[data-checked]").dataset.checked;
  })).observe(document, { subtree: true, attributeFilter: ["data-drawn"] });

  // A form with `data-draft` is long: what it holds goes with the entry of the history, and is there again when that is loaded again.
  const parts = (form) => [...form.querySelectorAll("details[data-part]")];
  function note({ target }) {
    const form = target.closest?.("form[data-draft=drawn]");
    if (form) history.replaceState({ ...history.state, draft: { ...draft(form), open: parts(form).map((one) => one.open) } }, "");
  }
  ["input", "change", "toggle"].forEach((kind) => document.addEventListener(kind, note, true));
  new MutationObserver(() => document.querySelectorAll("form[data-draft='']").forEach((form) => {
    const kept = history.state?.draft;
    if (kept?.fields === form.dataset.fields) {
      parts(form).forEach((one, n) => { one.open = kept.open[n]; });
      requestAnimationFrame(() => putBack([kept]));
    }
    form.dataset.draft = "drawn";
  })).observe(document, { subtree: true, attributeFilter: ["data-drawn"] });

  // The forms of a part in a list are drawn once it is opened; that it is open is heard again then.
  document.addEventListener("toggle", async ({ target }) => {
    const name = target.dataset?.opens;
    if (!name || !target.open || target.querySelector("form")) return;
    const query = new URLSearchParams(location.search);
    query.set("open", [query.get("open"), name].filter(Boolean).join(" "));
    await redraw([...drafts(), { fields: name, values: [] }], () => window.dash_clientside.set_props("address", { search: `?${query}` }));
    const entry = document.querySelector(`[data-opens="${CSS.escape(name)}"]`);
    if (document.activeElement === document.body) entry?.querySelector("summary").focus();  // drawing took it away
    entry?.dispatchEvent(new Event("toggle"));
  }, true);

  function sign(field) {
    if (field && field !== document.activeElement && !field.value && name()) fill(field, name());  // not under a hand that writes
  }

  document.addEventListener("toggle", (event) => {
    if (event.target.open) sign(event.target.querySelector?.(":scope > form [name=who]"));
  }, true);
  document.addEventListener("focusin", (event) => sign(event.target.closest?.("form")?.elements.who));  // of a form that is always open
  document.addEventListener("change", ({ target }) => { if (target.name === "who" && target.value) name(target.value.trim()); });
})();
