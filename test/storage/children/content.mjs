/**
 * What stands at each position of a test's log: a function of the position, so a checker needs no
 * list.
 */
export function recordOf(position, bytes = 2000) {
  const mark = `p${position}.`;
  const pad = mark.repeat(Math.ceil(bytes / mark.length)).slice(0, bytes);
  return {
    atMs: position,
    commands: [{ id: `command-${position}`, pad }],
    rows: [
      [`order/${position}`, { position, mark: mark.repeat(20) }],
      [`stock/${position % 50}`, { position }],
    ],
    events: [{ kind: 'tested', position }],
    outbox: [],
  };
}
