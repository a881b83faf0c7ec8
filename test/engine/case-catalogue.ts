/** The catalogue of docs/EXCEPTIONS.md, made from the table the engine goes by: a test holds the page to it. */
import { caseCodes, caseKinds } from '../../actors/case-kinds.ts';
import type { PlaybookStep } from '../../actors/playbook-schemas.ts';

const span = (ms: number): string =>
  ms % 86_400_000 === 0 ? `${ms / 86_400_000} d` : ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 60_000} min`;

function stepText({ do: action, afterMs, attempts, note, owner, forMs, if: when }: PlaybookStep): string {
  const parts = [
    ...(afterMs === undefined ? [] : [`after ${span(afterMs)}`]),
    action === 'notify' ? `tell: ${note ?? ''}` : `**${action}**${owner === undefined ? '' : ` to ${owner}`}`,
    ...(forMs === undefined ? [] : [`for ${span(forMs)}`]),
    ...(attempts === undefined ? [] : [`up to ${attempts} times`]),
    ...(when === undefined ? [] : [`if \`${when}\``]),
  ];
  return parts.join(' ');
}

const ends = { order: 'its orders out of exception', subject: 'open again', known: 'told otherwise, `case.resolve`, last order', report: '`case.resolve`, last order' } as const;
const raisers = { order: 'the engine', subject: 'the engine', known: 'the engine or report', report: 'report' } as const;

/** One row a kind. */
export function catalogueTable(): string {
  const rows = caseCodes.map((code) => {
    const { watch, subject, severity, owner, slaMs, steps } = caseKinds[code];
    const [first, ...others] = steps.map(stepText);
    const then = others.length === 0 ? '' : others.join('; ');
    return `| \`${code}\` | ${raisers[watch]}, ${subject} | ${severity} | ${owner}, ${span(slaMs)} | ${first} | ${then} | ${ends[watch]} |`;
  });
  return ['| Kind | Raised by, subject | Severity | Owner, in | First | Then | Cleared by |', '| --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}
