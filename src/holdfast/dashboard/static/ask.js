// A field and its form. What is typed is the browser's own: nothing that the server says later takes it back, and what is
// handed on is what stands in the field. A new `turn` begins again with `first`.

export default {
  template: `
  <form @submit.prevent="$emit('given', { value: $refs.field.value })">
    <component :is="rows ? 'textarea' : 'input'" ref="field" class="hf-field" :rows="rows || null" v-bind="field"></component>
    <slot />
  </form>`,
  props: { first: String, turn: Number, rows: Number, chosen: Boolean, field: Object },
  emits: ["given"],
  watch: {
    turn: "begin",
  },
  mounted() {
    this.begin();
  },
  methods: {
    async begin() {
      const field = this.$refs.field;
      field.value = this.first;
      if (!this.chosen) return;
      await this.$nextTick();
      field.focus({ preventScroll: true });
      field.select();
    },
  },
};
