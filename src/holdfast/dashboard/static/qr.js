// One QR code and the time it has left. The server sends how long the code is good; the browser counts down.

import { countdown, filled, localeOf } from "/static/words.js";

export default {
  template: `
  <div class="hf-qr">
    <div class="hf-qr-code" :class="{ 'hf-qr-old': left <= 0 }" role="img" data-test="qr"
      :aria-label="words.label" v-html="svg"></div>
    <div class="hf-qr-bar" aria-hidden="true"><div :style="{ width: Math.max(0, 100 * left / seconds) + '%' }"></div></div>
    <div class="hf-qr-left" role="timer" data-test="countdown">
      <span v-if="left > 0">{{ goodFor }}</span>
      <span v-else>{{ words.next }}</span>
      <span class="hf-qr-index">{{ which }}</span>
    </div>
  </div>`,
  props: { svg: String, seconds: Number, index: Number, of: Number, words: Object },
  data() {
    return { began: performance.now(), now: performance.now() };
  },
  computed: {
    goodFor() {
      return filled(this.words.good_for, { time: countdown(this.left, localeOf(this.words.language)) });
    },
    which() {
      return filled(this.words.code, { index: this.index, of: this.of });
    },
    left() {
      return this.seconds - (this.now - this.began) / 1000;
    },
  },
  watch: {
    svg() {
      this.began = this.now = performance.now();
    },
  },
  mounted() {
    this.ticking = setInterval(() => (this.now = performance.now()), 200);
  },
  unmounted() {
    clearInterval(this.ticking);
  },
};
