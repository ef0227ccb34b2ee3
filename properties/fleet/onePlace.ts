import type { FleetView } from '../../lib/protocol/fleet'
import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * No VM is lost or placed twice: at every look each is on the host where it runs, on one other one at most, and that only while it is on its way there; and it runs where it began, or where its last move brought it.
 *
 *     count(on, vm) = 1 + moving(vm)    and    host(vm) = to of the last row.arrived of vm, or placement(vm)
 *
 * A VM that has ended (`endsIdle`) is nowhere from then on. Not asked of a fleet whose VMs may be sent on while they move (`movesTwice`).
 */
export const onePlace: FleetInvariant = fleetInvariant<{ readonly at: number[]; readonly isAsked: boolean; readonly endsIdle: boolean }>({
  name: 'onePlace',
  sentence: 'Each VM is on one host, and on its way to one other at most: none is lost or placed twice.',
  source: 'conservation of VMs; a VM has one place (Wood et al., NSDI 2007: a VM is mapped to one server)',
  of: 'world',
  init: ({ placement, movesTwice = false, endsIdle = false }) => ({ at: [...placement], isAsked: !movesTwice, endsIdle }),
  step: (memory, { view, row }, tell) => {
    const { at, isAsked, endsIdle } = memory
    if (!isAsked) return memory
    for (const { vm, from, to } of row.arrived) {
      if (at[vm] !== from) tell(`${view.vms[vm].name} arrives from ${nameOf(view, from)} and was on ${nameOf(view, at[vm])}`)
      at[vm] = to
    }
    for (const { vm, lost } of row.failed) if (lost) at[vm] = -1
    view.host.forEach((host, vm) => {
      if (host < 0 && endsIdle) at[vm] = -1
      if (host !== at[vm]) tell(`${view.vms[vm].name} is on ${nameOf(view, host)}, and must be on ${nameOf(view, at[vm])}`)
      const where = view.on.flatMap((there, one) => there.filter((it) => it === vm).map(() => one))
      const coming = view.arriving.flatMap((those, one) => (those.has(vm) ? [one] : []))
      const expected = host < 0 ? [] : view.moving[vm] === 1 ? [host, ...coming] : [host]
      if (where.length !== expected.length || expected.some((one) => !where.includes(one)))
        tell(`${view.vms[vm].name} is on ${listed(view, where)} and must be on ${listed(view, expected)}`)
      if (coming.length !== (view.moving[vm] === 1 ? 1 : 0))
        tell(`${view.vms[vm].name} ${view.moving[vm] === 1 ? 'moves' : 'does not move'}, and ${listed(view, coming)} waits for it`)
    })
    return memory
  }
})

const nameOf = ({ hosts }: FleetView, host: number): string => hosts[host]?.name ?? 'no host'

const listed = (view: FleetView, hosts: readonly number[]): string =>
  hosts.length === 0 ? 'no host' : hosts.map((one) => nameOf(view, one)).join(' and ')
