/** The functions that exist in Python too, by the vectors both must pass. */
import { describe, expect, test } from "vitest";
import names from "../../tests/fixtures/fold.json";
import { alike, fold, words } from "../src/i18n/fold";

describe("names", () => {
  test.each(names.fold as unknown as [string, string][])("fold %j", (text, folded) => {
    expect(fold(text)).toBe(folded);
  });
  test.each(names.words as unknown as [string, string[]][])("words %j", (text, found) => {
    expect(words(text)).toEqual(found);
  });
  test.each(names.alike as unknown as [string, string][])("alike %j", (word, twin) => {
    expect(alike(word)).toBe(twin);
  });
});
