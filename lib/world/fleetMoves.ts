import type { AllotMemory, FleetCommand, StartMigration } from '../protocol/fleet'
import type { Time } from '../time/time'
import type { FleetDemand } from './fleetDemand'
import type { CheckedDay, FleetMoveCost } from './fleetOptions'
import type { FleetMove, FleetRow } from './fleetRow'
import type { FleetShares } from './fleetShares'

/** Moves of a fleet on their way, and those that wait: who carries commands out. @internal */
export type FleetMoves = {
  readonly obey: (command: FleetCommand) => void
  /** Those that are not to wait set out, knowing of each other. */
  readonly setOut: (now: Time) => void
  /** When the next one ends; Infinity where none is on its way. */
  readonly next: () => Time
  /** Ends all that end at that time, and begins those whose turn it is then: the VMs that were on their way. */
  readonly end: (at: Time) => readonly number[]
  /** What happened since it was last asked for. */
  readonly take: () => Pick<FleetRow, 'moves' | 'failed' | 'arrived' | 'refused' | 'allotted' | 'waiting'>
}

type Going = {
  readonly ends: Time
  readonly vm: number
  readonly from: number
  readonly to: number
  readonly failed?: string
  readonly lost?: boolean
  readonly rate: number
}

/** See `FleetMoves`. `touch`: is told each host before something changes there that is not a look. Cost: O(VMs of its hosts + log(moves on their way) + moves that wait) each time that one begins or ends. @internal */
export const fleetMoves = (
  options: CheckedDay,
  shares: FleetShares,
  { demand, network }: FleetDemand,
  touch: (host: number, at: Time) => void
): FleetMoves => {
  const { hosts, vms, moveCost, movingShare, parallel } = options
  const { on, arriving, host, moving, memory, keeps, carried, giveAt } = shares
  const busy = new Int32Array(hosts.length)
  const isGiven = new Uint8Array(hosts.length)
  const gone = new Set<number>()
  /** Those on their way, the last to end first; of those that end at one time, the last to begin. */
  const going: Going[] = []
  let waiting: StartMigration[] = []
  let ready: (Omit<StartMigration, 'type'> & { readonly from: number })[] = []
  let told = { moves: [] as FleetMove[], failed: [] as FleetRow['failed'][number][], arrived: [] as FleetRow['arrived'][number][] }
  let answers = { refused: [] as FleetRow['refused'][number][], allotted: [] as FleetRow['allotted'][number][] }

  const memoryWith = (at: number, bytes: number): number => on[at].reduce((sum, one) => sum + memory[one], bytes)
  const isVm = (vm: number): boolean => Number.isInteger(vm) && vm >= 0 && vm < vms.length
  const refusal = ({ vm, to }: StartMigration): string | undefined => {
    if (!(isVm(vm) && Number.isInteger(to) && to >= 0 && to < hosts.length)) return 'there is no such VM or host'
    if (host[vm] < 0) return 'it does not run any more'
    if (host[vm] === to) return 'it is there already'
    if (moving[vm] === 1 && !options.movesTwice) return 'it is on its way already'
    return options.memoryCounts && memoryWith(to, memory[vm]) > hosts[to].memoryBytes
      ? `${hosts[to].name} has not enough memory for it`
      : undefined
  }
  const notAllotted = ({ vm, bytes }: AllotMemory): string | undefined => {
    if (!isVm(vm)) return 'there is no such VM'
    if (!(Number.isFinite(bytes) && bytes > 0)) return 'there must be bytes above 0'
    if (host[vm] < 0) return 'it does not run any more'
    if (moving[vm] === 1) return 'it is on its way'
    const at = host[vm]
    return options.memoryCounts && memoryWith(at, bytes - memory[vm]) > hosts[at].memoryBytes
      ? `${hosts[at].name} has not so much memory`
      : undefined
  }
  const isFree = ({ vm, to }: StartMigration): boolean => busy[to] < parallel && busy[host[vm]] < parallel
  const admit = (command: StartMigration): void => {
    const from = host[command.vm]
    busy[from]++
    busy[command.to]++
    const { vm, to, why } = command
    ready.push({ vm, to, why, from })
  }
  const begin = ({ vm, from, to, why }: (typeof ready)[number], now: Time): void => {
    const load = { mips: demand[vm], network: network[vm], memoryBytes: memory[vm], parallel: Math.max(busy[from], busy[to]) }
    const cost = moveCost(vms[vm], load)
    const ns = Math.max(1, Math.round(cost.ns))
    keeps[vm] = movingShare * Math.max(0, 1 - (cost.lostNs ?? cost.downtimeNs) / ns)
    const rate = (cost.bytes / ns) * 1e9
    carried[from] += rate
    carried[to] += rate
    const ending: Going = { ends: now + ns, vm, from, to, rate, failed: cost.failed, lost: cost.lost }
    going.splice(countAfter(going, ending.ends), 0, ending)
    told.moves.push(moveOf(vm, from, to, now, cost, why))
  }
  const isAdmitted = (one: StartMigration, now: Time): boolean => {
    if (!isFree(one)) return false
    touch(host[one.vm], now)
    touch(one.to, now)
    admit(one)
    return true
  }
  const end = ({ ends: at, vm, from, to, rate, failed, lost }: Going): void => {
    busy[from]--
    busy[to]--
    // Exactly nothing when nothing is on its way, whatever rounding has left.
    for (const one of [from, to]) carried[one] = busy[one] === 0 ? 0 : carried[one] - rate
    keeps[vm] = 1
    arriving[to].delete(vm)
    leave(on[to], vm)
    moving[vm] = 0
    if (failed !== undefined) {
      told.failed.push({ at, vm, from, to, reason: failed, ...(lost && { lost }) })
      if (!lost || host[vm] < 0) return
      leave(on[host[vm]], vm)
      host[vm] = -1
      gone.add(vm)
    } else if (!gone.has(vm)) {
      if (host[vm] >= 0) leave(on[host[vm]], vm)
      on[to].push(vm)
      host[vm] = to
      told.arrived.push({ at, vm, from, to })
    }
  }
  const setOut = (now: Time): void => {
    const all = ready
    ready = []
    for (const one of all) begin(one, now)
    for (const { from, to } of all)
      for (const at of [from, to]) {
        if (isGiven[at] === 0) giveAt(at)
        isGiven[at] = 1
      }
    for (const { from, to } of all) isGiven[from] = isGiven[to] = 0
  }
  return {
    obey: (command) => {
      const reason = command.type === 'startMigration' ? refusal(command) : notAllotted(command)
      if (reason !== undefined) {
        answers.refused.push({ ...command, reason })
        return
      }
      const { vm } = command
      if (command.type === 'allotMemory') {
        memory[vm] = command.bytes
        const { type: _, ...rest } = command
        answers.allotted.push(rest)
        giveAt(host[vm])
        return
      }
      moving[vm] = 1
      if (!arriving[command.to].has(vm)) {
        arriving[command.to].add(vm)
        on[command.to].push(vm)
      }
      if (isFree(command)) admit(command)
      else {
        waiting.push(command)
        giveAt(command.to)
      }
    },
    setOut,
    next: () => (going.length > 0 ? going[going.length - 1].ends : Infinity),
    end: (at) => {
      const ended: number[] = []
      while (going.length > 0 && going[going.length - 1].ends === at) {
        const one = going.pop()!
        touch(one.from, at)
        touch(one.to, at)
        if (host[one.vm] >= 0) touch(host[one.vm], at)
        end(one)
        ended.push(one.vm)
      }
      if (waiting.length > 0) waiting = waiting.filter((one) => !isAdmitted(one, at))
      setOut(at)
      return ended
    },
    take: () => {
      const all = { ...told, ...answers, waiting: waiting.length }
      told = { moves: [], failed: [], arrived: [] }
      answers = { refused: [], allotted: [] }
      return all
    }
  }
}

/** Field by field: there are tens of thousands of them a day. */
const moveOf = (vm: number, from: number, to: number, at: Time, cost: FleetMoveCost, why: string | undefined): FleetMove => {
  const { ns, downtimeNs, bytes, lostNs, joules, failed, lost } = cost
  const move: { -readonly [Name in keyof FleetMove]: FleetMove[Name] } = { vm, to, ns, downtimeNs, bytes, from, at }
  if (why !== undefined) move.why = why
  if (lostNs !== undefined) move.lostNs = lostNs
  if (joules !== undefined) move.joules = joules
  if (failed !== undefined) move.failed = failed
  if (lost !== undefined) move.lost = lost
  return move
}

/** How many end later than that: where one that ends then comes in. */
const countAfter = (going: readonly Going[], ends: Time): number => {
  let low = 0
  let high = going.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (going[middle].ends > ends) low = middle + 1
    else high = middle
  }
  return low
}

const leave = (list: number[], vm: number): void => {
  const index = list.indexOf(vm)
  if (index >= 0) list.splice(index, 1)
}
