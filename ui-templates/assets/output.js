// The live view of a command's output. Whatever the output holds becomes text nodes and class
// names from fixed sets, nothing else.
(() => {
  "use strict";

  // ---------------------------------------------------------------------------------------------
  // What a line looks like: SGR is applied, every other control sequence is left out.

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
  function parse(raw, before = 0) {
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

  window.rdevOutput = { parse };

  const root = document.getElementById("output");
  if (!root || !root.dataset.events || !("TextDecoderStream" in window)) return;

  // ---------------------------------------------------------------------------------------------
  // The view: lines lie in blocks, and only the blocks near the reader are in the document.

  const BLOCK = 25;
  const MOST_LINES = Number(root.dataset.mostLines) || 500_000;
  const MOST_BYTES = 200 * 1024 * 1024;
  const MOST_CHARACTERS = 20_000;
  const BUDGET = 7;

  const OUT = 0, ERR = 1, AGENT = 2, NOTE = 3, GAP = 4;
  const KINDS = ["line", "line err", "line agent", "line note", "line note gap"];

  const number = new Intl.NumberFormat("en");
  const count = (n, noun) => `${number.format(n)} ${noun}${n === 1 ? "" : "s"}`;

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  const wasLive = root.dataset.status === "running" || root.dataset.status === "pending";
  const failed = root.dataset.failed === "true";
  const lastKnown = Number(root.dataset.lastId) || 0;

  let toolbar = root.querySelector(".toolbar");
  if (!toolbar) {
    toolbar = make("div", "toolbar");
    root.prepend(toolbar);
  }
  let scroller = root.querySelector(".lines");
  if (!scroller) {
    scroller = make("div", "lines");
    scroller.append(...[...root.children].filter((child) => child !== toolbar));
    root.append(scroller);
  }
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "log");
  scroller.setAttribute("aria-live", "off");
  if (!scroller.hasAttribute("aria-label")) scroller.setAttribute("aria-label", "Output");

  // Controls

  function toggle(id, label, title, pressed) {
    const button = make("button", "", label);
    button.type = "button";
    button.id = id;
    button.title = title;
    button.setAttribute("aria-pressed", String(pressed));
    return button;
  }

  const find = make("div", "find");
  find.setAttribute("role", "search");
  const input = make("input");
  input.type = "search";
  input.id = "output-search";
  input.placeholder = "Search, or :120 for a line";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.setAttribute("aria-label", "Search the output");
  input.setAttribute("aria-keyshortcuts", "/");
  const previous = make("button", "step", "↑");
  const next = make("button", "step", "↓");
  previous.id = "output-previous";
  next.id = "output-next";
  previous.type = next.type = "button";
  previous.title = "Previous match (Shift+Enter)";
  next.title = "Next match (Enter)";
  previous.setAttribute("aria-label", "Previous match");
  next.setAttribute("aria-label", "Next match");
  previous.disabled = next.disabled = true;
  const found = make("span", "found");
  found.id = "output-found";
  found.setAttribute("role", "status");
  find.append(input, previous, next);
  const followButton = toggle("output-follow", "Follow", "Stay at the end as output comes (f)", false);
  followButton.setAttribute("aria-keyshortcuts", "f");
  followButton.hidden = !wasLive;
  const wrapButton = toggle("output-wrap", "Wrap", "Break long lines", root.classList.contains("wrap"));
  const stateText = make("span", "state");
  stateText.id = "output-state";
  toolbar.prepend(find, found, followButton, wrapButton, stateText);

  // What is kept. `lines` of a block are full but for the last block; `seq` counts all lines that
  // ever came, so a line's place follows from its number alone.

  let blocks = [];
  let dropped = 0;
  let total = 0;
  let notes = 0;
  let bytes = 0;
  let lastId = 0;
  let widest = 0;
  let head = null;
  let headHeight = 0;
  const open = [null, null];
  const last = [null, null];
  const changed = new Set();

  const lineAt = (seq) => blocks[Math.floor((seq - dropped) / BLOCK)].lines[(seq - dropped) % BLOCK];
  const blockOf = (seq) => blocks[Math.floor((seq - dropped) / BLOCK)];

  // Where things are

  const sizer = make("div", "sizer");
  let shown = false;
  let wrapped = root.classList.contains("wrap");
  let follow = wasLive && !location.hash.startsWith("#L");
  let finished = false;
  let rowHeight = 20;
  let character = 8;
  let columns = 100;
  let padding = 0;
  let seenWidth = 0;
  const rendered = new Set();
  let hit = -1;
  let wanted = wantedLine();
  let expected = 0;
  let lastTop = 0;

  function wantedLine() {
    const match = /^#L(\d{1,15})$/.exec(location.hash);
    return match ? Number(match[1]) : 0;
  }

  function estimate(line) {
    return wrapped ? rowHeight * Math.max(1, Math.ceil(line.width / columns)) : rowHeight;
  }

  function retop(from) {
    let top = from > 0 ? blocks[from - 1].top + blocks[from - 1].height : headHeight;
    for (let i = from; i < blocks.length; i++) {
      const block = blocks[i];
      if (block.top !== top) {
        block.top = top;
        if (block.element) block.element.style.top = `${top}px`;
      }
      top += block.height;
    }
  }

  function height() {
    const end = blocks[blocks.length - 1];
    return end ? end.top + end.height : headHeight;
  }

  function reckon() {
    for (const block of blocks) {
      block.height = wrapped ? block.lines.reduce((sum, line) => sum + estimate(line), 0)
        : block.lines.length * rowHeight;
    }
    retop(0);
  }

  function indexAt(y) {
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (blocks[middle].top <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function size() {
    const h = `${height()}px`;
    if (sizer.style.height !== h) sizer.style.height = h;
    const w = wrapped ? "" : `${Math.ceil(Math.min(widest, MOST_CHARACTERS + 60) * character + padding)}px`;
    if (sizer.style.width !== w) sizer.style.width = w;
    root.classList.toggle("short", finished && height() <= scroller.clientHeight);
  }

  function measure() {
    const probe = make("div", "line");
    const n = make("span", "n", "1");
    const t = make("span", "t");
    const text = make("span", "", "0".repeat(100));
    t.append(text);
    probe.append(n, t);
    probe.style.position = "absolute";
    probe.style.visibility = "hidden";
    probe.style.height = "auto";
    probe.style.minWidth = "max-content";
    sizer.append(probe);
    rowHeight = probe.getBoundingClientRect().height || 20;
    character = text.getBoundingClientRect().width / 100 || 8;
    const style = getComputedStyle(t);
    padding = n.getBoundingClientRect().width + parseFloat(style.paddingRight) + parseFloat(style.paddingLeft);
    probe.remove();
    seenWidth = scroller.clientWidth;
    columns = Math.max(10, Math.floor((seenWidth - padding) / character));
  }

  // Rows

  function write(parent, runs, ranges, now) {
    let at = 0;
    let r = 0;
    for (const run of runs) {
      const end = at + run.text.length;
      let from = at;
      const holder = run.names || run.control
        ? make("span", run.control ? `ctl ${run.names}`.trim() : run.names) : parent;
      while (from < end) {
        while (r < ranges.length && ranges[r][1] <= from) r++;
        const range = ranges[r];
        if (!range || range[0] >= end) {
          holder.append(run.text.slice(from - at));
          break;
        }
        if (range[0] > from) holder.append(run.text.slice(from - at, range[0] - at));
        const start = Math.max(from, range[0]);
        const stop = Math.min(end, range[1]);
        holder.append(make("mark", now ? "now" : "", run.text.slice(start - at, stop - at)));
        from = stop;
      }
      if (holder !== parent) parent.append(holder);
      at = end;
    }
  }

  function row(line, seq) {
    const element = make("div", KINDS[line.kind]);
    if (line.kind < NOTE) {
      element.id = `L${line.n}`;
      const link = make("a", "n", String(line.n));
      link.href = `#L${line.n}`;
      link.tabIndex = -1;
      element.append(link);
    } else {
      element.append(make("span", "n"));
    }
    if (seq === hit) element.classList.add("hit");
    const text = make("span", "t");
    const parsed = parse(line.raw, line.state);
    let ranges = [];
    if (search.expression && search.expression.test(parsed.text)) {
      ranges = [...parsed.text.matchAll(search.all)].slice(0, 200).map((m) => [m.index, m.index + m[0].length]);
    }
    write(text, parsed.runs, ranges, seq === search.current);
    if (line.cut > 0) text.append(make("span", "ctl", ` … ${number.format(line.cut)} more characters, in the download`));
    element.append(text);
    return element;
  }

  function fill(block, index) {
    const element = make("div", "block");
    const first = dropped + index * BLOCK;
    const rows = block.lines.map((line, i) => row(line, first + i));
    element.append(...rows);
    element.style.top = `${block.top}px`;
    block.element = element;
    sizer.append(element);
    rendered.add(block);
  }

  function clear(block) {
    block.element.remove();
    block.element = null;
    rendered.delete(block);
  }

  function clearAll() {
    for (const block of [...rendered]) clear(block);
  }

  function moveTo(top) {
    scroller.scrollTop = top;
    expected = lastTop = scroller.scrollTop;
  }

  /** Brings the blocks near the reader into the document, and only those. */
  function render() {
    if (!shown) return;
    for (let round = 0; round < 4; round++) {
      size();
      if (follow) moveTo(height());
      if (blocks.length === 0) return;
      const view = scroller.clientHeight || 400;
      const top = scroller.scrollTop;
      const over = Math.max(view * 0.6, 300);
      const from = indexAt(top - over);
      const to = indexAt(top + view + over);
      const keep = new Set(blocks.slice(from, to + 1));
      for (const block of [...rendered]) if (!keep.has(block)) clear(block);
      const fresh = [];
      for (let i = from; i <= to; i++) {
        if (!blocks[i].element) {
          fill(blocks[i], i);
          fresh.push(i);
        } else if (blocks[i].stale) {
          fresh.push(i);
        }
        blocks[i].stale = false;
      }
      if (!wrapped || fresh.length === 0) return;
      // Heights of broken lines are known once they are laid out; what the reader sees stays put.
      const heights = fresh.map((i) => blocks[i].element.getBoundingClientRect().height);
      let above = 0;
      let moved = -1;
      fresh.forEach((i, k) => {
        const difference = heights[k] - blocks[i].height;
        if (Math.abs(difference) < 0.5) return;
        if (blocks[i].top + blocks[i].height <= top) above += difference;
        blocks[i].height = heights[k];
        if (moved < 0) moved = i;
      });
      if (moved < 0) return;
      retop(moved);
      size();
      if (!follow && above !== 0) moveTo(top + above);
    }
  }

  // Lines come

  function push(kind, n, raw, state) {
    let block = blocks[blocks.length - 1];
    if (!block || block.lines.length === BLOCK) {
      block = { lines: [], top: height(), height: 0, element: null, stale: false };
      blocks.push(block);
    }
    const line = { kind, n, raw: "", state, width: 0, cut: 0, seq: dropped + total };
    block.lines.push(line);
    total++;
    bytes += 128;
    extend(line, raw);
    return line;
  }

  function extend(line, text) {
    bytes += text.length * 2;
    if (line.cut > 0) {
      line.cut += text.length;
    } else {
      line.raw = line.raw === "" ? text : line.raw + text;
    }
    if (line.raw.length > MOST_CHARACTERS) {
      const back = line.raw.lastIndexOf("\r", line.raw.length - 2);
      let length = line.raw.length;
      if (back > 0) {
        line.state = parse(line.raw.slice(0, back), line.state).state;
        line.raw = line.raw.slice(back + 1);
      }
      if (line.raw.length > MOST_CHARACTERS) {
        line.cut += line.raw.length - MOST_CHARACTERS;
        length -= line.cut;
        line.raw = line.raw.slice(0, MOST_CHARACTERS);
      }
      bytes -= 2 * (length - line.raw.length);
    }
    changed.add(line);
  }

  function settle() {
    let from = Infinity;
    for (const line of changed) {
      if (line.seq < dropped) continue;
      line.width = SPECIAL.test(line.raw) ? parse(line.raw, line.state).text.length : line.raw.length;
      if (line.raw.includes("\t")) line.width += 7 * (line.raw.split("\t").length - 1);
      if (line.width > widest) widest = line.width;
      const index = Math.floor((line.seq - dropped) / BLOCK);
      const block = blocks[index];
      const place = (line.seq - dropped) % BLOCK;
      if (index < from) from = index;
      if (block.element) {
        const element = row(line, line.seq);
        const old = block.element.children[place];
        if (old) old.replaceWith(element);
        else block.element.append(element);
        block.stale = true;
      } else if (wrapped) {
        block.reckon = true;
      }
      if (line.seq < search.scanned) rescan(line.seq);
    }
    changed.clear();
    if (from === Infinity) return;
    for (let i = from; i < blocks.length; i++) {
      const block = blocks[i];
      if (!wrapped) block.height = block.lines.length * rowHeight;
      else if (block.reckon || block.stale) {
        block.height = block.lines.reduce((sum, line) => sum + estimate(line), 0);
        block.reckon = false;
      }
    }
    retop(from);
  }

  /** The oldest lines go when there are too many; the download has them all. */
  function trim() {
    if (total <= MOST_LINES && bytes <= MOST_BYTES) return;
    let gone = 0;
    let lines = 0;
    const target = [MOST_LINES * 0.95, MOST_BYTES * 0.95];
    while (gone < blocks.length - 1 && (total - lines > target[0] || bytes > target[1])) {
      for (const line of blocks[gone].lines) bytes -= 128 + 2 * line.raw.length;
      lines += blocks[gone].lines.length;
      gone++;
    }
    if (gone === 0) return;
    const before = blocks[gone].top;
    for (let i = 0; i < gone; i++) if (blocks[i].element) clear(blocks[i]);
    blocks = blocks.slice(gone);
    dropped += lines;
    total -= lines;
    search.hits = search.hits.filter((seq) => seq >= dropped);
    search.scanned = Math.max(search.scanned, dropped);
    if (!head) {
      head = make("div", "line note gap");
      head.id = "output-dropped";
      head.append(make("span", "n"), make("span", "t"));
      sizer.prepend(head);
    }
    headHeight = rowHeight;
    const text = head.lastChild;
    text.textContent = `${count(dropped, "older line")} no longer kept in this page. `;
    const link = root.querySelector("a[download], a[data-download]");
    if (link) {
      const all = make("a", "", "Download the whole output");
      all.href = link.href;
      text.append(all);
    } else {
      text.append("The download has the whole output.");
    }
    retop(0);
    if (shown && !follow) moveTo(Math.max(0, scroller.scrollTop - (before - blocks[0].top)));
  }

  // Searching

  const search = { query: "", expression: null, all: null, hits: [], scanned: 0, current: -1, jump: false, timer: 0 };

  function rescan(seq) {
    search.scanned = Math.min(search.scanned, seq);
    while (search.hits.length && search.hits[search.hits.length - 1] >= seq) search.hits.pop();
  }

  function firstAtOrAfter(seq) {
    let low = 0;
    let high = search.hits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (search.hits[middle] < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function topSeq() {
    if (blocks.length === 0) return 0;
    const index = indexAt(scroller.scrollTop);
    const block = blocks[index];
    if (!wrapped || !block.element) {
      const inside = Math.floor((scroller.scrollTop - block.top) / Math.max(1, block.height / block.lines.length));
      return dropped + index * BLOCK + Math.min(block.lines.length - 1, Math.max(0, inside));
    }
    const edge = scroller.getBoundingClientRect().top;
    const rows = [...block.element.children];
    const place = rows.findIndex((element) => element.getBoundingClientRect().bottom > edge + 1);
    return dropped + index * BLOCK + Math.max(0, place);
  }

  function scan() {
    clearTimeout(search.timer);
    if (!search.expression) return;
    const until = performance.now() + BUDGET;
    const end = dropped + total;
    let seq = Math.max(search.scanned, dropped);
    while (seq < end) {
      const line = lineAt(seq);
      const text = SPECIAL.test(line.raw) ? parse(line.raw, line.state).text : line.raw;
      if (search.expression.test(text)) search.hits.push(seq);
      seq++;
      if ((seq & 63) === 0 && performance.now() > until) break;
    }
    search.scanned = seq;
    if (search.jump && search.hits.length > 0) {
      const from = topSeq();
      const at = firstAtOrAfter(from);
      if (at < search.hits.length) {
        search.jump = false;
        select(search.hits[at]);
      } else if (seq >= end) {
        search.jump = false;
        select(search.hits[0]);
      }
    }
    tell(seq < end);
    if (seq < end) search.timer = setTimeout(scan, 0);
  }

  function tell(more) {
    let text = "";
    if (search.expression) {
      const n = search.hits.length;
      const at = search.current >= 0 ? firstAtOrAfter(search.current) : -1;
      const place = at >= 0 && search.hits[at] === search.current ? `${number.format(at + 1)} of ` : "";
      text = n === 0 ? (more ? "Searching…" : "No matches") : `${place}${count(n, "line")}${more ? "…" : ""}`;
    }
    if (found.textContent !== text) found.textContent = text;
    previous.disabled = next.disabled = search.hits.length === 0;
  }

  function repaint(seq) {
    if (seq < dropped || seq >= dropped + total) return;
    const old = blockOf(seq).element?.children[(seq - dropped) % BLOCK];
    if (old) old.replaceWith(row(lineAt(seq), seq));
  }

  function select(seq) {
    const before = search.current;
    search.current = seq;
    repaint(before);
    repaint(seq);
    reveal(seq);
    const mark = blockOf(seq).element?.children[(seq - dropped) % BLOCK]?.querySelector("mark");
    if (mark && !wrapped) {
      const box = scroller.getBoundingClientRect();
      const place = mark.getBoundingClientRect();
      if (place.right > box.right - 20 || place.left < box.left + padding) {
        scroller.scrollLeft += place.left - box.left - box.width / 2;
      }
    }
    tell(search.scanned < dropped + total);
  }

  function step(direction) {
    const n = search.hits.length;
    if (n === 0) return;
    let at = firstAtOrAfter(search.current >= 0 ? search.current : topSeq());
    if (search.current >= 0) {
      if (direction > 0) at = search.hits[at] === search.current ? at + 1 : at;
      else at -= 1;
    }
    select(search.hits[(at + n) % n]);
  }

  function begin(text) {
    const query = text.startsWith(":") ? "" : text;
    search.query = text;
    search.hits = [];
    search.scanned = dropped;
    search.current = -1;
    search.jump = query !== "";
    if (query === "") {
      search.expression = search.all = null;
    } else {
      const pattern = query.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
      search.expression = new RegExp(pattern, "iu");
      search.all = new RegExp(pattern, "giu");
    }
    tell(true);
    clearAll();
    render();
    scan();
  }

  // Going to a line

  /** The place of the line with that number, or of the one before it; -1 if there is none yet. */
  function seqOf(n) {
    if (total === 0) return -1;
    let low = dropped;
    let high = dropped + total - 1;
    if (lineAt(high).n < n) return -1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lineAt(middle).n < n) low = middle + 1;
      else high = middle;
    }
    // An output event may have gone on with an earlier line: that line has its text.
    if (lineAt(low).n > n && low > dropped) low--;
    while (low < dropped + total - 1 && lineAt(low).kind >= NOTE && lineAt(low + 1).n === lineAt(low).n) low++;
    return low;
  }

  function reveal(seq) {
    setFollow(false);
    for (let round = 0; round < 3; round++) {
      const block = blockOf(seq);
      const place = (seq - dropped) % BLOCK;
      let top = block.top + place * rowHeight;
      if (wrapped) {
        const element = block.element?.children[place];
        top = element ? block.top + element.offsetTop
          : block.top + block.lines.slice(0, place).reduce((sum, line) => sum + estimate(line), 0);
      }
      const view = scroller.clientHeight;
      if (round > 0 || top < scroller.scrollTop + 2 * rowHeight || top > scroller.scrollTop + view - 3 * rowHeight) {
        moveTo(Math.max(0, top - view / 3));
      }
      render();
      if (!wrapped) break;
    }
  }

  function mark(seq) {
    const before = hit;
    hit = seq;
    repaint(before);
    repaint(seq);
  }

  function goTo(n) {
    const seq = seqOf(n);
    if (seq < 0) return false;
    mark(seq);
    reveal(seq);
    return true;
  }

  function setFollow(on) {
    const now = on && !finished;
    if (now === follow) return;
    follow = now;
    followButton.setAttribute("aria-pressed", String(follow));
    if (follow) {
      wanted = 0;
      render();
    }
  }

  // The first lines come from the server; they stay until the view has what they show.

  const served = scroller.querySelector(".line") !== null;
  const tailFirst = served && !wanted && (failed || wasLive);

  function ready() {
    if (total === 0) return finished;
    return !tailFirst || finished || lastId >= lastKnown;
  }

  function show() {
    let keep = 0;
    let offset = 0;
    const atEnd = tailFirst && scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 40;
    if (tailFirst && !atEnd) {
      const edge = scroller.getBoundingClientRect().top;
      for (const element of scroller.querySelectorAll(".line")) {
        const box = element.getBoundingClientRect();
        if (box.bottom > edge) {
          keep = Number(element.id.slice(1)) || 0;
          offset = edge - box.top;
          break;
        }
      }
    }
    root.classList.add("live");
    scroller.replaceChildren(sizer);
    shown = true;
    measure();
    reckon();
    size();
    if (total === 0) {
      root.classList.add("short");
      scroller.replaceChildren(make("p", "blank", "This command wrote no output."));
      return;
    }
    if (keep) {
      follow = false;
      const seq = seqOf(keep);
      if (seq >= 0) {
        moveTo(blockOf(seq).top + ((seq - dropped) % BLOCK) * rowHeight + offset);
        render();
      }
    } else if (atEnd || (failed && !wanted)) {
      moveTo(height());
    }
    followButton.setAttribute("aria-pressed", String(follow));
    render();
    if (!follow && !keep && failed && !wanted) moveTo(height());
    render();
  }

  // Events wait in a queue and are taken a frame's worth at a time.

  const queue = [];
  const drains = [];
  let waiting = 0;
  let taken = 0;
  let due = 0;
  let fallback = 0;
  let connection = "connecting";

  function wake() {
    if (due) return;
    due = requestAnimationFrame(flush);
    // No frames come while the page is hidden.
    fallback = setTimeout(flush, document.hidden ? 250 : 1_000);
  }

  function note(kind, text) {
    const end = total > 0 ? lineAt(dropped + total - 1) : null;
    if (end && end.kind === kind && end.raw === text) return;
    push(kind, Math.max(lastId, end ? end.n : 0), text, 0);
    notes++;
  }

  function output(data, id) {
    const event = JSON.parse(data);
    const kind = event.stream === "stderr" ? ERR : OUT;
    const text = String(event.line);
    if (open[kind]) {
      extend(open[kind], text);
    } else {
      const before = last[kind];
      let state = 0;
      if (before) state = STATEFUL.test(before.raw) ? parse(before.raw, before.state).state : before.state;
      last[kind] = push(kind, id, text, state);
    }
    open[kind] = event.eol === false ? last[kind] : null;
  }

  function describe(event) {
    if (event.status === "completed") return "Completed";
    let text = event.status === "cancelled" ? "Cancelled" : "Failed";
    if (event.signal) text += `, ended by signal ${event.signal}`;
    else if (Number.isInteger(event.exit_code)) text += ` with exit code ${event.exit_code}`;
    if (event.error?.message) text += `: ${event.error.message}`;
    return text;
  }

  function finish(event) {
    stop();
    finished = true;
    connection = "done";
    const status = /^[a-z_]+$/.test(event.status) ? event.status : "unknown";
    if (total > 0) note(NOTE, describe(event));
    root.dataset.status = status;
    root.dataset.complete = "true";
    followButton.hidden = true;
    if (!wasLive) return;
    for (const badge of document.querySelectorAll("[data-status-badge]")) {
      badge.classList.remove("pending", "running");
      badge.classList.add(status);
      badge.textContent = status;
    }
    for (const part of document.querySelectorAll("[data-while]")) part.hidden = part.dataset.while !== status;
    for (const part of document.querySelectorAll("[data-after]")) part.hidden = false;
    const detail = describe(event);
    document.dispatchEvent(new CustomEvent("rdev:announce", { detail: `The command ended. ${detail}` }));
    document.dispatchEvent(new CustomEvent("rdev:refresh"));
  }

  function receive(block) {
    let type = "message";
    let data = "";
    let id = 0;
    for (const line of block.split("\n")) {
      const field = FIELD.exec(line);
      if (!field) continue;
      const value = field[2] ?? "";
      if (field[1] === "data") data = data === "" ? value : `${data}\n${value}`;
      else if (field[1] === "event") type = value;
      else if (field[1] === "id") id = Number(value) || 0;
      else if (/^\d{1,6}$/.test(value)) retry = Math.max(500, Number(value));
    }
    if (data === "") return;
    try {
      take(type, data, id);
    } catch (error) {
      note(GAP, "An event could not be read");
      console.error(error);
    }
  }

  function take(type, data, id) {
    if (type === "output" || type === "agent" || type === "gap") {
      // A connection that begins anew repeats what is here already.
      if (id && id <= lastId) return;
      if (type === "output") {
        output(data, id);
      } else if (type === "agent") {
        push(AGENT, id, data, 0);
      } else {
        const gap = JSON.parse(data);
        const lost = Number(gap.to_id) - Number(gap.from_id) + 1;
        open[OUT] = open[ERR] = null;
        lastId = id || lastId;
        note(GAP, `${lost > 0 ? count(lost, "event") : "Some events"} missing here (${gap.reason})`);
      }
      if (id) lastId = id;
    } else if (type === "connected") {
      connection = "open";
      attempts = 0;
    } else if (type === "complete") {
      finish(JSON.parse(data));
    } else if (type === "stream_error") {
      const error = JSON.parse(data);
      note(GAP, `The stream was interrupted: ${error.message ?? error.code}`);
    }
  }

  function status() {
    const lines = total + dropped - notes;
    let text = lines > 0 ? count(lines, "line") : "";
    const say = { connecting: "Connecting…", lost: "Reconnecting…", refused: "Not connected" }[connection];
    if (say) text = text ? `${text} · ${say}` : say;
    else if (connection === "open" && queue.length > 0) text += " · Loading…";
    else if (connection === "open" && wasLive) text = text ? `${text} · Live` : "Waiting for output…";
    if (stateText.textContent !== text) stateText.textContent = text;
  }

  function flush() {
    cancelAnimationFrame(due);
    clearTimeout(fallback);
    due = 0;
    const until = performance.now() + (document.hidden ? 200 : waiting > 65_536 ? 2 * BUDGET : BUDGET);
    for (let events = 1; queue.length > 0; events++) {
      const text = queue[0];
      const end = text.indexOf("\n\n", taken);
      receive(text.slice(taken, end));
      if (end + 2 >= text.length) {
        queue.shift();
        waiting -= text.length;
        taken = 0;
      } else {
        taken = end + 2;
      }
      if ((events & 31) === 0 && performance.now() > until) break;
    }
    settle();
    trim();
    if (!shown && ready()) show();
    else render();
    if (shown && wanted && goTo(wanted)) wanted = 0;
    if (search.expression) scan();
    status();
    for (let i = drains.length - 1; i >= 0; i--) {
      if (waiting <= drains[i][0]) drains.splice(i, 1)[0][1]();
    }
    if (queue.length > 0) wake();
  }

  // The connection: an event stream is read as text, so that thousands of events cost no more than
  // the frames that show them, and so that a server that is faster than the reader waits.

  const AHEAD = 4 * 1024 * 1024;
  const FIELD = /^(event|data|id|retry)(?:: ?(.*))?$/;

  let source = null;
  let again = 0;
  let attempts = 0;
  let retry = 2_000;
  let heard = Date.now();

  function stop() {
    clearTimeout(again);
    const before = source;
    source = null;
    before?.abort();
  }

  const drained = (most) => new Promise((resolve) => {
    if (waiting <= most) resolve();
    else drains.push([most, resolve]);
  });

  async function read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard = Date.now();
      rest += value;
      const end = rest.lastIndexOf("\n\n");
      if (end < 0) continue;
      queue.push(rest.slice(0, end + 2));
      waiting += end + 2;
      rest = rest.slice(end + 2);
      wake();
      if (waiting > AHEAD) await drained(AHEAD / 2);
    }
  }

  async function connect() {
    stop();
    const mine = new AbortController();
    source = mine;
    heard = Date.now();
    let refused = 0;
    try {
      await drained(0);
      const headers = { Accept: "text/event-stream" };
      if (lastId > 0) headers["Last-Event-ID"] = String(lastId);
      const answer = await fetch(root.dataset.events, {
        headers, cache: "no-store", credentials: "same-origin", signal: mine.signal,
      });
      if (answer.ok && /^text\/event-stream\b/.test(answer.headers.get("Content-Type") ?? "")) await read(answer.body);
      else refused = answer.status || 1;
    } catch {
      // The network, or this page, ended it.
    }
    if (source === mine) await drained(0);
    if (source !== mine || finished) return;
    source = null;
    attempts++;
    connection = refused ? "refused" : "lost";
    // What is over and refused stays refused; what runs may be reached later.
    if (wasLive || !refused || refused === 503 || refused === 429) {
      again = setTimeout(connect, Math.min(60_000, retry * 2 ** Math.min(attempts - 1, 6)));
    }
    wake();
  }

  setInterval(() => {
    // A connection that says nothing, not even that it is there, is gone.
    if (source && !finished && waiting === 0 && Date.now() - heard > 120_000) connect();
  }, 15_000);

  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => {
    if (event.persisted && !finished) connect();
  });

  // What the reader does

  scroller.addEventListener("scroll", () => {
    if (!shown) return;
    const top = scroller.scrollTop;
    if (Math.abs(top - expected) > 1) {
      const end = top + scroller.clientHeight >= height() - rowHeight;
      // Less height, or more room, moves the end up: nobody scrolled.
      if (top < lastTop - 1 && !end) setFollow(false);
      else if (end && top > lastTop && wasLive) setFollow(true);
      expected = -1;
    }
    lastTop = top;
    render();
  }, { passive: true });

  scroller.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a.n");
    if (!link || !shown || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    const n = Number(link.textContent);
    history.replaceState(history.state, "", `#L${n}`);
    mark(seqOf(n));
    setFollow(false);
    scroller.focus({ preventScroll: true });
  });

  addEventListener("hashchange", () => {
    wanted = wantedLine();
    if (wanted && shown && goTo(wanted)) wanted = 0;
  });

  followButton.addEventListener("click", () => setFollow(!follow));

  wrapButton.addEventListener("click", () => {
    const seq = shown && total > 0 ? topSeq() : -1;
    wrapped = !wrapped;
    root.classList.toggle("wrap", wrapped);
    wrapButton.setAttribute("aria-pressed", String(wrapped));
    if (seq >= 0) relayout(seq);
  });

  function relayout(seq) {
    clearAll();
    measure();
    headHeight = head ? rowHeight : 0;
    reckon();
    size();
    if (follow) {
      render();
      return;
    }
    for (let round = 0; round < 3; round++) {
      const block = blockOf(seq);
      const element = block.element?.children[(seq - dropped) % BLOCK];
      const inside = element ? element.offsetTop
        : block.lines.slice(0, (seq - dropped) % BLOCK).reduce((sum, line) => sum + estimate(line), 0);
      moveTo(block.top + inside);
      render();
    }
  }

  new ResizeObserver(() => {
    if (!shown || total === 0) return;
    if (scroller.clientWidth !== seenWidth) relayout(topSeq());
    else render();
  }).observe(scroller);

  let typing = 0;
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => begin(input.value), 120);
  });

  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      const line = /^:(\d{1,15})$/.exec(input.value.trim());
      if (line) {
        const there = goTo(Number(line[1]));
        if (there) history.replaceState(history.state, "", `#L${lineAt(hit).n}`);
        found.textContent = there ? `Line ${lineAt(hit).n}` : "No such line";
        return;
      }
      clearTimeout(typing);
      if (input.value === search.query) step(event.shiftKey ? -1 : 1);
      else begin(input.value);
    } else if (event.key === "Escape") {
      input.value = "";
      begin("");
      scroller.focus();
    }
  });
  previous.addEventListener("click", () => step(-1));
  next.addEventListener("click", () => step(1));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target;
    const here = target === document.body || target === document.documentElement || root.contains(target);
    if (!here || target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === "f" && !followButton.hidden) {
      event.preventDefault();
      setFollow(!follow);
    }
  });

  followButton.setAttribute("aria-pressed", String(follow));
  if (tailFirst) scroller.scrollTop = scroller.scrollHeight;
  status();
  connect();
})();
