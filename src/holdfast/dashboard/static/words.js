// What scripts need to say something in the reader's language: values in sentences, lengths of time, moments.

// The page's language; as it is written where the browser's owner lives, when that is the same language.
export function localeOf(language) {
  const primary = (tag) => tag.split("-")[0];
  return navigator.languages.find((it) => primary(it) === primary(language)) ?? language;
}

export function filled(said, values) {
  return said.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

// 90 seconds are 1.5 minutes: so much of the next unit is said in it.
function measured(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return [s, "second"];
  if (s < 5400) return [Math.round(s / 60), "minute"];
  if (s < 129600) return [Math.round(s / 3600), "hour"];
  return [Math.round(s / 86400), "day"];
}

function counted(count, unit, locale) {
  // Days are not shortened: few read their abbreviations.
  const unitDisplay = unit === "day" ? "long" : "short";
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay }).format(count);
}

// "4 secs", "5 days".
export function span(seconds, locale) {
  return counted(...measured(seconds), locale);
}

// Seconds, however many.
export function countdown(seconds, locale) {
  return counted(Math.ceil(seconds), "second", locale);
}

// "4 sec ago".
export function gone(seconds, locale) {
  const [count, unit] = measured(seconds);
  const style = unit === "day" ? "long" : "short";
  return new Intl.RelativeTimeFormat(locale, { style }).format(-count, unit);
}
