/** The parts of the visit form, and the key that goes from one to the next. */

/** The first field of each, in the order of the page. */
const FIRST = ["reason", "vital-systolic", "diagnosis", "advice", "add-drug", "save"];

/** Go to the first field of the next part, or of the one before; past the last one begins anew. */
export function toPart(back: boolean): void {
  const firsts = FIRST.map((id) => document.getElementById(id)).filter((each) => each !== null);
  const here = document.activeElement;
  const reached = firsts.filter((each) => here && begins(each, here));
  const [first, last] = [firsts[0], firsts.at(-1)];
  if (!back) (firsts[reached.length] ?? first)?.focus();
  // Within a part the key goes to its beginning first.
  else ((reached.at(-1) === here ? reached.at(-2) : reached.at(-1)) ?? last)?.focus();
}

/** Whether the part that begins with `first` is the one of `here` or stands before it. */
function begins(first: Element, here: Element): boolean {
  return first === here || Boolean(first.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING);
}
