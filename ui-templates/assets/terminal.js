// What a line of a terminal looks like: colours and weights (SGR) are applied, a carriage return
// writes over what is there, every other control sequence is left out, and characters that would
// deceive or hide are named. Whatever a line holds becomes text and class names from fixed sets.

const BOLD = 1, DIM = 2, ITALIC = 4, UNDERLINE = 8, STRIKE = 16, INVERSE = 32;
const FG = 6, BG = 11, FIVE = 31;

// eslint-disable-next-line no-control-regex
const SPECIAL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;
// eslint-disable-next-line no-control-regex
const STATEFUL = /[\x1b\x9b]/;

const PALETTE = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
  0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
].map((rgb) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255]);

function nearest(r, g, b) {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < 16; i++) {
    const [pr, pg, pb] = PALETTE[i];
    const mean = (r + pr) / 2;
    const distance = (2 + mean / 256) * (r - pr) ** 2 + 4 * (g - pg) ** 2
      + (2 + (255 - mean) / 256) * (b - pb) ** 2;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

function of256(n) {
  if (n < 16) return n;
  if (n > 231) {
    const grey = 8 + (n - 232) * 10;
    return nearest(grey, grey, grey);
  }
  const level = (v) => (v === 0 ? 0 : 55 + v * 40);
  const c = n - 16;
  return nearest(level(Math.floor(c / 36)), level(Math.floor(c / 6) % 6), level(c % 6));
}

const isByte = (n) => Number.isInteger(n) && n >= 0 && n <= 255;
const colour = (state, shift, n) => (state & ~(FIVE << shift)) | ((n + 1) << shift);

// "38;5;n" and "38;2;r;g;b", with semicolons or colons; returns the colour, or -1.
function extended(values) {
  if (values[0] === 5 && isByte(values[1])) return of256(values[1]);
  if (values[0] === 2 && values.slice(1, 4).length === 3 && values.slice(1, 4).every(isByte)) {
    return nearest(values[1], values[2], values[3]);
  }
  return -1;
}

function sgr(parameters, before) {
  let state = before;
  const parts = parameters.split(";", 32);
  for (let i = 0; i < parts.length; i++) {
    const sub = parts[i].split(":").map((value) => (value === "" ? 0 : Number(value)));
    const code = sub[0];
    if (code === 38 || code === 48 || code === 58) {
      let values;
      if (sub.length > 1) {
        // The form with colons may name a colour space before the colour.
        values = sub[1] === 2 && sub.length > 5 ? [2, ...sub.slice(3, 6)] : sub.slice(1);
      } else {
        const kind = Number(parts[i + 1]);
        const count = kind === 5 ? 2 : kind === 2 ? 4 : 1;
        values = parts.slice(i + 1, i + 1 + count).map(Number);
        i += count;
      }
      const n = extended(values);
      if (n >= 0 && code !== 58) state = colour(state, code === 38 ? FG : BG, n);
      continue;
    }
    if (code === 0) state = 0;
    else if (code === 1) state |= BOLD;
    else if (code === 2) state |= DIM;
    else if (code === 3) state |= ITALIC;
    else if (code === 4) state = sub[1] === 0 ? state & ~UNDERLINE : state | UNDERLINE;
    else if (code === 7) state |= INVERSE;
    else if (code === 9) state |= STRIKE;
    else if (code === 22) state &= ~(BOLD | DIM);
    else if (code === 23) state &= ~ITALIC;
    else if (code === 24) state &= ~UNDERLINE;
    else if (code === 27) state &= ~INVERSE;
    else if (code === 29) state &= ~STRIKE;
    else if (code >= 30 && code <= 37) state = colour(state, FG, code - 30);
    else if (code === 39) state &= ~(FIVE << FG);
    else if (code >= 40 && code <= 47) state = colour(state, BG, code - 40);
    else if (code === 49) state &= ~(FIVE << BG);
    else if (code >= 90 && code <= 97) state = colour(state, FG, code - 82);
    else if (code >= 100 && code <= 107) state = colour(state, BG, code - 92);
    // 5, 6 and 25 blink, 8 and 28 conceal: a log neither blinks nor hides.
  }
  return state;
}

const known = new Map();

function classes(state) {
  let names = known.get(state);
  if (names !== undefined) return names;
  const list = [];
  if (state & BOLD) list.push("b");
  if (state & DIM) list.push("d");
  if (state & ITALIC) list.push("i");
  if (state & UNDERLINE) list.push("u");
  if (state & STRIKE) list.push("s");
  let fg = ((state >> FG) & FIVE) - 1;
  let bg = ((state >> BG) & FIVE) - 1;
  if (state & INVERSE) {
    if (fg < 0 && bg < 0) list.push("inv");
    else [fg, bg] = [bg, fg < 0 ? 7 : fg];
  }
  if (fg >= 0) list.push(`f${fg}`);
  if (bg >= 0) list.push(`g${bg}`);
  names = list.join(" ");
  known.set(state, names);
  return names;
}

// Text that is written from left to right; a carriage return writes over what is there.
class Writing {
  constructor() {
    this.runs = [];
    this.cells = null;
    this.column = 0;
  }

  put(text, names, control) {
    if (text === "") return;
    if (this.cells) {
      for (const symbol of control ? [text] : text) {
        const before = this.cells[this.column - 1];
        if (!control && before && /^\p{M}$/u.test(symbol)) {
          before.text += symbol;
          continue;
        }
        while (this.cells.length < this.column) this.cells.push({ text: " ", names: "", control: false });
        this.cells[this.column++] = { text: symbol, names, control };
      }
      return;
    }
    const last = this.runs[this.runs.length - 1];
    if (last && last.names === names && last.control === control) last.text += text;
    else this.runs.push({ text, names, control });
  }

  back() {
    if (!this.cells) {
      const runs = this.runs;
      this.cells = [];
      for (const run of runs) {
        this.column = this.cells.length;
        this.put(run.text, run.names, run.control);
      }
      this.runs = [];
    }
    this.column = 0;
  }

  erase(which) {
    if (!this.cells) return;
    if (which === "" || which === "0") {
      if (this.cells.length > this.column) this.cells.length = this.column;
    } else if (which === "1" || which === "2") {
      const end = which === "1" ? Math.min(this.column + 1, this.cells.length) : this.cells.length;
      for (let i = 0; i < end; i++) this.cells[i] = { text: " ", names: "", control: false };
      if (which === "2") this.cells.length = Math.min(this.cells.length, this.column);
    }
  }

  done() {
    const cells = this.cells;
    if (!cells) return this.runs;
    this.cells = null;
    for (const cell of cells) this.put(cell.text, cell.names, cell.control);
    return this.runs;
  }
}

const marker = (code) => `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;

/** The end of a control string (OSC, DCS, PM, APC, SOS) that begins before `from`; -1 if it has none. */
function endOfString(raw, from, bell) {
  for (let i = from; i < raw.length; i++) {
    const c = raw.charCodeAt(i);
    if (c === 0x9c || c === 0x18 || c === 0x1a || (bell && c === 7)) return i + 1;
    if (c === 0x1b) return raw.charCodeAt(i + 1) === 0x5c ? i + 2 : i;
  }
  return -1;
}

/**
 * Reads one line. Returns the runs `{text, names, control}` that are shown, their text, and the
 * state of colours and weights with which the stream's next line begins.
 */
export function parse(raw, before = 0) {
  if (!SPECIAL.test(raw)) {
    return {
      runs: raw === "" ? [] : [{ text: raw, names: classes(before), control: false }],
      text: raw,
      state: before,
    };
  }
  const out = new Writing();
  let state = before;
  let end = raw.length;
  while (end > 0 && raw.charCodeAt(end - 1) === 13) end--;
  let start = 0;
  let i = 0;

  const sequence = (from) => {
    let j = from;
    while (j < end && raw.charCodeAt(j) >= 0x30 && raw.charCodeAt(j) <= 0x3f) j++;
    const parameters = raw.slice(from, j);
    const middle = j;
    while (j < end && raw.charCodeAt(j) >= 0x20 && raw.charCodeAt(j) <= 0x2f) j++;
    const last = j < end ? raw.charCodeAt(j) : 0;
    if (last < 0x40 || last > 0x7e) return j;
    if (middle === j && last === 0x6d && /^[0-9;:]*$/.test(parameters)) state = sgr(parameters, state);
    else if (middle === j && last === 0x4b) out.erase(parameters);
    return j + 1;
  };
  const string = (from, bell) => {
    const after = endOfString(raw.slice(0, end), from, bell);
    // One without an end hides nothing here: only what begins it is left out.
    return after < 0 ? from : after;
  };

  while (i < end) {
    const c = raw.charCodeAt(i);
    if ((c >= 0x20 && c < 0x7f) || c === 9 || (c > 0x9f && !SPECIAL.test(raw[i]))) {
      i++;
      continue;
    }
    out.put(raw.slice(start, i), classes(state), false);
    if (c === 0x1b) {
      const next = i + 1 < end ? raw.charCodeAt(i + 1) : 0;
      if (next === 0x5b) i = sequence(i + 2);
      else if (next === 0x5d) i = string(i + 2, true);
      else if (next === 0x50 || next === 0x58 || next === 0x5e || next === 0x5f) i = string(i + 2, false);
      else {
        let j = i + 1;
        while (j < end && raw.charCodeAt(j) >= 0x20 && raw.charCodeAt(j) <= 0x2f) j++;
        const last = j < end ? raw.charCodeAt(j) : 0;
        i = last >= 0x30 && last <= 0x7e ? j + 1 : i + 1;
      }
    } else if (c === 0x9b) {
      i = sequence(i + 1);
    } else if (c === 0x9d) {
      i = string(i + 1, true);
    } else if (c === 0x90 || c === 0x98 || c === 0x9e || c === 0x9f) {
      i = string(i + 1, false);
    } else {
      if (c === 13) out.back();
      else if (c < 0x20) out.put(String.fromCharCode(0x2400 + c), classes(state), true);
      else if (c === 0x7f) out.put("\u2421", classes(state), true);
      else if (c > 0x9f) out.put(marker(c), classes(state), true);
      i++;
    }
    start = i;
  }
  out.put(raw.slice(start, end), classes(state), false);
  const runs = out.done();
  return { runs, text: runs.map((run) => run.text).join(""), state };
}

/** The text that is shown of a line. */
export function plain(raw, before) {
  return SPECIAL.test(raw) ? parse(raw, before).text : raw;
}

/** The state of colours and weights with which the line after this one begins. */
export function following(raw, before) {
  return STATEFUL.test(raw) ? parse(raw, before).state : before;
}
