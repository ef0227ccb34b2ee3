import { Observable } from 'rxjs'
import { wattsAt } from '../guest/serverPower'
import type { FleetView } from '../protocol/fleet'
import type { Time } from '../time/time'
import { fleetDemand } from './fleetDemand'
import { fleetMoves } from './fleetMoves'
import { type CheckedDay, checkedDay, type FleetDayOptions } from './fleetOptions'
import type { FleetRow } from './fleetRow'
import { fleetShares } from './fleetShares'

/**
 * A day of a fleet under a manager: a row for each look. Hosts share their CPU and their network card among VMs in proportion to what those want, no VM more than its virtual CPUs have cores. Deterministic; the manager's state is born with each
 * subscription. `seen`: is shown what the manager sees, at each look before it decides (for monitors; the view is reused, so copy what is to stay). Cost: O(VMs) for each look and each end of a move. Errors: `RangeError` naming the option.
 */
export const fleetDay = (options: FleetDayOptions, seen?: (view: FleetView) => void): Observable<FleetRow> => {
  const rows = fleetRows(options, seen)
  return new Observable((observer) => {
    for (const row of rows) {
      if (observer.closed) return
      observer.next(row)
    }
    observer.complete()
  })
}

/** The rows of `fleetDay` for who wants to do something else between them: each is made when it is asked for. The manager's state is born with each iteration. */
export const fleetRows = (options: FleetDayOptions, seen: (view: FleetView) => void = () => {}): Iterable<FleetRow> => {
  const checked = checkedDay(options)
  return {
    [Symbol.iterator]: () => {
      const day = fleet(checked, seen)
      let look = 1
      return { next: () => (look < checked.looks ? { done: false, value: day(look++) } : { done: true, value: undefined }) }
    }
  }
}

const fleet = (options: CheckedDay, seen: (view: FleetView) => void): ((look: number) => FleetRow) => {
  const { hosts, vms, services = [], manager, everyNs, afterNs } = options
  const wants = fleetDemand(options)
  const shares = fleetShares(options, wants)
  const moves = fleetMoves(options, shares, wants)
  const { demand, network } = wants
  const { on, arriving, host, moving, given, capacity, asked, served, isOver, giveAt, memory, traffic } = shares
  const isOn = Uint8Array.from(on, (there) => (there.length > 0 ? 1 : 0))
  const swap = new Float64Array(vms.length)
  const inside: FleetView['inside'][number][] = vms.map(() => undefined)
  const sums = { joules: 0, shutdowns: 0, overloadedNs: 0, wanted: 0, given: 0, dropped: 0, brokenNs: 0 }
  let now: Time = 0
  let decide = manager.begin(hosts, vms)

  /** On to a time: what everybody got since, linear between what it was and what it is. */
  const advance = (time: Time): void => {
    wants.at(time)
    const seconds = (time - now) / 1e9
    for (let at = 0; at < hosts.length; at++) {
      const before = given[at]
      if (on[at].length === 0 && before === 0) continue
      const [wasOver, wasAsked, wasServed] = [isOver[at], asked[at], served[at]]
      giveAt(at)
      if (seconds === 0 || before === 0) continue
      const { power } = hosts[at]
      sums.joules += ((wattsAt(power, before / capacity[at]) + wattsAt(power, given[at] / capacity[at])) / 2) * seconds
      sums.wanted += ((wasAsked + asked[at]) / 2) * seconds
      sums.given += ((wasServed + served[at]) / 2) * seconds
      if (wasOver === 1) sums.overloadedNs += time - now
    }
    now = time
    if (options.endsIdle) endIdle()
  }
  const endIdle = (): void => {
    for (let vm = 0; vm < demand.length; vm++)
      if (demand[vm] === 0 && moving[vm] === 0 && host[vm] >= 0) {
        const there = on[host[vm]]
        there.splice(there.indexOf(vm), 1)
        host[vm] = -1
      }
  }
  /** Hosts that have nothing to do any more, when all of one time has happened. */
  const settle = (): void => {
    for (let at = 0; at < hosts.length; at++) {
      const isBusy = given[at] > 0 ? 1 : 0
      if (isOn[at] === 1 && isBusy === 0) sums.shutdowns++
      isOn[at] = isBusy
    }
  }
  const endMovesUntil = (until: Time): void => {
    for (let at = moves.next(); at < until; at = moves.next()) {
      if (at > now) advance(at)
      moves.end(at)
      advance(at)
      settle()
    }
  }
  /** Services as they are now; what they dropped and broke since the last look, as it was then. */
  const lookInside = (): void => {
    services.forEach((_, vm) => {
      const before = inside[vm]
      inside[vm] = shares.inside(vm)
      const after = inside[vm]
      if (before === undefined || after === undefined) return
      sums.dropped += ((before.droppedPerSecond + after.droppedPerSecond) / 2) * (everyNs / 1e9)
      if (before.responseSeconds > before.promisedSeconds) sums.brokenNs += everyNs
    })
  }
  const view = (at: Time): FleetView => {
    for (let vm = 0; vm < vms.length; vm++) swap[vm] = shares.swapOf(vm)
    return { at, hosts, vms, on, arriving, host, moving, demand, network, memory, swap, lost: wants.lost, inside, given, traffic }
  }

  return (look) => {
    const at = look * everyNs + afterNs
    endMovesUntil(at)
    advance(at)
    wants.look(look)
    lookInside()
    const now = view(at)
    seen(now)
    const [commands, next, hotspots = []] = decide(now)
    decide = next
    for (const command of commands) moves.obey(command)
    moves.setOut(at)
    settle()
    const happened = moves.take()
    const row: FleetRow = {
      at,
      ...sums,
      ...happened,
      commands,
      moveJoules: happened.moves.reduce((sum, { joules = 0 }) => sum + joules, 0),
      active: on.reduce((count, there) => count + (there.length > 0 ? 1 : 0), 0),
      overloaded: [...isOver.keys()].filter((one) => isOver[one] === 1),
      cpu: Float64Array.from(hosts, (_, one) => asked[one] / capacity[one]),
      network: Float64Array.from(hosts, ({ networkBytesPerSecond = Infinity }, one) => traffic[one] / networkBytesPerSecond),
      memory: Float64Array.from(hosts, ({ memoryBytes }, one) => on[one].reduce((sum, vm) => sum + memory[vm], 0) / memoryBytes),
      hotspots
    }
    Object.assign(sums, { joules: 0, shutdowns: 0, overloadedNs: 0, wanted: 0, given: 0, dropped: 0, brokenNs: 0 })
    return row
  }
}
