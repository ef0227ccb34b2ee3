import { Observable } from 'rxjs'
import type { FleetView } from '../protocol/fleet'
import type { Time } from '../time/time'
import { fleetDemand } from './fleetDemand'
import { fleetMeter } from './fleetMeter'
import { fleetMoves } from './fleetMoves'
import { type CheckedDay, checkedDay, type FleetDayOptions } from './fleetOptions'
import type { FleetRow } from './fleetRow'
import { type FleetShares, fleetShares } from './fleetShares'

/**
 * A day of a fleet under a manager: a row for each look. Hosts share their CPU and their network card among VMs in proportion to what those want, no VM more than its virtual CPUs have cores. Deterministic; the manager's state is born with each
 * subscription. `seen`: is shown what the manager sees, at each look before it decides (for monitors; the view is reused, so copy what is to stay). Cost: O(hosts + VMs) for each look, O(VMs of its hosts) for each end of a move: hosts go on by themselves. Errors: `RangeError` naming the option.
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
  const meter = fleetMeter(options, shares)
  /** Hosts where something ends or begins now, as they were before. */
  let touched: number[] = []
  const isTouched = new Uint8Array(hosts.length)
  const moves = fleetMoves(options, shares, wants, (at, time) => {
    if (isTouched[at] === 1) return
    wants.of(on[at], time)
    meter.until(at, time)
    isTouched[at] = 1
    touched.push(at)
  })
  const { demand, network } = wants
  const { on, arriving, host, moving, given, giveAt, memory, traffic } = shares
  const hasVms = (at: number): 0 | 1 => (on[at].length > 0 ? 1 : 0)
  const isOn = Uint8Array.from(on, (_, at) => hasVms(at))
  const swap = new Float64Array(vms.length)
  const inside: FleetView['inside'][number][] = vms.map(() => undefined)
  let sums = { shutdowns: 0, dropped: 0, brokenNs: 0 }
  let decide = manager.begin(hosts, vms)

  const endIfIdle = (vm: number): void => {
    if (demand[vm] !== 0 || moving[vm] !== 0 || host[vm] < 0) return
    const there = on[host[vm]]
    there.splice(there.indexOf(vm), 1)
    host[vm] = -1
  }
  /** A host that is off now, when all of one time has happened. */
  const settle = (at: number): void => {
    const isStill = options.endsIdle ? (given[at] > 0 ? 1 : 0) : hasVms(at)
    if (isOn[at] === 1 && isStill === 0) sums.shutdowns++
    isOn[at] = isStill
  }
  const endMovesUntil = (until: Time): void => {
    for (let at = moves.next(); at < until; at = moves.next()) {
      const ended = moves.end(at)
      touched.forEach(giveAt)
      if (options.endsIdle) ended.forEach(endIfIdle)
      touched.forEach(settle)
      for (const one of touched) isTouched[one] = 0
      touched = []
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

  if (!options.endsIdle) {
    wants.at(0)
    for (let one = 0; one < hosts.length; one++) meter.until(one, 0)
    lookInside()
  }

  return (look) => {
    const at = look * everyNs + afterNs
    endMovesUntil(at)
    wants.at(at)
    for (let one = 0; one < hosts.length; one++) meter.until(one, at)
    if (options.endsIdle) for (let vm = 0; vm < vms.length; vm++) endIfIdle(vm)
    wants.look(look)
    lookInside()
    const now = view(at)
    seen(now)
    const [commands, next, hotspots = [], notes = []] = decide(now)
    decide = next
    for (const command of commands) moves.obey(command)
    moves.setOut(at)
    for (let one = 0; one < hosts.length; one++) settle(one)
    const happened = moves.take()
    const row: FleetRow = {
      at,
      ...sums,
      ...meter.take(),
      ...happened,
      commands,
      moveJoules: happened.moves.reduce((sum, { joules = 0 }) => sum + joules, 0),
      ...standing(options, shares),
      hotspots,
      notes
    }
    sums = { shutdowns: 0, dropped: 0, brokenNs: 0 }
    return row
  }
}

/** How hosts stand now. */
const standing = (
  { hosts }: CheckedDay,
  { on, isOver, asked, capacity, traffic, memory: allotted }: FleetShares
): Pick<FleetRow, 'active' | 'overloaded' | 'cpu' | 'network' | 'memory'> => {
  const overloaded: number[] = []
  const cpu = new Float64Array(hosts.length)
  const network = new Float64Array(hosts.length)
  const memory = new Float64Array(hosts.length)
  let active = 0
  for (let at = 0; at < hosts.length; at++) {
    if (isOver[at] === 1) overloaded.push(at)
    cpu[at] = asked[at] / capacity[at]
    network[at] = traffic[at] / (hosts[at].networkBytesPerSecond ?? Infinity)
    if (on[at].length === 0) continue
    active++
    let bytes = 0
    for (const vm of on[at]) bytes += allotted[vm]
    memory[at] = bytes / hosts[at].memoryBytes
  }
  return { active, overloaded, cpu, network, memory }
}
