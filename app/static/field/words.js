// Texts in the language of whoever holds the phone: the same sentences as in Python, from the same catalogue
// (app/core/text.py), learnt once from /field/words. What was not learnt is said in English.

const LOCALES = { en: "en-GB", ar: "ar-SY-u-nu-arab", fr: "fr-FR" };

let words = {};
let locale = LOCALES.en;
let write = new Intl.NumberFormat(LOCALES.en);
let forms = new Intl.PluralRules(LOCALES.en);

// `answer` of /field/words: {language, words: {msgid: text, or its forms by the categories of Intl.PluralRules}}.
export function learn(answer) {
  locale = LOCALES[answer.language] ?? LOCALES.en;
  words = answer.words;
  write = new Intl.NumberFormat(locale);
  forms = new Intl.PluralRules(locale);
}

// A number with the digits and separators of the language.
export function number(value) {
  return write.format(value);
}

// A moment, as `options` of Intl.DateTimeFormat say.
export function time(moment, options) {
  return new Intl.DateTimeFormat(locale, { hourCycle: "h23", ...options }).format(new Date(moment));
}

export function say(message, numbers) {
  return fill(words[message] ?? message, numbers);
}

// A text that depends on a count, available to it as %(n)s.
export function sayMany(one, many, count, numbers) {
  const known = words[one] ?? { one, other: many };
  return fill(known[forms.select(count)] ?? known.other, { n: count, ...numbers });
}

function fill(sentence, numbers) {
  if (!numbers) return sentence;
  return sentence.replace(/%\((\w+)\)s|%%/g, (found, name) => {
    if (name === undefined) return "%";
    return Number.isInteger(numbers[name]) ? number(numbers[name]) : String(numbers[name]);
  });
}
