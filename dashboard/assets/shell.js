/* The frame of the pages: title, focus, current link, language, colours, retry. */
(function () {
  "use strict";
  const page = () => document.getElementById("page");
  let shown = null;

  const below = new ResizeObserver(([{ target }]) => document.documentElement.style.setProperty("--bar", `${target.offsetHeight}px`));

  function arrived() {
    const bar = document.querySelector(".bar");
    if (bar) below.observe(bar);
    document.querySelectorAll("a[aria-current]:not(.current, .on)").forEach((a) => a.removeAttribute("aria-current"));
    document.querySelectorAll("a:is(.current, .on):not([aria-current])").forEach((a) => {
      a.setAttribute("aria-current", a.closest("#navigation") ? "page" : "true");
      const tabs = a.closest(".tabs");  // on a phone they are wider than the screen
      if (tabs) tabs.scrollLeft += a.getBoundingClientRect().right - tabs.getBoundingClientRect().right + 40;
    });
    const titled = page()?.querySelector("[data-title]");
    if (!titled || shown === titled.dataset.title + location.pathname) return;
    const first = shown === null;
    shown = titled.dataset.title + location.pathname;
    document.title = titled.dataset.title + " – Besök";
    if (first) document.getElementById(location.hash.slice(1))?.scrollIntoView();
    else { scrollTo(0, 0); page().focus({ preventScroll: true }); }
  }

  function retry() {
    const waiting = page()?.querySelector("[data-retry]");
    if (!waiting || waiting.dataset.armed) return;
    waiting.dataset.armed = "1";
    setTimeout(() => { if (document.contains(waiting)) location.reload(); }, 1000 * Number(waiting.dataset.retry));
  }

  // What is being written is not drawn over.
  window.besok.writing = () => page()?.querySelector("details[open] > form[data-send], form:has(input:not([type=checkbox], [type=hidden]), textarea, select):focus-within");

  // A page that is drawn again has new elements: what somebody has in hand, unfolded or ticked is so again.
  let at = "", held = null, around = "";
  const folds = new Map(), ticks = new Map();
  const named = (one) => one.id || (one.matches("summary") && one.parentElement.id) || one.ariaLabel || (one.form?.dataset.fields ?? "") + (one.querySelector("summary") ?? one).textContent || one.href;
  const like = (tag, name) => [...page().querySelectorAll(tag)].filter((one) => named(one) === name);
  // Whose it is: the parts of the page that it is within, by what tells each of them from the others like it.
  const whose = (one) => {
    const part = one?.parentElement?.closest("[id], [data-key], form[data-send], [data-number], li, tr, article");
    if (!part || part === page()) return "";
    const { id, dataset: { key, send, number } } = part;
    if (key) return key;
    return whose(part) + "/" + (id || send || number || part.querySelector("th, h2, h3, strong, .strong, a")?.textContent || "");
  };
  const mark = (one) => JSON.stringify([one.tagName, named(one), whose(one)]);
  const marked = (text) => {  // nothing where several are like it: it might be that of something else
    const [tag, name, where] = JSON.parse(text), alike = like(tag, name).filter((one) => whose(one) === where);
    return alike.length === 1 ? alike[0] : undefined;
  };
  const within = (one) => page()?.contains(one) && one !== page();
  document.addEventListener("focusin", ({ target }) => { held = within(target) ? mark(target) : null; around = target.closest("#page details[id]")?.id; });
  document.addEventListener("pointerdown", ({ target }) => { if (held && page()?.contains(target) && !marked(held)?.contains(target)) held = null; });
  document.addEventListener("focusout", ({ target }) => setTimeout(() => {
    if (target.isConnected && document.activeElement === document.body) held = null;  // let go, not drawn over
  }));
  document.addEventListener("toggle", ({ target }) => {
    const sent = target.matches?.("[data-opens]") || target.querySelector?.(":scope > form[data-fields]");  // forms.js knows when these close
    if (target.tagName === "DETAILS" && !sent && within(target)) folds.set(mark(target), target.open);
  }, true);
  document.addEventListener("change", ({ target }) => { if (target.type === "checkbox" && target.closest("form[method=get]")) ticks.set(target.id, target.checked); });

  function handBack() {
    const now = location.pathname + location.search;
    if (at !== now) { folds.clear(); ticks.clear(); }
    if (at.split("?")[0] !== location.pathname) held = null;  // that another page begins at its top is seen to above
    at = now;
    folds.forEach((open, name) => { const fold = marked(name); if (fold) fold.open = open; });
    ticks.forEach((on, id) => { const box = document.getElementById(id); if (box) box.checked = on; });
    if (!held || document.activeElement !== document.body) return;
    const one = marked(held), shut = one?.parentElement.closest("details:not([open])");
    (shut && !one.matches("summary") ? shut.querySelector("summary") : one ?? document.getElementById(around)?.querySelector("summary") ?? page()).focus({ preventScroll: true });
  }

  // What is being computed is looked for until it is there.
  let looking = null, sought = null, awaited = null;
  function renew() {
    const [waiting] = [...document.querySelectorAll("#page [data-renew]")].sort((one, other) => one.dataset.renew - other.dataset.renew);
    if (awaited?.path !== location.pathname) awaited = null;  // nothing is announced to whoever left and comes back
    if (awaited && waiting?.dataset.renewed !== awaited.said && page()?.querySelector("[data-title]")) {
      if (awaited.said) document.getElementById("announcer").textContent = awaited.said;
      awaited = null;
    }
    if (looking && !document.contains(sought)) { clearTimeout(looking); looking = null; }
    if (!waiting || looking) return;
    sought = waiting;
    awaited = { path: location.pathname, said: waiting.dataset.renewed };
    looking = setTimeout(() => {
      looking = null;
      if (document.contains(waiting) && !window.besok.writing()) document.getElementById("redraw")?.click();
      renew();
    }, 1000 * Number(waiting.dataset.renew));
  }

  // What was left out of a page to send its answer first is asked for at once; later again by `renew`, should that fail.
  function rest() {
    const waiting = page()?.querySelector("[data-rest]");
    if (!waiting) return;
    delete waiting.dataset.rest;
    document.getElementById("redraw")?.click();
  }

  new MutationObserver(() => { arrived(); retry(); rest(); renew(); labelTheme(); document.querySelectorAll(".js-plotly-plot").forEach((drawn) => { narrow(drawn); lead(drawn); }); })
    .observe(document.documentElement, { childList: true, subtree: true });

  new MutationObserver(handBack).observe(document, { subtree: true, attributeFilter: ["data-drawn"] });

  function labelTheme() {
    const button = document.getElementById("theme");
    if (!button) return;
    const label = button.dataset[document.documentElement.dataset.theme];
    if (button.title !== label) { button.title = label; button.setAttribute("aria-label", label); }
  }

  // Names at the edge of a chart leave no room for it on a phone: there they are a legend above it. Some parts are for a desk.
  function narrow(drawn) {
    if (innerWidth > 600 || !drawn._fullLayout) return;
    const large = drawn.data.map((one, n) => (one.meta === "desk" && one.visible !== false ? n : -1)).filter((n) => n >= 0);
    if (large.length) window.Plotly.restyle(drawn, { visible: false }, large);
    const names = (drawn.layout.annotations || []).filter((one) => one.name === "line");
    if (!names.length) return;
    drawn.layout.annotations = drawn.layout.annotations.filter((one) => one.name !== "line");
    const lines = drawn.data.map((one, n) => (one.meta === "line" ? n : -1)).filter((n) => n >= 0);
    window.Plotly.update(drawn, { showlegend: true }, { "margin.r": 14, showlegend: true }, lines);
  }

  // A click on a day of a chart leads to its page.
  const leading = new WeakSet();
  function lead(drawn) {
    if (!drawn.on || leading.has(drawn)) return;
    leading.add(drawn);
    drawn.on("plotly_click", ({ points }) => {
      const address = drawn.closest("figure").dataset.day;
      if (!address) return;
      const at = new Date(`${points[0].x.slice(0, 10)}T${points[0].x.slice(11, 16) || "00:00"}Z`);
      at.setUTCMinutes(-/DAY(\d+)/.exec(address)[1] + at.getUTCMinutes()); // the day that it belongs to
      location.assign(address.replace(/DAY\d+/g, at.toISOString().slice(0, 10)));
    });
  }

  // A chart is drawn again for the width of paper, where letters keep their size, and scaled to what is left between
  // the margins, which an SVG does only with a box of its own.
  const PAPER = 720;  // pixels of A4 upright
  const unfolded = [];  // for the paper alone
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details.detail:not([open])")) { one.open = true; unfolded.push(one); }
    charts((drawn) => ({ autosize: false, width: PAPER, height: drawn.offsetHeight }));
    document.querySelectorAll(".graph .main-svg").forEach(fit);
  });
  addEventListener("afterprint", () => {
    unfolded.splice(0).forEach((one) => { one.open = false; });
    document.querySelectorAll(".graph .main-svg").forEach((svg) => svg.removeAttribute("viewBox"));
    charts(() => ({ autosize: true, width: null, height: null }));
  });

  function charts(sized) {
    for (const drawn of document.querySelectorAll(".graph .js-plotly-plot")) {
      if (drawn._fullLayout) { window.Plotly.relayout(drawn, sized(drawn)); }  // else it is not drawn yet
    }
  }

  function fit(svg) {
    const [width, height] = ["width", "height"].map((side) => parseFloat(svg.getAttribute(side)));
    if (!width || !height) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.closest(".graph").style.setProperty("--ratio", `${width} / ${height}`);
  }

  // Browsers give no clipboard to pages without https; an old way is open to those.
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = Object.assign(document.body.appendChild(document.createElement("textarea")), { value: text });
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("no clipboard");
  }

  // The chart without the page's font: a picture has none, and names measured in it would be cut off.
  function picture({ data, layout, _context: { locale } }) {
    return { data, layout: { ...layout, font: { ...layout.font, family: "system-ui, sans-serif" } }, config: { locale } };
  }
  // The same as a file, which goes on alone: above it what it shows, of which page and day, and that it is simulated.
  function titled(figure) {
    const drawn = picture(figure.querySelector(".js-plotly-plot")), { layout } = drawn;
    const origin = [document.title, new Date().toLocaleDateString(drawn.config.locale, { dateStyle: "medium" }),
      document.querySelector(".sandbox strong")?.textContent];
    const title = { text: figure.querySelector(".chart-plot").ariaLabel, subtitle: { text: origin.filter(Boolean).join(" · ") },
      automargin: true, x: 0, xref: "paper", y: 1, yref: "container", yanchor: "top", pad: { t: 16, b: 28 } };
    return { ...drawn, layout: { ...layout, title } };
  }
  // The same for a phone, with the names of its lines above it, as `narrow` has them.
  function slim({ data, layout, config }) {
    const named = (layout.annotations || []).filter((one) => one.name === "line").length > 0;
    const annotations = (layout.annotations || []).filter((one) => one.name !== "line");
    const lines = data.filter((one) => one.meta !== "desk").map((one) => (named && one.meta === "line" ? { ...one, showlegend: true } : one));
    const margin = named ? { ...layout.margin, r: 14 } : layout.margin;
    return { data: lines, layout: { ...layout, annotations, margin, showlegend: named || layout.showlegend }, config };
  }

  // What a button copies: the chart for a web page, or its address.
  async function taken(button) {
    const figure = button.closest("figure");
    if (!("embed" in button.dataset)) return location.href.replace(/#.*/, "") + "#" + figure.id;
    const drawn = picture(figure.querySelector(".js-plotly-plot"));
    const src = await window.Plotly.toImage(drawn, { format: "svg", width: 900, height: 450 });
    const srcset = await window.Plotly.toImage(slim(drawn), { format: "svg", width: 380, height: 300 });
    const { source: whose, public: address } = figure.closest(".page").dataset;
    const source = whose.replace("{day}", button.dataset.embed);
    const away = document.implementation.createHTMLDocument("");  // nothing is loaded there
    const part = (name, given) => Object.assign(away.createElement(name), given);
    const words = part("figcaption", { textContent: figure.querySelector(".finding").textContent + " " });
    words.append(address ? part("a", { href: new URL(address, location).href, textContent: source }) : source);
    const shown = part("figure", { lang: document.documentElement.lang });
    const alt = figure.querySelector(".chart-plot").getAttribute("aria-label");
    const sizes = part("picture");  // letters keep their size where the page is narrow
    sizes.append(part("source", { media: "(max-width: 600px)", srcset }), part("img", { src, alt, style: "max-width:100%;background:#fff" }));
    shown.append(sizes, words);
    return shown.outerHTML;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest(".print")) print();
    const image = event.target.closest("[data-image]");
    if (image) {
      window.Plotly.downloadImage(titled(image.closest(".chart")), { format: image.dataset.image, filename: document.title, width: 1200, height: 600 });
    }
    const link = event.target.closest("[data-copied]");
    const say = (text, sign = "") => { document.getElementById("announcer").textContent = text; link.ariaLabel = link.textContent = sign + text; };
    if (link) taken(link).then(copy).then(() => say(link.dataset.copied, "✓ "), () => say(link.dataset.failed));
    if (event.target.closest("#theme")) { window.besok.nextTheme(); labelTheme(); }
    const other = event.target.closest("#language");
    if (other) {
      event.preventDefault();
      const query = new URLSearchParams(location.search);
      query.set("lang", other.dataset.lang);
      location.search = query.toString();
    }
  });

  // The language is kept in a cookie by now: a shared link shall not carry it.
  const query = new URLSearchParams(location.search);
  if (query.has("lang")) {
    query.delete("lang");
    history.replaceState(null, "", location.pathname + (String(query) ? "?" + query : ""));
  }
})();
