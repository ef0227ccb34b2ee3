import { wattsAt } from '../guest/serverPower'
import type { Time } from '../time/time'
import type { CheckedDay } from './fleetOptions'
import type { FleetShares } from './fleetShares'

/** What hosts took and gave and VMs wanted since it was last taken: joules, ns that hosts were overloaded, MIPS x s. @internal */
export type FleetWork = { readonly joules: number; readonly overloadedNs: Time; readonly wanted: number; readonly given: number }

/** Adds up what a fleet does, each host for itself from when something last changed there: linear between what it was and what it is. A kernel. @internal */
export type FleetMeter = {
  /** On to a time at a host, where what its VMs want then is known. */
  readonly until: (host: number, time: Time) => void
  readonly take: () => FleetWork
}

/** See `FleetMeter`. Cost: O(VMs of the host) a time. @internal */
export const fleetMeter = ({ hosts, endsIdle }: CheckedDay, shares: FleetShares): FleetMeter => {
  const { on, given, capacity, asked, served, excess, giveAt } = shares
  const since = new Float64Array(hosts.length)
  const power = hosts.map((host) => host.power)
  let joules = 0
  let overloadedNs = 0
  let wanted = 0
  let got = 0
  return {
    until: (host, time) => {
      const ns = time - since[host]
      const before = given[host]
      since[host] = time
      if (before === 0 && on[host].length === 0) return
      const wasExcess = excess[host]
      const wasAsked = asked[host]
      const wasServed = served[host]
      giveAt(host)
      if (ns === 0 || (endsIdle && before === 0)) return
      const seconds = ns / 1e9
      const full = capacity[host]
      joules += ((wattsAt(power[host], before / full) + wattsAt(power[host], given[host] / full)) / 2) * seconds
      wanted += ((wasAsked + asked[host]) / 2) * seconds
      got += ((wasServed + served[host]) / 2) * seconds
      overloadedNs += Math.round(ns * partAbove(wasExcess, excess[host]))
    },
    take: () => {
      const work = { joules, overloadedNs, wanted, given: got }
      joules = 0
      overloadedNs = 0
      wanted = 0
      got = 0
      return work
    }
  }
}

/** The part of a way from one value to another that is above 0. */
const partAbove = (from: number, to: number): number => {
  if (from > 0) return to > 0 ? 1 : from / (from - to)
  return to > 0 ? to / (to - from) : 0
}
