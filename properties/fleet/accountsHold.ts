import type { Time } from '../../lib/time/time'
import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * The accounts of a day add up: energy is not negative, nor more than all hosts can take in that time; nobody gets more work than he wants, and no host gives more than it has; no host is overloaded for longer than the time between two looks.
 *
 *     0 <= joules <= seconds x sum of max(power)    0 <= given <= wanted    given(host) <= cores x mipsPerCore    overloadedNs <= hosts x ns
 */
export const accountsHold: FleetInvariant = fleetInvariant<{ readonly before: Time; readonly rounding: number }>({
  name: 'accountsHold',
  sentence: 'Energy is not negative nor more than hosts can take, and nobody gets more than he wants, or than there is.',
  source: 'conservation; watts of a server lie between those of its figures (SPECpower_ssj2008)',
  of: 'world',
  init: () => ({ before: 0, rounding: 1e-9 }),
  step: ({ before, rounding }, { view, row }, tell) => {
    const ns = row.at - before
    const within = (name: string, value: number, most = Infinity): void => {
      if (!(value >= 0 && value <= most * (1 + rounding) + rounding)) tell(`${name} is ${value}, and must be from 0 to ${most}`)
    }
    within('joules', row.joules, (ns / 1e9) * view.hosts.reduce((sum, { power }) => sum + Math.max(...power), 0))
    within('moveJoules', row.moveJoules)
    within('wanted', row.wanted)
    within('given', row.given, row.wanted)
    within('overloadedNs', row.overloadedNs, view.hosts.length * ns)
    within('brokenNs', row.brokenNs, view.vms.length * ns)
    within('dropped', row.dropped)
    view.hosts.forEach(({ name, cores, mipsPerCore }, host) => {
      within(`what ${name} gives`, view.given[host], cores * mipsPerCore)
    })
    return { before: row.at, rounding }
  }
})
