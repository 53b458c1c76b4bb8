// One QR code and the time it has left. The server sends how long the code is good; the browser counts down.

export default {
  template: `
  <div class="hf-qr">
    <div class="hf-qr-code" :class="{ 'hf-qr-old': left <= 0 }" role="img" data-test="qr"
      aria-label="QR code to scan with the phone" v-html="svg"></div>
    <div class="hf-qr-bar" aria-hidden="true"><div :style="{ width: Math.max(0, 100 * left / seconds) + '%' }"></div></div>
    <div class="hf-qr-left" role="timer" data-test="countdown">
      <span v-if="left > 0">This code is good for <b>{{ Math.ceil(left) }} s</b></span>
      <span v-else>The next code is on its way …</span>
      <span class="hf-qr-index">code {{ index }} of {{ of }}</span>
    </div>
  </div>`,
  props: { svg: String, seconds: Number, index: Number, of: Number },
  data() {
    return { began: performance.now(), now: performance.now() };
  },
  computed: {
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
