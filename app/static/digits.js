// Digits of the scripts people write numbers in.

const ZEROS = [0x30, 0x660, 0x6f0, 0xff10]; // Latin, Arabic-Indic, Persian, full width

export function digitOf(sign) {
  const code = sign.codePointAt(0);
  const zero = ZEROS.find((first) => code >= first && code <= first + 9);
  return zero === undefined ? null : code - zero;
}

export function western(text) {
  return Array.from(text, (sign) => digitOf(sign) ?? sign).join("");
}
