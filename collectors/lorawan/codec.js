// What a codec finds around it, and how it is called. An expression: a function that takes the codec's source and
// returns one that decodes a frame into JSON text. Nothing here, and nothing in the engine, reaches a file or a network.
(function () {
  "use strict";
  const { parse, stringify } = JSON;
  const { keys } = Object;

  const UTF8 = {
    encode: (text) => Array.from(unescape(encodeURIComponent(text)), (c) => c.charCodeAt(0)),
    decode(bytes) {
      const raw = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      try {
        return decodeURIComponent(escape(raw));
      } catch {
        return raw; // no UTF-8: one character a byte
      }
    },
  };
  const LATIN1 = {
    encode: (text) => Array.from(text, (c) => c.charCodeAt(0) & 255),
    decode: (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""),
  };
  const ENCODINGS = {
    utf8: UTF8,
    "utf-8": UTF8,
    ascii: LATIN1,
    latin1: LATIN1,
    binary: LATIN1,
    hex: {
      encode: (text) => (text.match(/^([0-9a-f]{2})*/i)[0].match(/../g) || []).map((pair) => parseInt(pair, 16)),
      decode: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    },
    base64: {
      encode: (text) => LATIN1.encode(atob(text.replace(/-/g, "+").replace(/_/g, "/"))),
      decode: (bytes) => btoa(LATIN1.decode(bytes)),
    },
  };
  function encoding(name) {
    const found = ENCODINGS[String(name || "utf8").toLowerCase()];
    if (!found) throw new TypeError("Buffer knows no encoding " + name);
    return found;
  }

  class Buffer extends Uint8Array {
    constructor(value, second, third) {
      if (typeof value === "string") super(encoding(second).encode(value));
      else super(value, second, third);
    }
    static from(value, second, third) {
      return new Buffer(value && value.type === "Buffer" ? value.data : value, second, third);
    }
    static alloc(size, fill) {
      return new Buffer(size).fill(fill || 0);
    }
    static isBuffer(value) {
      return value instanceof Buffer;
    }
    static byteLength(text, name) {
      return new Buffer(text, name).length;
    }
    static concat(parts) {
      return new Buffer(parts.flatMap((part) => Array.from(part)));
    }
    slice(begin, end) {
      return this.subarray(begin, end);
    }
    toString(name, begin, end) {
      return encoding(name).decode(this.subarray(begin, end));
    }
    equals(other) {
      return this.length === other.length && this.every((byte, at) => byte === other[at]);
    }
    toJSON() {
      return { type: "Buffer", data: Array.from(this) };
    }
    readUIntBE(at, width) {
      let value = 0;
      for (let n = 0; n < width; n++) value = value * 256 + this.readUInt8(at + n);
      return value;
    }
    readUIntLE(at, width) {
      let value = 0;
      for (let n = width - 1; n >= 0; n--) value = value * 256 + this.readUInt8(at + n);
      return value;
    }
    readIntBE(at, width) {
      const value = this.readUIntBE(at, width);
      return value < 2 ** (8 * width - 1) ? value : value - 2 ** (8 * width);
    }
    readIntLE(at, width) {
      const value = this.readUIntLE(at, width);
      return value < 2 ** (8 * width - 1) ? value : value - 2 ** (8 * width);
    }
  }
  const WIDTHS = {
    UInt8: 1, Int8: 1, UInt16: 2, Int16: 2, UInt32: 4, Int32: 4, Float: 4, Double: 8, BigUInt64: 8, BigInt64: 8,
  };
  for (const [name, width] of Object.entries(WIDTHS)) {
    const type = { Float: "Float32", Double: "Float64" }[name] || name.replace("UInt", "Uint");
    for (const order of width === 1 ? [""] : ["LE", "BE"]) {
      const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
      const read = function (at = 0) {
        return view(this)["get" + type](at, order === "LE");
      };
      const write = function (value, at = 0) {
        view(this)["set" + type](at, value, order === "LE");
        return at + width;
      };
      for (const said of new Set([name, name.replace("UInt", "Uint")])) {
        Object.defineProperty(Buffer.prototype, "read" + said + order, { value: read });
        Object.defineProperty(Buffer.prototype, "write" + said + order, { value: write });
      }
    }
  }

  const quiet = () => undefined;
  globalThis.Buffer = Buffer;
  globalThis.console = { log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet };
  globalThis.require = function (name) {
    if (name === "buffer") return { Buffer };
    throw new Error("require(" + stringify(name) + ") is not available here: a codec must be one file");
  };
  globalThis.module = globalThis.exports = undefined;
  for (const name of ["SharedArrayBuffer", "Atomics", "performance", "queueMicrotask"]) delete globalThis[name];
  const own = new Set(keys(globalThis)); // what is no part of the engine: the engine's names are not enumerated

  function three(answer) {
    if (typeof answer !== "object" || answer === null || !("data" in answer || "errors" in answer)) return answer;
    return { data: answer.data, warnings: answer.warnings, errors: answer.errors };
  }

  return function (source) {
    const FORMS = ["decodeUplink", "Decode", "Decoder"];
    const found = FORMS.map((name) => `typeof ${name} === "function" ? ${name} : undefined`);
    const make = new Function(source + "\n;return [" + found + "];");
    const fresh = () => {
      // The codec begins afresh with each frame: what it keeps in variables never reaches the next one.
      const names = keys(globalThis);
      if (names.length !== own.size) for (const name of names) if (!own.has(name)) delete globalThis[name];
      const module = (globalThis.module = { exports: (globalThis.exports = {}) });
      return make().map((form, at) => form || module.exports[FORMS[at]]);
    };
    if (!fresh().some((form) => typeof form === "function")) {
      throw new Error("it has none of the functions decodeUplink(input), Decode(fPort, bytes) and Decoder(bytes, port)");
    }
    return function (text, fPort, received) {
      const [decodeUplink, decode, decoder] = fresh();
      const bytes = parse(text);
      const variables = {};
      let answer;
      if (decodeUplink) answer = three(decodeUplink({ bytes, fPort, recvTime: new Date(received), variables }));
      else if (decode) answer = decode(fPort, bytes, variables);
      else answer = decoder(bytes, fPort);
      if (answer instanceof Promise) throw new Error("it answers later (async), and a frame is decoded at once");
      const said = stringify(answer);
      return said === undefined ? "null" : said;
    };
  };
})();
