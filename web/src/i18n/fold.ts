/** The twin of `ehr.i18n.names`: both must pass tests/fixtures/fold.json. */

const MARKS = /\p{M}+/gu;
const NOT_WORD = /[^\p{L}\p{N}]+/u;

/** Small letters without marks: "Nguyễn Thị HOÀ" → "nguyen thi hoa". */
export function fold(text: string): string {
  const bare = text.normalize("NFC").toLowerCase().normalize("NFD").replace(MARKS, "");
  return bare.replaceAll("đ", "d").split(/\s+/u).filter(Boolean).join(" ");
}

/** The folded words in their order; punctuation separates and is dropped. */
export function words(text: string): string[] {
  return fold(text).split(NOT_WORD).filter(Boolean);
}

/** The spelling that a folded word shares with its y/i twin: "ly" and "li" → "li". */
export function alike(word: string): string {
  return word.replaceAll("y", "i");
}
