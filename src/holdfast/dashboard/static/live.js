// The frame of every page. It keeps a plain page true without loading it again: every part with `data-live` is read again
// and put in its place. A page that hears nothing says so within seconds, whatever it shows, also where its server stands
// still without closing a connection; one whose login has ended is sent to the door.

import { localeOf } from "./words.js";

const LATE_MS = 4000;
// A page without live parts, and the board, which is told of changes by itself, ask only whether anybody is there.
const LIVE = document.querySelector("[data-live]") !== null;
const EVERY_MS = LIVE ? 1000 : 2000;
const LOCALE = localeOf(document.documentElement.lang);

function localTimes(root) {
  for (const it of root.querySelectorAll("time[datetime]")) {
    if (it.dataset.local) continue;
    it.dataset.local = "1";
    it.textContent = new Date(it.dateTime).toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "medium" });
  }
}

// What a person types into, plays or presses at this moment stays: a press ends on what it began on, or is none.
function held(part) {
  return part.matches(":active") || part.querySelector(":is(input, select, textarea, audio, video):focus") !== null;
}

function named(element) {
  return [element.tagName, element.value, element.ariaLabel || element.textContent].join("|");
}

// The focus alone holds nothing back, or a part would stay old for as long as it is there: it moves to the new element.
function refocus(part, before) {
  if (!before || part.contains(document.activeElement)) return;
  const same = [...part.querySelectorAll(before.tagName)].find((it) => named(it) === named(before));
  same?.focus({ preventScroll: true });
}

function put(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (!now) continue;
    localTimes(now);
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    if (part.dataset.live === "each") putEach(part, now);
    else if (part.innerHTML !== now.innerHTML && !held(part)) part.innerHTML = now.innerHTML;
    refocus(part, focused);
  }
}

// A child that is the same stays the one it is: a voice note plays on while others come in.
function putEach(part, now) {
  const known = new Map([...part.children].map((child) => [child.id, child]));
  const children = [...now.children].map((child) => {
    const old = known.get(child.id);
    return old && (old.outerHTML === child.outerHTML || held(old)) ? old : child;
  });
  const kept = new Set(children);
  for (const child of [...part.children]) if (!kept.has(child)) child.remove();
  children.forEach((child, at) => {
    if (part.children[at] !== child) part.insertBefore(child, part.children[at] ?? null);
  });
}

function heard(yes) {
  document.getElementById("lost")?.toggleAttribute("hidden", yes);
  document.body.classList.toggle("hf-lost", !yes);
  window.dispatchEvent(new CustomEvent("hf-heard", { detail: yes }));
}

async function look() {
  try {
    const answer = await fetch(LIVE ? location.href : "/livez", { signal: AbortSignal.timeout(LATE_MS), redirect: "error" });
    if (answer.status === 401 || answer.status === 403) return location.replace("/");
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    if (LIVE) put(new DOMParser().parseFromString(text, "text/html"));
    heard(true);
  } catch {
    heard(false);
  }
  setTimeout(look, EVERY_MS);
}

localTimes(document);
setTimeout(look, EVERY_MS);
