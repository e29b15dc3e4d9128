// What scripts add to every page of the console. Each page works without them.
(() => {
  "use strict";

  const root = document.documentElement;
  root.classList.add("js");

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  // One region says to screen readers what happened.
  let region = null;
  function announce(text) {
    if (!region) {
      region = make("div", "visually-hidden");
      region.setAttribute("role", "status");
      region.setAttribute("aria-live", "polite");
      document.body.append(region);
    }
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 60);
  }
  document.addEventListener("rdev:announce", (event) => announce(String(event.detail)));

  // Times in the reader's zone

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const language = root.lang && root.lang !== "en" ? root.lang : "en-GB";
  const formats = new Map();

  function format(date, seconds) {
    const year = date.getFullYear() !== new Date().getFullYear();
    const key = `${seconds} ${year}`;
    if (!formats.has(key)) {
      formats.set(key, new Intl.DateTimeFormat(language, {
        year: year ? "numeric" : undefined, month: "short", day: "numeric",
        hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined,
        hourCycle: "h23",
      }));
    }
    return formats.get(key).format(date);
  }

  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
  const units = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

  function ago(date) {
    const seconds = Math.round((date.getTime() - Date.now()) / 1000);
    if (Math.abs(seconds) > 30 * 86_400) return format(date, false);
    for (const [unit, size] of units) {
      if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
    }
    if (Math.abs(seconds) < 10) return "just now";
    return relative.format(seconds, "second");
  }

  function times(within) {
    for (const time of within.querySelectorAll("time[datetime]")) {
      const date = new Date(time.dateTime);
      if (Number.isNaN(date.getTime())) continue;
      const text = time.hasAttribute("data-relative")
        ? ago(date) : format(date, time.hasAttribute("data-seconds"));
      if (time.textContent !== text) time.textContent = text;
      if (!time.title) {
        const utc = date.toISOString().replace("T", " ").replace(/(\.000)?Z$/, " UTC");
        time.title = time.hasAttribute("data-relative")
          ? `${utc} · ${format(date, true)} ${zone}` : utc;
      }
    }
  }

  setInterval(() => { if (!document.hidden) times(document); }, 20_000);

  // Copying

  async function copy(text, source) {
    if (navigator.clipboard && window.isSecureContext) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        // The older way is tried below.
      }
    }
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("button[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy.replace(/^#/, ""));
    if (!source) return;
    event.preventDefault();
    const text = "value" in source && source.tagName !== "OUTPUT" ? source.value : source.textContent;
    const copied = await copy(text.trim(), source);
    const label = button.dataset.label ?? button.textContent;
    button.dataset.label = label;
    button.textContent = copied ? "Copied" : "Press Ctrl+C";
    button.toggleAttribute("data-copied", copied);
    announce(copied ? "Copied" : "Copying is not allowed here. The text is selected, press Ctrl+C.");
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = String(setTimeout(() => {
      button.textContent = label;
      button.removeAttribute("data-copied");
    }, 2_500));
  });

  // Confirming. The server asks by itself unless it is told that this was done.

  function ask(form, submitter) {
    const dialog = make("dialog");
    const label = form.dataset.confirmLabel || submitter?.textContent.trim() || "Continue";
    const title = make("h2", "", form.dataset.confirmTitle || `${label}?`);
    const text = make("p", "", form.dataset.confirm);
    const actions = make("div", "actions");
    const cancel = make("button", "", "Back");
    const go = make("button", submitter?.classList.contains("danger") ? "danger" : "primary", label);
    cancel.type = go.type = "button";
    title.id = "confirm-title";
    text.id = "confirm-text";
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.setAttribute("aria-describedby", text.id);
    actions.append(cancel, go);
    dialog.append(title, text, actions);
    document.body.append(dialog);

    let confirmed = false;
    cancel.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => { confirmed = true; dialog.close(); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (submitter?.isConnected) submitter.focus();
      if (!confirmed || !form.isConnected) return;
      const name = form.dataset.confirmName || "confirmed";
      let field = form.querySelector(`input[type=hidden][name="${CSS.escape(name)}"]`);
      if (!field) {
        field = make("input");
        field.type = "hidden";
        field.name = name;
        form.append(field);
      }
      field.value = "yes";
      form.dataset.confirmedNow = "true";
      form.requestSubmit(submitter ?? undefined);
    });
    dialog.showModal();
    cancel.focus();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return;
    if (form.dataset.confirm && !form.dataset.confirmedNow) {
      event.preventDefault();
      ask(form, event.submitter);
      return;
    }
    delete form.dataset.confirmedNow;
    // A second click sends nothing twice.
    if (form.method !== "post" || form.hasAttribute("data-many")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    setTimeout(() => { delete form.dataset.sent; }, 5_000);
  });

  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // Menus close like menus do.

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  });

  // Parts of a page that renew themselves

  const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
  let refreshing = null;
  let paused = false;
  let failures = 0;

  function isBusy(part) {
    const active = document.activeElement;
    if (active && part.contains(active) && active.closest("form")) return true;
    if (document.querySelector("dialog[open]") || part.querySelector("details.menu[open]")) return true;
    const selection = getSelection();
    return selection.type === "Range" && part.contains(selection.anchorNode);
  }

  function replace(part, fresh) {
    const next = document.importNode(fresh, true);
    times(next);
    if (next.isEqualNode(part)) return;
    const active = document.activeElement;
    const index = part.contains(active) ? [...part.querySelectorAll(FOCUSABLE)].indexOf(active) : -1;
    const open = [...part.querySelectorAll("details")].map((details) => details.open);
    const scrolls = [...part.querySelectorAll(".table-wrap")].map((wrap) => wrap.scrollLeft);
    [...next.querySelectorAll("details")].forEach((details, i) => {
      if (i < open.length) details.open = open[i];
    });
    part.replaceWith(next);
    [...next.querySelectorAll(".table-wrap")].forEach((wrap, i) => {
      if (scrolls[i]) wrap.scrollLeft = scrolls[i];
    });
    if (index >= 0) next.querySelectorAll(FOCUSABLE)[index]?.focus({ preventScroll: true });
  }

  async function load() {
    const answer = await fetch(location.href, {
      credentials: "same-origin",
      headers: { Accept: "text/html" },
      cache: "no-store",
    });
    const here = location.href.split("#")[0];
    if (!answer.ok || (answer.redirected && answer.url !== here)) {
      throw new Error(`answered ${answer.status}`);
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live][id]")) {
      const next = fresh.getElementById(part.id);
      if (next && !isBusy(part)) replace(part, next);
    }
  }

  function refresh() {
    refreshing ??= load()
      .then(() => { failures = 0; }, () => { failures++; })
      .finally(() => { refreshing = null; });
    return refreshing;
  }

  document.addEventListener("rdev:refresh", () => {
    // What is on its way may have been read before the event.
    Promise.resolve(refreshing).then(refresh);
  });

  function every(element) {
    const seconds = Math.max(1, Number(element.dataset.refresh) || 5);
    let due = 0;
    const tick = async () => {
      clearTimeout(due);
      if (!element.isConnected) return;
      const form = document.activeElement?.closest?.("form");
      const typing = form && element.contains(form);
      if (!document.hidden && !paused && !typing) await refresh();
      clearTimeout(due);
      if (element.isConnected) due = setTimeout(tick, seconds * 1000 * Math.min(12, 1 + failures));
    };
    due = setTimeout(tick, seconds * 1000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
  }

  for (const element of document.querySelectorAll("[data-refresh]")) every(element);

  for (const button of document.querySelectorAll("button[data-refresh-toggle]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      paused = !paused;
      button.textContent = paused ? "Resume updates" : "Pause updates";
      announce(paused ? "Updates are paused" : "Updates go on");
      if (!paused) refresh();
    });
  }

  times(document);
})();
