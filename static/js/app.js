/* What a script adds to pages that work without one. It listens to data- attributes only. */
(() => {
  "use strict";
  const root = document.documentElement;

  /* Notes */
  const toasts = () => document.getElementById("toasts");
  const say = (text) => {
    const note = document.getElementById("toast-away").content.firstElementChild.cloneNode(true);
    note.classList.replace("error", "info");
    note.querySelector("use").setAttribute("href", "#i-info");
    note.querySelector("p").textContent = text;
    toasts().append(note);
    setTimeout(() => note.remove(), 5000);
  };
  const sayAway = () => {
    if (toasts().querySelector("[data-away]")) return;  // once is enough, however often it is tried
    const note = document.getElementById("toast-away").content.firstElementChild.cloneNode(true);
    note.dataset.away = "";
    toasts().append(note);
  };

  /* Copying, also where the page is not allowed to use the clipboard (in a frame, over http) */
  const copyByHand = (text) => {
    const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  const copy = async (button) => {
    const text = button.dataset.copy;
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      done = copyByHand(text);
      button.focus();
    }
    if (!done) return say(`Copying is not allowed here. The text is: ${text}`);
    const label = button.querySelector("span");
    const before = button.dataset.label || label.textContent;
    button.dataset.label = before;
    label.textContent = "Copied";
    button.classList.add("done");
    say("Copied.");
    setTimeout(() => { label.textContent = before; button.classList.remove("done"); }, 2000);
  };

  /* Times in words move on, by the server's clock: that of the person's machine may be wrong by minutes */
  const came = Date.now() - performance.now() + (performance.getEntriesByType("navigation")[0]?.responseStart ?? 0);
  const ahead = came - 1000 * Number(root.dataset.now);
  const span = (seconds) => {
    if (seconds < 60) return `${seconds} second${seconds === 1 ? "" : "s"}`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 86400) {
      const minutes = Math.floor((seconds % 3600) / 60);
      return `${Math.floor(seconds / 3600)} h${minutes ? ` ${minutes} min` : ""}`;
    }
    const days = Math.floor(seconds / 86400);
    return days < 730 ? `${days} day${days === 1 ? "" : "s"}` : `${Math.floor(days / 365)} years`;
  };
  const tick = () => {
    for (const time of document.querySelectorAll("time[data-ago], [data-ago] time")) {
      const seconds = Math.floor((Date.now() - ahead - Date.parse(time.dateTime)) / 1000);
      if (seconds >= 2) time.textContent = `${span(seconds)} ago`;
    }
  };
  setInterval(tick, 10000);

  /* As the server writes it, in its zone: whoever reads it out on the phone has one time for everybody */
  const wholeTime = { dateStyle: "medium", timeStyle: "medium", timeZone: root.dataset.zone };
  document.addEventListener("mouseover", ({ target }) => {
    if (target.matches("[data-ago] time:not([title])")) target.title = new Date(target.dateTime).toLocaleString("en-GB", wholeTime).replace("Sept", "Sep");
  });

  /* Clicks */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-dismiss]");
    if (button?.hasAttribute("data-copy")) copy(button);
    if (button?.hasAttribute("data-dismiss")) button.closest("[data-note]").remove();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  /* Keys: / and Ctrl K find a customer or a vehicle, the arrows walk through what was found, Escape closes a menu */
  const walk = (event) => {
    const hits = [...document.querySelectorAll("[data-hits] a")];
    const place = hits.indexOf(event.target);
    if (!hits.length || (place < 0 && !event.target.matches("main [data-find]"))) return;
    event.preventDefault();
    const next = place + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) document.querySelector("main [data-find]").focus();
    else hits[Math.min(next, hits.length - 1)].focus();
  };
  document.addEventListener("keydown", (event) => {
    const isEmptySearch = event.target.matches("[data-find]") && !event.target.value;  // a habit, where it has the focus already
    const typing = event.target.closest("input, textarea, select, [contenteditable]") && !isEmptySearch;
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    const asks = (event.key === "/" && !typing && bare) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
    if (bare && ["ArrowDown", "ArrowUp"].includes(event.key)) walk(event);
    if (asks) {
      const field = document.querySelector("main [data-find]") || document.querySelector("[data-find]");
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    }
    if (event.key === "Escape") {
      const menu = document.querySelector("details[data-menu][open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    }
  });

  /* Lists: who comes back finds the row that was left. Only addresses are kept, and only while the tab is open and
     somebody is signed in */
  const person = root.dataset.person;
  const OURS = "podero:";
  const keep = (name, value) => {
    try { sessionStorage.setItem(OURS + name, value); return true; } catch { return false; }  // not allowed in this frame
  };
  const kept = (name) => { try { return sessionStorage.getItem(OURS + name); } catch { return null; } };
  const forget = (name) => { try { sessionStorage.removeItem(OURS + name); } catch { /* nothing was kept */ } };
  const forgetAll = () => {
    try { for (const name of Object.keys(sessionStorage)) if (name.startsWith(OURS)) sessionStorage.removeItem(name); } catch { /* nothing was kept */ }
  };
  const address = location.pathname + location.search;
  const left = `left:${address}`;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("table.list a[href], [data-hits] a[href]");
    if (!link) return;
    keep(left, link.getAttribute("href"));
    keep("list", address);
    keep("entry", window.navigation?.currentEntry?.key ?? "");
  });
  const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const showLeft = (isBack = cameBack) => {
    const href = kept(left);
    const link = href && [...document.querySelectorAll("table.list a, [data-hits] a")].find((each) => each.getAttribute("href") === href);
    if (!link || !(isBack || document.referrer === new URL(href, location.href).href)) return;
    const row = link.closest("tr, li");
    row.classList.add("left");
    link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  };
  const offerList = () => {
    const link = document.querySelector("[data-back-to-list]");
    const list = kept("list");
    const taken = link && [new URL(link.href).pathname, link.dataset.backToList];
    if (!link || !list || !taken.includes(new URL(list, location.href).pathname)) return;
    link.href = list;
    link.hidden = false;
  };
  /* The list's own entry of the browser's history knows what was searched for, which its address does not */
  document.addEventListener("click", (event) => {
    const opensAnother = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const entry = kept("entry");
    if (opensAnother || !event.target.closest("[data-back-to-list]")) return;
    if (!window.navigation?.entries().some(({ key }) => key === entry)) return;
    event.preventDefault();
    window.navigation.traverseTo(entry);
  });

  /* Searches: Back and a reload find the hits again. What was typed stands in the state of the browser's own history
     entry, so in no address, and is of use to nobody but who typed it. The session's storage only carries it from the
     page where it was typed to the one that shows the hits, where it is taken away at once. */
  const FIELDS = ["q", "organization", "after", "before"];
  const hitsForm = () => document.querySelector("form[data-search][hx-post]");
  const stateOf = (form, data) => {
    const search = Object.fromEntries(FIELDS.filter((name) => data.get(name)).map((name) => [name, data.get(name)]));
    return { person, page: form.action, search };
  };
  const searched = () => (person && history.state?.person === person && history.state.search?.q ? history.state.search : null);
  const ask = (form, search) => {
    const asked = window.htmx.ajax("POST", form.action, { source: form, target: "#results", values: search });
    return asked.catch(() => {});  // a note says so already
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-search]:not([hx-post])")) return;
    const state = stateOf(form, new FormData(form, event.submitter));
    const here = hitsForm();
    if (here?.action === form.action && form.closest("#results")) {
      event.preventDefault();
      ask(here, state.search);
    } else if (keep("search", JSON.stringify(state))) {
      event.preventDefault();
      location.assign(form.action);
    }
  });
  const takeSearch = () => {
    const handed = JSON.parse(kept("search"));
    forget("search");
    const isForHere = Boolean(handed) && handed.page === hitsForm()?.action;
    if (isForHere) history.replaceState(handed, "");
    if (history.state?.search && !searched()) history.replaceState(null, "");
    return isForHere;
  };
  /* `straight`: a reference in full leads to its registration, but only once: whoever comes back wants to see the hits */
  const showSearch = (isNew, isBack) => {
    const form = hitsForm();
    const search = searched();
    form.elements.q.value = search.q;
    ask(form, isNew ? { ...search, straight: "1" } : search).then(() => { if (!isNew) showLeft(isBack); });
  };
  let shown = null;
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = hitsForm();
    if (!detail.successful || detail.elt !== form) return;
    const state = stateOf(form, detail.requestConfig.formData);
    const before = history.state?.search ?? {};
    const turns = ["after", "before"].some((name) => state.search[name] && state.search[name] !== before[name]);
    shown = state.search.q ? state : null;
    if (!turns) return history.replaceState(shown, "");
    history.pushState(shown, "");  // another page of hits, as a link to it would be
    document.getElementById("main").focus({ preventScroll: true });
    scrollTo(0, 0);
  });
  window.addEventListener("popstate", () => {
    if (!history.state) history.replaceState(shown, "");  // a jump within the page: the hits are still there
    else if (hitsForm() && searched()) showSearch(false, true);
  });
  const startLists = () => {
    if (!person) forgetAll();
    const isNew = takeSearch();
    offerList();
    if (!hitsForm() || !searched()) return showLeft();
    document.getElementById("results").replaceChildren();  // the whole list is not what was asked for
    showSearch(isNew, cameBack);
  };

  /* Forms: show that one is on its way, never hold it back; the server sees to it that one press is one act.
     The pressed button says what it does; if that takes longer than a moment, a live region says how long it may. */
  const SOON = 300;
  let waiting = 0;
  const labels = new Map();
  const reword = (button, word) => {
    if (!labels.has(button)) labels.set(button, [...button.childNodes]);
    button.textContent = word;
  };
  const sayHowLong = (form, button) => {
    const region = form.querySelector("[data-waiting]");
    clearTimeout(waiting);
    if (region && button.dataset.wait) waiting = setTimeout(() => { region.textContent = button.dataset.wait; }, SOON);
  };
  document.addEventListener("submit", ({ target, submitter }) => {
    if (!target.matches("[data-once]")) return;
    const button = submitter ?? target.querySelector("button:not([type=button])");
    target.setAttribute("aria-busy", "true");
    button.classList.add("is-busy");
    if (button.dataset.busy) reword(button, button.dataset.busy);
    sayHowLong(target, button);
  });
  window.addEventListener("pageshow", () => {
    clearTimeout(waiting);
    for (const region of document.querySelectorAll("[data-waiting]")) region.textContent = "";
    for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
    for (const [button, label] of labels) button.replaceChildren(...label);
    labels.clear();
    for (const form of document.querySelectorAll("[aria-busy]")) form.removeAttribute("aria-busy");
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  /* What a switch governs is skipped by Tab while it is off: a date alone has ten stops. What is wrong stays in the way */
  const skipWhatIsOff = () => {
    for (const each of document.querySelectorAll("[data-depends-on]")) {
      const isOff = each.form?.elements[each.dataset.dependsOn]?.checked === false;
      if (isOff && !each.matches(".is-invalid")) each.tabIndex = -1;
      else each.removeAttribute("tabindex");
    }
  };
  document.addEventListener("change", skipWhatIsOff);
  window.addEventListener("pageshow", skipWhatIsOff);  // a browser may give back what was switched

  /* A half-typed date or time holds a form back: say so beside what is shown of it, and open the part that it lies in */
  document.addEventListener("htmx:validation:halted", ({ target }) => target.querySelector("[data-stale]")?.removeAttribute("hidden"));
  document.addEventListener("invalid", ({ target }) => target.closest("details")?.setAttribute("open", ""), true);

  /* The theme changes at once; the cookie is still the server's to set */
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-switch]") || !event.submitter) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => null);
    if (!answer || (answer.type !== "opaqueredirect" && !answer.ok)) return sayAway();
    root.dataset.bsTheme = data.get("theme");
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
  });

  /* A frame without a session: once the sign-in in its own window is done, people come back here */
  if (document.querySelector("[data-wait-for-sign-in]")) {
    let left = false;
    window.addEventListener("blur", () => { left = true; });
    window.addEventListener("focus", () => { if (left) location.reload(); });
  }

  /* After a load or a swap: what wants the focus, and the times */
  const settle = (part) => {
    const wanted = part.querySelector("[data-focus]");
    wanted?.focus();
    wanted?.removeAttribute("data-focus");  // once: it may stay through the updates that follow
    tick();
  };
  document.addEventListener("DOMContentLoaded", () => { settle(document); startLists(); });
  document.addEventListener("htmx:afterSettle", (event) => settle(event.target));

  /* What somebody has unfolded, and where they are by keyboard, stays so when the page updates itself */
  const REACHED = "a[href], button, input, select, textarea, summary, [tabindex]";
  const looks = (each) => [each.tagName, each.getAttribute("href"), each.getAttribute("value"), each.textContent].join(" ");
  const alike = (part, what) => [...part.querySelectorAll(REACHED)].filter((each) => looks(each) === what);
  let unfolded = [];
  let reached = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = event.detail;
    unfolded = [...target.querySelectorAll("details[open][id]")].map((part) => part.id);
    const what = target.contains(document.activeElement) ? looks(document.activeElement) : "";
    reached = what && { what, which: alike(target, what).indexOf(document.activeElement) };
  });
  document.addEventListener("htmx:afterSwap", () => {
    toasts().querySelector("[data-away]")?.remove();
    for (const id of unfolded.splice(0)) document.getElementById(id)?.setAttribute("open", "");
    if (reached && document.activeElement === document.body) {
      alike(document.getElementById("main"), reached.what)[reached.which]?.focus({ preventScroll: true });
    }
  });

  /* What is swapped in above a button must not move it from under the pointer */
  let steady = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const part = document.querySelector("[data-steady]:hover");
    steady = part && { part, top: part.getBoundingClientRect().top };
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (steady) scrollBy({ top: steady.part.getBoundingClientRect().top - steady.top, behavior: "instant" });
    steady = null;
  });

  /* HTMX: an answer that failed is swapped in only where it says where to */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400 || xhr.status === 422 || xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = false;
    if (!xhr.getResponseHeader("HX-Redirect")) sayAway();
  });
  document.addEventListener("htmx:sendError", sayAway);
  document.addEventListener("htmx:timeout", sayAway);
})();
