// The live view of a command's output. Whatever the output holds becomes text nodes and class names
// from fixed sets, nothing else. Lines lie in blocks, and only the blocks near the reader are in the
// document.

import { EventStream } from "./event-stream.js";
import { following, parse, plain } from "./terminal.js";

const root = document.getElementById("output");
if (root?.dataset.events && "TextDecoderStream" in window) view(root);

function view(root) {
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
      line.width = plain(line.raw, line.state).length;
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
      const text = plain(line.raw, line.state);
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

  // Events are taken a frame's worth at a time.

  const stream = new EventStream(root.dataset.events, { lastId: () => lastId, patient: wasLive, changed: wake });
  let due = 0;
  let fallback = 0;

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
      last[kind] = push(kind, id, text, before ? following(before.raw, before.state) : 0);
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
    stream.end();
    finished = true;
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

  function receive(type, data, id) {
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
    const say = { connecting: "Connecting…", lost: "Reconnecting…", refused: "Not connected" }[stream.state];
    if (say) text = text ? `${text} · ${say}` : say;
    else if (stream.state === "open" && stream.waiting > 0) text += " · Loading…";
    else if (stream.state === "open" && wasLive) text = text ? `${text} · Live` : "Waiting for output…";
    if (stateText.textContent !== text) stateText.textContent = text;
  }

  function flush() {
    cancelAnimationFrame(due);
    clearTimeout(fallback);
    due = 0;
    const budget = stream.waiting > 65_536 ? 2 * BUDGET : BUDGET;
    stream.take(performance.now() + (document.hidden ? 200 : budget), receive);
    settle();
    trim();
    if (!shown && ready()) show();
    else render();
    if (shown && wanted && goTo(wanted)) wanted = 0;
    if (search.expression) scan();
    status();
    if (stream.waiting > 0) wake();
  }

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
  stream.connect();
}
