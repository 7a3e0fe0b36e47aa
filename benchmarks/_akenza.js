// Reads a test of akenza's device-type-library: what it gives to the decoder, and what it says must come out.
// Around it stand: `spec` (the text of the test), and it returns [{ port, hex, state, emits: [[[path...], value], ...] }].
(function (spec) {
  const vectors = [];
  let wanted = [];
  const paths = new WeakMap();
  const known = (path) => {
    const made = new Proxy(() => undefined, {
      get: (_, name) => (typeof name === "symbol" ? () => 0 : known([...path, name])),
      apply: () => known([...path, "()"]),
    });
    paths.set(made, path);
    return made;
  };
  let noted = [];
  const note = (found, value) => {
    const path = typeof found === "function" ? paths.get(found) : undefined;
    if (path && !path.includes("()") && !(typeof value === "function")) noted.push([path, value]);
  };
  const quiet = () => undefined;
  const assert = new Proxy(quiet, {
    get: (_, name) =>
      name === "isTrue" ? (f) => note(f, true) : name === "isFalse" ? (f) => note(f, false)
      : ["equal", "strictEqual", "deepEqual"].includes(name) ? note : quiet,
  });
  const expect = () => known(["()"]);
  const now = { then: (f) => { try { f({}); } catch {} return now; }, catch: () => now };
  const consume = (event) => {
    const emits = wanted.map((callback) => {
      noted = [];
      try { callback(known(["type"]), known(["value"])); } catch {}
      return noted;
    });
    wanted = [];
    const data = event.data || {};
    vectors.push({ port: data.port || 0, hex: data.payloadHex || data.payload_hex || "", event, emits });
  };
  const run = (f) => { try { const r = f(quiet); if (r && r.catch) r.catch(quiet); } catch {} };
  const names = {
    assert, expect, should: quiet, chai: { assert, expect }, rewire: () => ({}), init: () => consume,
    loadSchema: () => now, expectEmits: (f) => wanted.push(f), validateSchema: quiet, dirname: () => "",
    fileURLToPath: () => "", describe: (_, f) => run(f), before: run, beforeEach: run, after: quiet, afterEach: quiet,
    it: (_, f) => run(f), process: { env: {} }, require: () => ({}),
  };
  const text = spec
    .replace(/^import[\s\S]*?from\s+["'][^"']+["'];?/gm, "")
    .replace(/^import\s+["'][^"']+["'];?/gm, "")
    .replace(/import\.meta\.url/g, '""');
  new Function(...Object.keys(names), text)(...Object.values(names));
  return JSON.stringify(vectors);
})
