// How alike two names are, in whatever script they are written: the same as app/places/policy/names.py, where each
// rule is explained. A test compares the two.

export const CLOSE_ENOUGH = 0.5;
const SHORTEST_PART = 3;
const SAME_BY_EAR = 0.9;
const SAME_LETTER = { "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي" };
const HEARD = Object.fromEntries(
  ["bبپ", "tتطث", "dدضذ", "sسصش", "zزظ", "hحخه", "kقك", "gغگ", "jجچ", "fفڤ", "rر", "lل", "mم", "nن"]
    .flatMap(([letter, ...signs]) => signs.map((sign) => [sign, letter])),
);
const TOGETHER = [["kh", "h"], ["gh", "g"], ["sh", "s"], ["ch", "s"], ["th", "t"], ["dh", "d"], ["ph", "f"], ["dj", "j"]];
const ALONE = { q: "k", c: "k", p: "b", v: "f", x: "ks" };

export function plain(name) {
  const letters = Array.from(name, (sign) => SAME_LETTER[sign] ?? sign).join("").normalize("NFKD")
    .replace(/[\p{Mn}\u0640]/gu, "");
  const words = folded(letters).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  return words.map((word) => (word.length > 4 && word.startsWith("ال") ? word.slice(2) : word)).join(" ");
}

// Without case, as Python folds it: two letters have a small one that others share.
export function folded(text) {
  return text.toLowerCase().replace(/ß/g, "ss").replace(/ς/g, "σ");
}

// Each name is worked on once, however many letters are typed: phones are slow.
function once(work) {
  const known = new Map();
  return (name) => {
    if (!known.has(name)) known.set(name, work(name));
    return known.get(name);
  };
}

const heard = once((name) => (
  name.split(" ").filter((word) => word !== "al" && word !== "el").map(consonants).join("")
));

function consonants(word) {
  let single = Array.from(word).filter((sign, at, all) => sign !== all[at - 1] || sign > "\x7f").join("");
  single = single.replace(/(^|[^ckgstdp])h$|ه$/u, "$1");
  for (const [several, one] of TOGETHER) single = single.replaceAll(several, one);
  return Array.from(single, (sign) => HEARD[sign] ?? ALONE[sign] ?? sign)
    .filter((letter) => /^[\x00-\x7f]+$/.test(letter) && !"aeiouwy".includes(letter)).join("");
}

export function likeness(one, other) {
  if (pairs(one).all >= SHORTEST_PART - 1 && other.includes(one)) return 1;
  const [byEar, others] = [heard(one), heard(other)];
  if (byEar.length > 1 && byEar === others) return SAME_BY_EAR;
  return Math.max(writtenAlike(one, other), writtenAlike(byEar, others));
}

// From 0 to 1 of two plain names: what they share of their pairs of letters as they are written.
export function writtenAlike(one, other) {
  const [left, right] = [pairs(one), pairs(other)];
  if (Math.min(left.all, right.all) < SHORTEST_PART - 1) return 0;
  let together = 0;
  for (const [pair, times] of right.times) together += Math.min(times, left.times.get(pair) ?? 0);
  return (2 * together) / (left.all + right.all);
}

// How often a name has each pair of letters, and how many it has in all. Some scripts take two units for a letter.
const pairs = once((name) => {
  const [letters, times] = [Array.from(name), new Map()];
  for (let at = 0; at + 1 < letters.length; at += 1) {
    const pair = letters[at] + letters[at + 1];
    times.set(pair, (times.get(pair) ?? 0) + 1);
  }
  return { times, all: Math.max(0, letters.length - 1) };
});
