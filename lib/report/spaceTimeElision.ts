import type { SpaceTimeMigration, SpaceTimeRow } from './spaceTime'

/** Entries that are not drawn: how many, from which to which, and the last of them. @internal */
export type Gap = { readonly type: 'gap'; readonly count: number; readonly first: SpaceTimeRow; readonly last: SpaceTimeRow }

/** What is drawn of a migration, in order. @internal */
export type Shown = { readonly type: 'row'; readonly row: SpaceTimeRow; readonly isViolated: boolean } | Gap

/**
 * At most `limit` rows of a migration, and gaps for the others. First the violated row is kept, then (in this order) rows that speak of the suspected pages, rows
 * around the violated one, three of them ahead of it for each behind, and the first and the last rows. A gap of one row is drawn as that row.
 * Cost: O(rows). @internal
 */
export const elided =
  ({ limit }: { readonly limit: number }) =>
  ({ rows, violated }: SpaceTimeMigration): readonly Shown[] => {
    const kept = new Set<number>()
    for (const index of wanted(rows, violated, limit)) {
      if (kept.size >= limit) break
      if (index >= 0 && index < rows.length) kept.add(index)
    }
    const shown: Shown[] = []
    for (let i = 0; i < rows.length; i++) {
      const isAlone = !kept.has(i) && (i === 0 || kept.has(i - 1)) && (i === rows.length - 1 || kept.has(i + 1))
      const last = shown[shown.length - 1]
      if (kept.has(i) || isAlone) shown.push({ type: 'row', row: rows[i], isViolated: i === violated })
      else if (last?.type === 'gap') shown[shown.length - 1] = { ...last, count: last.count + 1, last: rows[i] }
      else shown.push({ type: 'gap', count: 1, first: rows[i], last: rows[i] })
    }
    return shown
  }

/** The places of rows, the most wanted first; all of them at least once where the limit allows. */
function* wanted(rows: readonly SpaceTimeRow[], violated: number | undefined, limit: number): Iterable<number> {
  const n = rows.length
  const near = Math.min(limit, n)
  if (violated !== undefined) {
    yield violated
    yield n - 1
    const speaking = rows.flatMap(({ touches }, i) => (touches.length > 0 && i <= violated ? [i] : [])).reverse()
    yield* speaking.slice(0, Math.floor(near / 2))
    for (let i = 1; i <= near / 3; i++) {
      yield violated - i
      if (i % 3 === 0) yield violated + i / 3
    }
  }
  for (let i = 0; 2 * i < n; i++) {
    yield i
    yield n - 1 - i
  }
}
