// Draws what the server tells: banners, restoration, the lab's kill buttons, one card per number. It decides nothing;
// its own are the ticking of "4 sec ago", the filter, and saying so when it lost the server. Its sentences are in `words`.

import { filled, gone, localeOf, span } from "/static/words.js";

const COLORS = ["red", "yellow", "green", "grey", "unknown"];
const SEARCH_FROM = 9;
const UNDO_MS = 20000;
const COUNTED_MS = 10000;
const BADGE =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#b3261e"/>' +
      '<text x="16" y="24" text-anchor="middle" font-family="sans-serif" font-size="22" font-weight="700" fill="#fff">N</text></svg>',
  );

// Beyond what is compared the order stays, so that nothing jumps while it reconnects.
const ORDERS = {
  need: { text: "by_need", compare: (a, b) => b.urgent - a.urgent },
  name: { text: "by_name", compare: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) },
  phone: { text: "by_number", compare: (a, b) => Number(bare(a.phone) > bare(b.phone)) - Number(bare(a.phone) < bare(b.phone)) },
  today: { text: "by_today", compare: (a, b, messages) => messages(b) - messages(a) },
  since: { text: "by_change", compare: (a, b) => (b.since ?? "").localeCompare(a.since ?? "") },
};

function bare(phone) {
  return phone.replace(/[^0-9]/g, "") || "none yet"; // letters come after digits
}

// A browser may refuse to keep anything; then the page begins with cards.
function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing is lost but a choice of looks.
  }
}

function paused(card) {
  return card.actions.some((it) => it.verb === "connect");
}

// How many need a human stands in the tab, which is often all that is seen of the page.
function mark(count) {
  document.title = count ? `(${count}) Holdfast` : "Holdfast";
  const icon = document.querySelector("link[rel~=icon]");
  if (!icon) return;
  icon.dataset.plain ??= icon.href;
  icon.href = count ? BADGE.replace("N", count > 9 ? "+" : count) : icon.dataset.plain;
}

export default {
  template: `
  <div class="hf-board">
    <section v-if="head.lab" class="hf-lab" aria-labelledby="hf-lab-title">
      <div class="hf-lab-row">
        <div>
          <h2 id="hf-lab-title"><span class="hf-lab-badge">{{ words.lab }}</span> {{ words.lab_text }}</h2>
          <p>{{ processes }}</p>
        </div>
        <div class="hf-lab-buttons" role="group" :aria-label="words.kill_now">
          <span class="hf-lab-label" aria-hidden="true">{{ words.kill_now }}</span>
          <button v-for="[victim, text] in victims" :key="victim" class="hf-button hf-danger" type="button"
            :disabled="!alive || !acts" :data-test="'kill-' + victim" :aria-label="words.kill_now + ': ' + text"
            @click="$emit('kill', { victim })">{{ text }}</button>
        </div>
      </div>
      <ol v-if="head.killing" class="hf-story" aria-live="polite" data-test="story">
        <li v-for="line in head.killing.lines" :key="line.text" :class="{ 'hf-bad': !line.good }">
          <span class="hf-story-time">{{ line.seconds === 0 ? clock(head.killing.at) : "+" + tenths(line.seconds) + " s" }}</span>
          {{ line.text }}
        </li>
        <li v-if="!head.killing.over" class="hf-waiting"><span class="hf-story-time">+{{ since(head.killing.at).toFixed(0) }} s</span> {{ words.watching }}</li>
      </ol>
    </section>

    <div v-if="!linked" class="hf-banner hf-banner-silent" role="alert">
      <span class="hf-mark" aria-hidden="true"></span>
      <div><strong>{{ words.lost }}</strong> {{ words.lost_text }}</div>
    </div>
    <div v-else-if="!head.reachable" class="hf-banner hf-banner-silent" role="alert" data-test="unreachable">
      <span class="hf-mark" aria-hidden="true"></span>
      <div><strong>{{ silent }}</strong> {{ words.unreachable_text }}
      <span class="hf-step" v-html="words.unreachable_step"></span></div>
    </div>
    <div v-else-if="!head.engine" class="hf-banner hf-banner-waiting" role="status" data-test="no-engine">
      <span class="hf-mark" aria-hidden="true"></span>
      <div><strong>{{ words.engine_starts }}</strong> {{ words.engine_starts_text }}</div>
    </div>

    <ul v-if="alive && head.unlinkings.length" class="hf-unlinkings" :aria-label="words.devices" data-test="unlinkings">
      <li v-for="it in head.unlinkings" :key="it.sentence" class="hf-banner hf-banner-waiting">
        <span class="hf-mark" aria-hidden="true"></span>
        <div>{{ it.sentence }}
          <span class="hf-step"><b>{{ words.next_step }}</b> {{ it.next_step }}</span></div>
      </li>
    </ul>

    <section v-if="head.restoration" class="hf-restoration" role="status" data-test="restoration">
      <div class="hf-restoration-text"><span v-if="!head.restoration.running" class="hf-tick" aria-hidden="true">✓</span>
        {{ head.restoration.text }}</div>
      <div v-if="head.restoration.running" class="hf-bar" aria-hidden="true">
        <div class="hf-bar-fill" :style="{ width: 100 * head.restoration.connected / head.restoration.total + '%' }"></div>
      </div>
    </section>

    <header class="hf-summary" v-if="head.total">
      <div class="hf-chips" role="group" :aria-label="words.only">
        <button v-for="it in counts" :key="it.color" type="button" class="hf-chip"
          :class="'hf-' + it.color" :aria-pressed="only === it.color ? 'true' : 'false'" :disabled="!it.count && only !== it.color"
          @click="only = only === it.color ? null : it.color">
          <span class="hf-dot" aria-hidden="true"></span><b>{{ it.count }}</b>{{ " " + it.label }}
        </button>
      </div>
      <input v-if="head.total >= ${SEARCH_FROM}" v-model="search" class="hf-search" type="search"
        :placeholder="words.search" :aria-label="words.search_label">
      <select v-if="head.total > 1" v-model="order" class="hf-search hf-order" :aria-label="words.order" data-test="order">
        <option v-for="[key, text] in orders" :key="key" :value="key">{{ text }}</option>
      </select>
      <button v-if="head.total > 1" type="button" class="hf-button" data-test="dense" :aria-pressed="String(dense)"
        @click="dense = !dense">{{ words.dense }}</button>
      <button v-if="acts" type="button" class="hf-button hf-main hf-add" data-test="add" :disabled="!alive"
        @click="$emit('add', {})">{{ words.add }}</button>
    </header>

    <div v-if="alive && undoable" class="hf-banner hf-banner-waiting hf-undo-bar" role="status" data-test="undo">
      <div><strong>{{ said("paused", { name: undoable.name }) }}</strong> {{ words.paused_text }}</div>
      <button type="button" class="hf-button" @click="act(undoable, 'connect')">{{ words.undo }}</button>
    </div>

    <section v-if="!head.total && head.reachable && linked" class="hf-empty">
      <svg viewBox="0 0 64 64" aria-hidden="true"><rect x="18" y="6" width="28" height="52" rx="6"/><path d="M28 51h8"/>
        <path d="M25 16h5v5h-5zM34 16h5v5h-5zM25 25h5v5h-5zM34 25h2M39 28v2M36 32h3"/></svg>
      <h2>{{ words.first }}</h2>
      <p>{{ words.first_text }}</p>
      <button v-if="acts" type="button" class="hf-button hf-main" data-test="add" @click="$emit('add', {})">{{ words.add }}</button>
    </section>

    <ul class="hf-cards" :class="{ 'hf-dense': dense && head.total > 1 }" :aria-label="words.numbers">
      <li v-for="card in visible" :key="card.id" class="hf-card" :class="'hf-' + shown(card)" :data-test="'card-' + card.name"
        :data-state="alive ? card.state : 'unknown'" :data-color="shown(card)">
        <div class="hf-card-head">
          <div class="hf-status" role="status">
            <span class="hf-dot" :class="{ 'hf-beats': shown(card) === 'green' }" aria-hidden="true"></span>
            <span class="hf-word">{{ linked ? card.word : words.unknown }}</span>
          </div>
          <span v-if="alive && card.since" class="hf-since" :title="full(card.since)">{{ lasting(card.since) }}</span>
        </div>
        <div class="hf-name">{{ card.name }}</div>
        <div class="hf-number-row">
          <span class="hf-number">{{ card.phone || words.no_number }}<template v-if="card.person && card.person !== card.name"> · {{ card.person }}</template></span>
          <span class="hf-heartbeat" v-if="card.heartbeat && (!alive || ['green', 'yellow'].includes(shown(card)))">
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 12h5l2-6 4 13 3-9 2 2h4"/></svg>
            {{ alive ? said("heartbeat", { ago: past(card.heartbeat) }) : said("last_heartbeat", { time: clock(card.heartbeat) }) }}
          </span>
        </div>
        <div v-if="alive && strips[card.id]" class="hf-card-strip" v-html="strips[card.id]"></div>
        <div v-if="alive && card.phone && counted" class="hf-today" :data-test="'today-' + card.name">{{ today(card) }}</div>
        <p v-if="alive && shown(card) !== 'green'" class="hf-sentence">{{ card.sentence }}
          <template v-if="card.retry_at && until(card.retry_at) > 0"> {{ said("next_try", { time: span(until(card.retry_at)) }) }}</template>
          <template v-if="card.valid_until && until(card.valid_until) > 0"> {{ said("code_good_for", { time: span(until(card.valid_until)) }) }}</template></p>
        <p v-if="!alive && linked" class="hf-sentence">{{ card.sentence }}</p>
        <p v-for="it in card.warnings" :key="it" class="hf-sentence" :data-test="'warning-' + card.name">{{ it }}</p>
        <p v-if="alive && card.next_step" class="hf-step"><b>{{ words.next_step }}</b> {{ card.next_step }}</p>
        <div class="hf-card-foot" v-if="alive && (acts && card.actions.length || card.phone)">
          <template v-if="acts">
          <button v-for="it in card.actions" :key="it.verb" type="button" class="hf-button" :class="'hf-' + it.tone"
              :data-test="it.verb + '-' + card.name" :disabled="busy[card.id] === it.verb"
              :aria-label="it.label + ': ' + (card.phone || card.name)"
              @click="act(card, it.verb)">{{ it.label }}</button>
          </template>
          <a class="hf-more-link" :href="'/numbers/' + card.id" :aria-label="words.details + ': ' + (card.phone || card.name)">{{ words.details }}</a>
        </div>
      </li>
    </ul>
    <p v-if="head.total && !visible.length" class="hf-none">{{ words.any }}</p>
    <button v-if="matching.length > visible.length" type="button" class="hf-button hf-more" @click="most += 60">
      {{ said("more", { count: matching.length - visible.length }) }}</button>
    <footer class="hf-foot">Holdfast {{ head.version }}</footer>
  </div>`,
  props: { initial: Object, acts: Boolean, words: Object },
  emits: ["act", "add", "kill"],
  data() {
    return {
      head: this.initial.head,
      cards: Object.fromEntries(this.initial.cards.map((card) => [card.id, card])),
      joined: true,
      heard: true,
      undo: null,
      now: Date.now(),
      skew: Date.parse(this.initial.head.now) - Date.now(),
      only: null,
      search: "",
      order: "need",
      dense: stored("hf-dense") === "1",
      locale: localeOf(this.words.language),
      orders: Object.entries(ORDERS).map(([key, it]) => [key, this.words[it.text]]),
      most: 60,
      busy: {},
      strips: {},
      traffic: {},
      counted: false,
      victims: ["engine", "gateway", "both"].map((it) => [it, this.words[it]]),
    };
  },
  computed: {
    // Both the socket, over which changes come, and the server that answers what is asked.
    linked() {
      return this.joined && this.heard;
    },
    // Who was paused just now, while that can be taken back.
    undoable() {
      const card = this.undo ? this.cards[this.undo.id] : null;
      return card && paused(card) && this.now < (this.undo.until ?? Infinity) ? card : null;
    },
    alive() {
      return this.linked && this.head.reachable;
    },
    processes() {
      const { engine_pid: engine, gateway_pid: gateway } = this.head;
      return engine && gateway ? this.said("processes_named", { engine, gateway }) : this.words.processes;
    },
    silent() {
      const since = this.head.silent_since;
      return since ? this.said("unreachable_since", { time: this.clock(since) }) : this.words.unreachable;
    },
    counts() {
      if (this.alive) return this.head.counts;
      return [{ color: "unknown", count: this.head.total, label: this.words.unknown_count }];
    },
    matching() {
      const wanted = this.search.trim().toLowerCase();
      const digits = wanted.replace(/[^0-9]/g, "");
      const all = Object.values(this.cards).filter((card) => {
        if (this.only && this.alive && card.color !== this.only) return false;
        if (!wanted) return true;
        return (
          `${card.name} ${card.person}`.toLowerCase().includes(wanted) ||
          (digits.length > 1 && card.phone.replace(/[^0-9]/g, "").includes(digits))
        );
      });
      return all.sort((a, b) => ORDERS[this.order].compare(a, b, this.messages) || (a.id < b.id ? -1 : 1));
    },
    needed() {
      return this.alive ? this.head.counts.find((it) => it.color === "red").count : 0;
    },
    visible() {
      return this.matching.slice(0, this.most);
    },
    pictured() {
      return this.visible.filter((card) => card.phone).map((card) => card.id).join(",");
    },
  },
  watch: {
    pictured: "picture",
    needed: mark,
    dense: (dense) => store("hf-dense", dense ? "1" : "0"),
  },
  mounted() {
    const drawn = Date.now();
    this.ticking = setInterval(() => {
      this.now = Date.now();
      // A socket that never came up tells nobody that it is gone.
      if (this.now - drawn > 3000) this.joined = Boolean(window.socket?.connected);
    }, 1000);
    this.picturing = setInterval(this.picture, 60000);
    this.picture();
    this.counting = setInterval(this.count, COUNTED_MS);
    this.count();
    mark(this.needed);
    this.lost = () => (this.joined = false);
    this.found = () => (this.joined = true);
    this.hears = (event) => (this.heard = event.detail);
    window.addEventListener("hf-heard", this.hears);
    this.listening = setInterval(() => {
      if (!window.socket) return;
      clearInterval(this.listening);
      window.socket.on("disconnect", this.lost);
      window.socket.on("connect", this.found);
    }, 50);
  },
  unmounted() {
    clearInterval(this.ticking);
    clearInterval(this.picturing);
    clearInterval(this.counting);
    clearInterval(this.listening);
    window.removeEventListener("hf-heard", this.hears);
    window.socket?.off("disconnect", this.lost);
    window.socket?.off("connect", this.found);
  },
  methods: {
    async picture() {
      const ids = this.pictured;
      for (let from = 0, all = ids ? ids.split(",") : []; from < all.length; from += 60) {
        try {
          const answer = await fetch("/strips?ids=" + all.slice(from, from + 60).join(","));
          if (answer.ok) Object.assign(this.strips, await answer.json());
        } catch {
          return; // the page says itself what it does not hear
        }
        if (ids !== this.pictured) return;
      }
    },
    // One question for all cards; the day is that of whoever looks.
    async count() {
      const since = new Date(new Date().setHours(0, 0, 0, 0)).toISOString();
      try {
        const answer = await fetch("/today?since=" + since);
        if (answer.status !== 200) return;
        this.traffic = await answer.json();
        this.counted = true;
      } catch {
        return; // the page says itself what it does not hear
      }
    },
    messages(card) {
      const [received, sent] = this.traffic[card.id] ?? [0, 0];
      return received + sent;
    },
    today(card) {
      const [received, sent] = this.traffic[card.id] ?? [0, 0];
      if (!received && !sent) return this.words.today_none;
      const written = (count) => count.toLocaleString(this.locale);
      return this.said("today", { received: written(received), sent: written(sent) });
    },
    apply(patch) {
      this.head = patch.head;
      this.skew = Date.parse(patch.head.now) - Date.now();
      this.now = Date.now();
      for (const card of patch.cards) {
        this.cards[card.id] = card;
        delete this.busy[card.id];
        // It can be taken back for a while from the moment on in which it is done.
        if (this.undo?.id === card.id && paused(card)) this.undo.until ??= this.now + UNDO_MS;
      }
      for (const id of patch.gone) delete this.cards[id];
    },
    act(card, verb) {
      this.busy[card.id] = verb;
      setTimeout(() => delete this.busy[card.id], 3000);
      this.undo = verb === "disconnect" ? { id: card.id, until: null } : null;
      this.$emit("act", { verb, id: card.id });
    },
    shown(card) {
      if (!this.linked) return "unknown";
      return COLORS.includes(card.color) ? card.color : "grey";
    },
    since(iso) {
      return (this.now + this.skew - Date.parse(iso)) / 1000;
    },
    until(iso) {
      return -this.since(iso);
    },
    said(name, values) {
      return filled(this.words[name], values);
    },
    span(seconds) {
      return span(seconds, this.locale);
    },
    past(iso) {
      return this.since(iso) < 1.5 ? this.words.just_now : gone(this.since(iso), this.locale);
    },
    lasting(iso) {
      return this.since(iso) < 1.5 ? this.words.just_now : this.said("lasting", { time: this.span(this.since(iso)) });
    },
    tenths(seconds) {
      return seconds.toLocaleString(this.locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    },
    clock(iso) {
      const digits = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
      return new Date(iso).toLocaleTimeString(this.locale, digits);
    },
    full(iso) {
      return this.said("since", { time: new Date(iso).toLocaleString(this.locale) });
    },
  },
};
