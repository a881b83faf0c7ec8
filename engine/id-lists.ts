/** Lists of ids by what they are listed by, kept as things change: each in the order in which its ids came. */

export type IdLists<K, Id> = Map<K, Set<Id>>;

export function join<K, Id>(lists: IdLists<K, Id>, key: K, id: Id): void {
  const ids = lists.get(key);
  if (ids === undefined) lists.set(key, new Set([id]));
  else ids.add(id);
}

/** A list that is left empty goes. */
export function leave<K, Id>(lists: IdLists<K, Id>, key: K, id: Id): void {
  const ids = lists.get(key);
  if (ids?.delete(id) === true && ids.size === 0) lists.delete(key);
}

/** From one list to another; undefined: from none, to none. */
export function move<K, Id>(lists: IdLists<K, Id>, id: Id, from: K | undefined, to: K | undefined): void {
  if (from === to) return;
  if (from !== undefined) leave(lists, from, id);
  if (to !== undefined) join(lists, to, id);
}

/** After recovery: every list by age, of equals by name. */
export function sortByAge<K, Id extends string>(lists: IdLists<K, Id>, ageOf: (id: Id) => number): void {
  for (const ids of lists.values()) {
    const sorted = [...ids].sort((a, b) => ageOf(a) - ageOf(b) || (a < b ? -1 : 1));
    ids.clear();
    for (const id of sorted) ids.add(id);
  }
}
