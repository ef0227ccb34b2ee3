import { Observable } from 'rxjs'
import { wattsAt } from '../guest/serverPower'
import type { FleetHost, FleetManager, FleetMove, FleetView, FleetVm } from '../protocol/fleet'
import type { Time } from '../time/time'

/** What moving a VM takes: until it is there, standing still of that, and bytes on the network. */
export type FleetMoveCost = { readonly ns: Time; readonly downtimeNs: Time; readonly bytes: number }

/**
 * A fleet and its day. `utilisations`: of each VM's CPU at 0, `everyNs`, .. (default 300 s), linear between; the day ends with them. `placement`: the host of each VM at the beginning. A manager looks every `everyNs`, `afterNs` behind the sample (default 0).
 *
 * - `moveCost`: of a VM at its demand in MIPS. While it moves it gets `movingShare` of what it would get at its old host (default 1), and its new one has work of `arrivingShare` of it (default 0).
 * - `memoryCounts` (default true): a host whose memory the VMs and those on their way there would exceed refuses a move. `movesTwice` (default false): whether a VM on its way may be sent elsewhere too; it then ends where it gets last.
 * - `endsIdle` (default false): a VM that wants nothing when it is looked at, and is not on its way, ends for good. So CloudSim 4.0 does.
 */
export type FleetDayOptions = {
  readonly hosts: readonly FleetHost[]
  readonly vms: readonly FleetVm[]
  readonly utilisations: readonly ArrayLike<number>[]
  readonly placement: readonly number[]
  readonly manager: FleetManager
  readonly moveCost: (vm: FleetVm, mips: number) => FleetMoveCost
  readonly everyNs?: Time
  readonly afterNs?: Time
  readonly movingShare?: number
  readonly arrivingShare?: number
  readonly memoryCounts?: boolean
  readonly movesTwice?: boolean
  readonly endsIdle?: boolean
}

/**
 * What happened since the row before, and how it stands at a look: joules of all hosts, moves that began and with what cost, moves that were refused and why, hosts that have gone off since; hosts with VMs, hosts of which more is wanted than they have (`overloaded`) and the
 * time that hosts spent so; work that VMs wanted and got, in MIPS x s.
 */
export type FleetRow = {
  readonly at: Time
  readonly joules: number
  readonly moves: readonly (FleetMove & FleetMoveCost & { readonly from: number })[]
  readonly refused: readonly (FleetMove & { readonly reason: string })[]
  readonly shutdowns: number
  readonly active: number
  readonly overloaded: readonly number[]
  readonly overloadedNs: Time
  readonly wanted: number
  readonly given: number
}

/**
 * A day of a fleet under a manager: a row for each look. Hosts share their CPU among VMs in proportion to what those want, no VM more than a core. Deterministic; the manager's state is born with each subscription. Cost: O(VMs) for each look and each end of a move.
 * Errors: `RangeError` naming the option.
 */
export const fleetDay = (options: FleetDayOptions): Observable<FleetRow> => {
  const checked = checkedDay(options)
  return new Observable((observer) => {
    const day = fleet(checked)
    for (let look = 1; look < checked.looks && !observer.closed; look++) observer.next(day.look(look))
    observer.complete()
  })
}

type CheckedDay = Required<FleetDayOptions> & { readonly looks: number }

const checkedDay = (options: FleetDayOptions): CheckedDay => {
  const { hosts, vms, utilisations, placement } = options
  const { everyNs = 300e9, afterNs = 0, movingShare = 1, arrivingShare = 0 } = options
  if (utilisations.length !== vms.length)
    throw new RangeError(`fleetDay: utilisations must be one series for each of ${vms.length} VMs (got ${utilisations.length})`)
  const looks = utilisations[0]?.length ?? 0
  const other = utilisations.findIndex(({ length }) => length !== looks)
  if (other >= 0)
    throw new RangeError(
      `fleetDay: utilisations must be of one length (got ${looks}, and ${utilisations[other].length} of ${vms[other].name})`
    )
  if (placement.length !== vms.length || placement.some((host) => !(Number.isInteger(host) && host >= 0 && host < hosts.length)))
    throw new RangeError(`fleetDay: placement must be one of ${hosts.length} hosts for each of ${vms.length} VMs`)
  if (!(Number.isSafeInteger(everyNs) && everyNs > 0))
    throw new RangeError(`fleetDay: everyNs must be a whole number of ns above 0 (got ${everyNs})`)
  if (!(Number.isSafeInteger(afterNs) && afterNs >= 0 && afterNs < everyNs))
    throw new RangeError(`fleetDay: afterNs must be a whole number of ns below everyNs (got ${afterNs})`)
  for (const [name, share] of Object.entries({ movingShare, arrivingShare }))
    if (!(share >= 0 && share <= 1)) throw new RangeError(`fleetDay: ${name} must be from 0 to 1 (got ${share})`)
  for (const { name, cores, mipsPerCore, memoryBytes, power } of hosts)
    if (!(cores > 0 && mipsPerCore > 0 && memoryBytes > 0 && power.length > 1))
      throw new RangeError(`fleetDay: ${name} must have cores, MIPS and memory above 0, and watts at two utilisations or more`)
  return { memoryCounts: true, movesTwice: false, endsIdle: false, ...options, everyNs, afterNs, movingShare, arrivingShare, looks }
}

type Arrival = { readonly at: Time; readonly vm: number; readonly to: number }

const fleet = (options: CheckedDay): { readonly look: (number: number) => FleetRow } => {
  const { hosts, vms, utilisations, manager, moveCost, everyNs, afterNs } = options
  const capacity = Float64Array.from(hosts, ({ cores, mipsPerCore }) => cores * mipsPerCore)
  const on: number[][] = hosts.map(() => [])
  const arriving: Set<number>[] = hosts.map(() => new Set())
  const host = Int32Array.from(options.placement)
  const moving = new Uint8Array(vms.length)
  const demand = Float64Array.from(vms, ({ mips }) => mips)
  const given = new Float64Array(hosts.length)
  const asked = new Float64Array(hosts.length)
  const served = new Float64Array(hosts.length)
  const isOn = new Uint8Array(hosts.length)
  const isOver = new Uint8Array(hosts.length)
  const sums = { joules: 0, shutdowns: 0, overloadedNs: 0, wanted: 0, given: 0 }
  let arrivals: Arrival[] = []
  let now: Time = 0
  let decide = manager.begin(hosts, vms)
  host.forEach((at, vm) => {
    on[at].push(vm)
    isOn[at] = 1
  })

  const wantAt = (time: Time): void => {
    const slot = Math.floor(time / everyNs)
    const part = time / everyNs - slot
    for (let vm = 0; vm < demand.length; vm++) {
      const samples = utilisations[vm]
      const here = samples[slot]
      demand[vm] = vms[vm].mips * (part === 0 ? here : here + ((samples[slot + 1] ?? here) - here) * part)
    }
  }
  /** What a VM takes at a host of what it wants, were there enough: no more than a core, and less while it moves. */
  const wants = (vm: number, at: number): number => Math.min(demand[vm], hosts[at].mipsPerCore)
  const giveAt = (at: number): void => {
    let work = 0
    let own = 0
    asked[at] = 0
    for (const vm of on[at]) {
      const wanted = wants(vm, at)
      if (arriving[at].has(vm)) work += wanted * options.arrivingShare
      else {
        work += wanted
        own += moving[vm] === 1 ? wanted * options.movingShare : wanted
        asked[at] += demand[vm]
      }
    }
    isOver[at] = work > capacity[at] ? 1 : 0
    given[at] = Math.min(work, capacity[at])
    served[at] = work > capacity[at] ? own * (capacity[at] / work) : own
  }
  /** On to a time: what everybody got since, linear between what it was and what it is. */
  const advance = (time: Time): void => {
    wantAt(time)
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
        leave(on[host[vm]], vm)
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
  const arrive = ({ vm, to }: Arrival): void => {
    if (host[vm] >= 0) leave(on[host[vm]], vm)
    arriving[to].delete(vm)
    leave(on[to], vm)
    on[to].push(vm)
    host[vm] = to
    moving[vm] = 0
  }
  const arriveUntil = (end: Time): void => {
    while (arrivals.length > 0 && arrivals[0].at < end) {
      const { at } = arrivals[0]
      const due = arrivals.filter((one) => one.at === at)
      arrivals = arrivals.slice(due.length)
      if (at > now) advance(at)
      due.forEach(arrive)
      advance(at)
      settle()
    }
  }
  const refusal = ({ vm, to }: FleetMove): string | undefined => {
    if (!(Number.isInteger(vm) && vm >= 0 && vm < vms.length && Number.isInteger(to) && to >= 0 && to < hosts.length))
      return 'there is no such VM or host'
    if (host[vm] < 0) return 'it does not run any more'
    if (host[vm] === to) return 'it is there already'
    if (moving[vm] === 1 && !options.movesTwice) return 'it is on its way already'
    const memory = on[to].reduce((sum, one) => sum + vms[one].memoryBytes, vms[vm].memoryBytes)
    return options.memoryCounts && memory > hosts[to].memoryBytes ? `${hosts[to].name} has not enough memory for it` : undefined
  }
  const begin = (move: FleetMove): FleetRow['moves'][number] | string => {
    const reason = refusal(move)
    if (reason !== undefined) return reason
    const { vm, to } = move
    const cost = moveCost(vms[vm], demand[vm])
    moving[vm] = 1
    if (!arriving[to].has(vm)) {
      arriving[to].add(vm)
      on[to].push(vm)
    }
    giveAt(to)
    giveAt(host[vm])
    arrivals.push({ at: now + Math.max(1, Math.round(cost.ns)), vm, to })
    return { ...move, ...cost, from: host[vm] }
  }

  return {
    look: (number) => {
      const at = number * everyNs + afterNs
      arriveUntil(at)
      advance(at)
      const view: FleetView = { at, hosts, vms, on, arriving, host, moving, demand, given }
      const [decided, next] = decide(view)
      decide = next
      const begun = decided.map((move) => ({ move, was: begin(move) }))
      arrivals.sort((a, b) => a.at - b.at)
      settle()
      const row: FleetRow = {
        at,
        joules: sums.joules,
        moves: begun.flatMap(({ was }) => (typeof was === 'string' ? [] : [was])),
        refused: begun.flatMap(({ move, was }) => (typeof was === 'string' ? [{ ...move, reason: was }] : [])),
        shutdowns: sums.shutdowns,
        active: on.reduce((count, there) => count + (there.length > 0 ? 1 : 0), 0),
        overloaded: [...isOver.keys()].filter((one) => isOver[one] === 1),
        overloadedNs: sums.overloadedNs,
        wanted: sums.wanted,
        given: sums.given
      }
      Object.assign(sums, { joules: 0, shutdowns: 0, overloadedNs: 0, wanted: 0, given: 0 })
      return row
    }
  }
}

const leave = (list: number[], vm: number): void => {
  const index = list.indexOf(vm)
  if (index >= 0) list.splice(index, 1)
}
