// Digits of any script.

const ZEROS = [0x30, 0x660, 0x6f0, 0xff10]; // Latin, Arabic-Indic, Persian, full width: nearly all there is

export function digitOf(sign) {
  const code = sign.codePointAt(0);
  const zero = ZEROS.find((first) => code >= first && code <= first + 9);
  if (zero !== undefined) return code - zero;
  return isDigit(code) ? placeInTen(code) : null;
}

// Those of one script stand in order, after what is no digit or after ten of another style.
function placeInTen(code) {
  let before = 0;
  while (isDigit(code - before - 1)) before += 1;
  return before % 10;
}

function isDigit(code) {
  return /\p{Nd}/u.test(String.fromCodePoint(code));
}

export function western(text) {
  return Array.from(text, (sign) => digitOf(sign) ?? sign).join("");
}
