import type { Time } from '../../lib/time/time'
import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * A host takes part in no more moves at once than it may, whether they leave it or come.
 *
 *     count(moves of host, begun <= t < ended)  <=  parallel
 */
export const parallelKept: FleetInvariant = fleetInvariant<Memory>({
  name: 'parallelKept',
  sentence: 'A host takes part in no more moves at once than it may.',
  source: 'the option `parallel` of a fleet’s day',
  of: 'world',
  init: ({ parallel = Infinity }) => ({ parallel, going: [] }),
  step: ({ parallel, going }, { view, row }, tell) => {
    let now = going
    for (const { from, to, at, ns } of row.moves) {
      now = [...now.filter(({ ends }) => ends > at), { from, to, ends: at + Math.max(1, Math.round(ns)) }]
      for (const host of [from, to]) {
        const count = now.filter((one) => one.from === host || one.to === host).length
        if (count > parallel) tell(`${view.hosts[host].name} takes part in ${count} moves at once, and may in ${parallel}`)
      }
    }
    return { parallel, going: now }
  }
})

type Memory = { readonly parallel: number; readonly going: readonly { readonly from: number; readonly to: number; readonly ends: Time }[] }
