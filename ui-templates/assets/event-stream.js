// A connection to an event stream that outlives its cuts. It is read as text, so that thousands of
// events cost no more than the frames that show them, and so that a server that is faster than the
// reader waits.

/** So many characters wait before reading pauses. */
const AHEAD = 4 * 1024 * 1024;
/** A connection that says nothing for so long, not even that it is there, is gone (milliseconds). */
const SILENCE = 120_000;
const FIELD = /^(event|data|id|retry)(?:: ?(.*))?$/;

export class EventStream {
  /** `connecting`, `open`, `lost` (tried again), `refused` or `done`. */
  state = "connecting";
  /** How many characters have come and are not taken. */
  waiting = 0;

  #address;
  #lastId;
  #patient;
  #changed;
  #queue = [];
  #taken = 0;
  #drains = [];
  #source = null;
  #again = 0;
  #attempts = 0;
  #retry = 2_000;
  #heard = Date.now();

  /**
   * @param address of the stream
   * @param lastId tells the id after which to go on, 0 for the beginning
   * @param patient whether to try again although refused
   * @param changed is called when there is something to take, or `state` is another
   */
  constructor(address, { lastId, patient, changed }) {
    this.#address = address;
    this.#lastId = lastId;
    this.#patient = patient;
    this.#changed = changed;
    setInterval(() => {
      if (this.#source && this.waiting === 0 && Date.now() - this.#heard > SILENCE) this.connect();
    }, 15_000);
    addEventListener("pagehide", () => this.#stop());
    addEventListener("pageshow", (event) => {
      if (event.persisted && this.state !== "done") this.connect();
    });
  }

  /** Begins, or begins anew; returns when that connection has ended. */
  async connect() {
    this.#stop();
    const mine = new AbortController();
    this.#source = mine;
    this.#heard = Date.now();
    let refused = 0;
    try {
      await this.#drained(0);
      const headers = { Accept: "text/event-stream" };
      if (this.#lastId() > 0) headers["Last-Event-ID"] = String(this.#lastId());
      const answer = await fetch(this.#address, {
        headers, cache: "no-store", credentials: "same-origin", signal: mine.signal,
      });
      const type = answer.headers.get("Content-Type") ?? "";
      if (answer.ok && /^text\/event-stream\b/.test(type)) await this.#read(answer.body);
      else refused = answer.status || 1;
    } catch {
      // The network, or this page, ended it.
    }
    if (this.#source === mine) await this.#drained(0);
    if (this.#source !== mine || this.state === "done") return;
    this.#source = null;
    this.#attempts++;
    this.state = refused ? "refused" : "lost";
    // What is over and refused stays refused; what runs may be reached later.
    if (this.#patient || !refused || refused === 503 || refused === 429) {
      const pause = Math.min(60_000, this.#retry * 2 ** Math.min(this.#attempts - 1, 6));
      this.#again = setTimeout(() => this.connect(), pause);
    }
    this.#changed();
  }

  /** No more is to come. */
  end() {
    this.state = "done";
    this.#stop();
  }

  /**
   * Hands over what has come.
   *
   * @param until when to leave the rest for later, as `performance.now()` tells it
   * @param receive is given each event's type, data and id (0 without one)
   */
  take(until, receive) {
    for (let events = 1; this.#queue.length > 0; events++) {
      const text = this.#queue[0];
      const end = text.indexOf("\n\n", this.#taken);
      this.#event(text.slice(this.#taken, end), receive);
      if (end + 2 >= text.length) {
        this.#queue.shift();
        this.waiting -= text.length;
        this.#taken = 0;
      } else {
        this.#taken = end + 2;
      }
      if ((events & 31) === 0 && performance.now() > until) break;
    }
    for (let i = this.#drains.length - 1; i >= 0; i--) {
      if (this.waiting <= this.#drains[i][0]) this.#drains.splice(i, 1)[0][1]();
    }
  }

  #event(block, receive) {
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
      else if (/^\d{1,6}$/.test(value)) this.#retry = Math.max(500, Number(value));
    }
    if (data === "") return;
    if (type === "connected") {
      this.state = "open";
      this.#attempts = 0;
      return;
    }
    receive(type, data, id);
  }

  #stop() {
    clearTimeout(this.#again);
    const before = this.#source;
    this.#source = null;
    before?.abort();
  }

  #drained(most) {
    return new Promise((resolve) => {
      if (this.waiting <= most) resolve();
      else this.#drains.push([most, resolve]);
    });
  }

  async #read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heard = Date.now();
      rest += value;
      const end = rest.lastIndexOf("\n\n");
      if (end < 0) continue;
      this.#queue.push(rest.slice(0, end + 2));
      this.waiting += end + 2;
      rest = rest.slice(end + 2);
      this.#changed();
      if (this.waiting > AHEAD) await this.#drained(AHEAD / 2);
    }
  }
}
