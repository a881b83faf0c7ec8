/** What is wrong with a plan: where in the document, where in the expression, and what was probably meant. */

export interface PlanFault {
  /** The field of the document, such as `rules[3].when`. */
  readonly path: string;
  readonly detail: string;
  /** Place in the text of the expression, both from 1; absent where no expression is at fault. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The name that was probably meant. */
  readonly suggestion?: string | undefined;
}

/** A fault of an expression, before it is known where in the document it stands. */
export class ExpressionFault extends Error {
  readonly at: number;
  readonly suggestion: string | undefined;

  constructor(detail: string, at: number, suggestion?: string) {
    super(detail);
    this.at = at;
    this.suggestion = suggestion;
  }
}

/** Say where a fault stands, with line and column in the text. */
export function placed(fault: ExpressionFault, path: string, text: string): PlanFault {
  const before = text.slice(0, fault.at).split('\n');
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const { message: detail, suggestion } = fault;
  return { path, detail, ...place, ...(suggestion === undefined ? {} : { suggestion }) };
}

/** A fault in one line of text. */
export function faultText({ path, detail, line, column, suggestion }: PlanFault): string {
  const at = line === undefined ? '' : ` at ${line}:${column}`;
  return `${path}${at}: ${detail}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`;
}

/** The known name nearest to one that is not known; undefined when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestEdits = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const each of known) {
    const edits = editsBetween(name.toLowerCase(), each.toLowerCase());
    if (edits >= bestEdits) continue;
    bestEdits = edits;
    best = each;
  }
  return best;
}

/** Letters to add, leave out, change or swap with their neighbour, to make one word of another. */
function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let edits = Math.min(change, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
