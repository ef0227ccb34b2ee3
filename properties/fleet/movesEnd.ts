import type { Time } from '../../lib/time/time'
import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * Every move that begins ends once, when it has taken as long as it costs: it arrives, or, where it costs that it fails, it fails with its reason and leaves the VM where it was, or nowhere if it costs that too.
 *
 *     begun at t  =>  arrived or failed at t + max(1, ns), once    failed(vm)  =>  host(vm) = from, or none if lost
 */
export const movesEnd: FleetInvariant = fleetInvariant<Memory>({
  name: 'movesEnd',
  sentence: 'Every move that begins ends once and in its time, and one that fails leaves the VM where it was.',
  source: 'a failed migration leaves the VM at the source (Clark et al., NSDI 2005, §3)',
  of: 'world',
  init: ({ endsIdle = false }) => ({ going: [], endsIdle }),
  step: ({ going, endsIdle }, { view, row }, tell) => {
    const begun = row.moves.map(({ at, ns, failed, lost = false, ...one }) => ({
      ...one,
      ends: at + Math.max(1, Math.round(ns)),
      failed,
      lost: failed !== undefined && lost
    }))
    const all: Going[] = [...going, ...begun]
    const nameOf = (vm: number): string => view.vms[vm]?.name ?? `VM ${vm}`
    const ended = [
      ...row.arrived.map((one) => ({ ...one, reason: undefined, where: one.to })),
      ...row.failed.map((one) => ({ ...one, where: one.lost ? -1 : one.from }))
    ]
    for (const { at, vm, from, to, reason, where } of ended) {
      const index = all.findIndex((one) => one.vm === vm && one.from === from && one.to === to)
      if (index < 0) {
        tell(`${nameOf(vm)} ends a move that did not begin, or has ended already`)
        continue
      }
      const [{ ends, failed, lost }] = all.splice(index, 1)
      const its = `the move of ${nameOf(vm)}`
      if (ends !== at) tell(`${its} ends at ${at} ns, and should at ${ends}`)
      if (failed !== reason) tell(`${its} should ${failed === undefined ? 'arrive' : 'fail'} and does not`)
      if (lost !== where < 0) tell(`${its} should ${lost ? '' : 'not '}lose it`)
      const host = view.host[vm]
      if (host === where || (host < 0 && endsIdle)) continue
      tell(`${its} has ${reason === undefined ? 'arrived' : 'failed'}, and it is on ${view.hosts[host]?.name ?? 'no host'}`)
    }
    for (const { vm, ends } of all) if (ends < view.at) tell(`the move of ${nameOf(vm)} should have ended at ${ends} ns`)
    return { going: all.filter(({ ends }) => ends >= view.at), endsIdle }
  }
})

type Memory = { readonly going: readonly Going[]; readonly endsIdle: boolean }
type Going = {
  readonly vm: number
  readonly from: number
  readonly to: number
  readonly ends: Time
  readonly failed: string | undefined
  readonly lost: boolean
}
