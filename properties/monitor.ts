import { concat, defer, from, type OperatorFunction } from 'rxjs'
import type { Entry } from '../lib/protocol/journal'
import { mealy } from '../lib/stream/mealy'
import type { Invariant } from './invariants/invariant'
import { invariants as all } from './invariants/invariants'
import { type Breach, type Watcher, watcher } from './invariants/watcher'

/** `invariants`: what is watched (default all). Those of the control plane alone: `invariants.filter(({ plane }) => plane === 'control')`. */
export type MonitorOptions = { readonly invariants?: readonly Invariant[] }

/**
 * What breaks the invariants, as it happens: the entries of one journal in, live or recorded, simulated or real, and breaches out, each as early as the
 * entry that it names; those of a journal's end when it completes. An entry may break several invariants, or none.
 *
 *     entries    --a--b-----c--d--|
 *     monitor()  -----x-----(yz)--(w|)      b breaks one invariant, c two, the end of the journal one
 *
 * The state is born with each subscription: memory in proportion to the guests' pages and the requests outstanding, however long the run. An error of the entries is passed on,
 * and nothing is said of an end. Of each invariant the first hundred violations come as they happen, and how many more there were at the end.
 *
 * Law: `from(journal).pipe(monitor({ invariants }))` emits `runFold(breaches(invariants), journal)`. Cost: see `watcher`.
 */
export const monitor = ({ invariants = all }: MonitorOptions = {}): OperatorFunction<Entry, Breach> => {
  const start = watcher(invariants)
  return (entries) =>
    defer(() => {
      const watching = start()
      return concat(
        entries.pipe(mealy(seen, watching)),
        defer(() => from(watching.end()))
      )
    })
}

const seen = (watching: Watcher, entry: Entry): readonly [readonly Breach[], Watcher] => [watching.see(entry), watching]
