import { checkedThresholds, fits, hasCpus, ROUNDING } from './fits'
import { orderedMoves } from './movesInOrder'
import { type Amounts, type Books, booksOf, type Move, moveIn, type Placement, resources, utilisation } from './placement'
import { volume, volumeToSize } from './volume'

/**
 * What to do about a host: a move; a swap, its moves one after the other (over a third host where memory allows it no other way); or nothing, and why. `volumes`: of the host before and after. `vsr`: of the VM that leaves it, volume per
 * MiB.
 */
export type Decision =
  | {
      readonly type: 'move' | 'swap'
      readonly host: number
      readonly moves: readonly Move[]
      readonly vsr: number
      readonly volumes: readonly [before: number, after: number]
    }
  | { readonly type: 'unresolved'; readonly host: number; readonly reason: string }

/**
 * How to relieve hosts: they are to be at most `thresholds` in each resource afterwards, as are those that take VMs. `swapUpTo`: VMs that may come back for one that goes (default 2, ours; 0: no swaps). `isBarred`: moves that must not be, as back to where a
 * VM has just come from. `excluded`: hosts that take nothing, as those that are drained, or off.
 */
export type MitigationOptions = {
  readonly thresholds?: Partial<Amounts>
  readonly swapUpTo?: number
  readonly isBarred?: (vm: number, to: number) => boolean
  readonly excluded?: (host: number) => boolean
}

/**
 * Sandpiper's mitigation (Wood et al., NSDI 2007): from the host of the highest volume on, of those named, the VM of the highest volume-to-size ratio goes to the host of the lowest volume that it fits on; where it fits nowhere the next VM; where
 * none does, it is swapped with VMs of the lowest ratio on the host of the lowest volume where that helps, or the next host; until the host is below every threshold. Hosts that could not be relieved are tried again after others were. What is equal keeps the order of the placement.
 *
 * Laws: a host that takes VMs is below every threshold afterwards, so that no decision makes a hotspot; each decision lowers the volume of the host that it is for; no VM is moved by two decisions; memory never exceeds a host's, nor in the middle of a swap, nor is a third host above a threshold with those that wait on it; names decide nothing. Cost: O(hosts +
 * VMs) and for each decision O(VMs of the host x hosts). Throws `RangeError` naming what is senseless.
 */
export const mitigation = (placement: Placement, hot: readonly number[], options: MitigationOptions = {}): readonly Decision[] => {
  const books = booksOf(placement)
  const rules = rulesOf(options, books)
  for (const host of hot)
    if (!(Number.isInteger(host) && host >= 0 && host < placement.hosts.length))
      throw new RangeError(`mitigation: hot must name hosts by their index (got ${host})`)
  const decisions: Decision[] = []
  const idle = [...new Set(hot)].filter((host) => isWithin(books, rules, host))
  let left = [...new Set(hot)].filter((host) => !idle.includes(host)).sort((a, b) => rules.volumes[b] - rules.volumes[a] || a - b)
  for (let decided = -1; left.length > 0 && decided < decisions.length; ) {
    decided = decisions.length
    left = left.filter((host) => !relieve(books, rules, host, decisions))
  }
  for (const host of idle)
    decisions.push({ type: 'unresolved', host, reason: 'what its VMs need is below every threshold: there is nothing to move' })
  for (const host of left)
    decisions.push({ type: 'unresolved', host, reason: 'none of its VMs fits on another host, nor can any be swapped' })
  return decisions
}

type Rules = {
  readonly thresholds: Amounts
  readonly swapUpTo: number
  readonly isBarred: (vm: number, to: number) => boolean
  /** Hosts that take VMs, in ascending order, and by their volume now, the lowest first. */
  readonly targets: readonly number[]
  readonly byVolume: number[]
  /** The volume of each host now. */
  readonly volumes: Float64Array
  /** The VMs of a host by their ratio, the lowest first, as long as none comes or goes. */
  readonly ratios: (readonly number[] | undefined)[]
  readonly room: Room
  /** VMs that have been moved, and stay. */
  readonly decided: Set<number>
}

const rulesOf = ({ thresholds, swapUpTo = 2, isBarred = () => false, excluded = () => false }: MitigationOptions, books: Books): Rules => {
  const { hosts } = books.placement
  const limits = checkedThresholds('mitigation', thresholds)
  if (!(Number.isInteger(swapUpTo) && swapUpTo >= 0))
    throw new RangeError(`mitigation: swapUpTo must be an integer from 0 on (got ${swapUpTo})`)
  const decided = new Set<number>()
  const targets = hosts.map((_, host) => host).filter((host) => !excluded(host))
  const volumes = Float64Array.from(hosts, (_, host) => volumeOf(books, host))
  return {
    thresholds: limits,
    swapUpTo,
    isBarred: (vm, to) => decided.has(vm) || isBarred(vm, to),
    decided,
    targets,
    byVolume: [...targets].sort((a, b) => volumes[a] - volumes[b] || a - b),
    volumes,
    ratios: hosts.map(() => undefined),
    room: roomOf(books, limits)
  }
}

/** Moves a VM, with all that is known of its hosts. */
const carryOut = (books: Books, { byVolume, volumes, ratios, decided }: Rules, { vm, from, to }: Move): void => {
  moveIn(books, vm, to)
  decided.add(vm)
  for (const host of [from, to]) {
    const was = byVolume.indexOf(host)
    volumes[host] = volumeOf(books, host)
    ratios[host] = undefined
    if (was < 0) continue
    byVolume.splice(was, 1)
    let [low, high] = [0, byVolume.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const other = byVolume[middle]
      if (volumes[other] < volumes[host] || (volumes[other] === volumes[host] && other < host)) low = middle + 1
      else high = middle
    }
    byVolume.splice(low, 0, host)
  }
}

/**
 * Sums of needs in flat arrays, for the loops over all VMs of a host and all hosts: the same arithmetic as `fits` and `useWith`, so the same answers. `count`: so many of the first of `back` leave (or come).
 */
type Room = {
  readonly mayTake: (vm: number, host: number, back: readonly number[], count: number) => boolean
  /** The part of a resource of a host that is used when VMs have come back and one has gone. */
  readonly usedAfter: (r: number, host: number, back: readonly number[], count: number, vm: number) => number
  readonly usedNow: (r: number, host: number) => number
}

const NONE: readonly number[] = []

const roomOf = (books: Books, thresholds: Amounts): Room => {
  const { hosts, vms } = books.placement
  const width = resources.length
  const needs = Float64Array.from(vms.flatMap(({ needs: of }) => resources.map((one) => of[one])))
  const capacity = Float64Array.from(hosts.flatMap((host) => resources.map((one) => host.capacity[one])))
  const limits = resources.map((one) => thresholds[one] + ROUNDING)
  const used = resources.map((one) => books.used[one])
  const sum = (some: readonly number[], count: number, r: number): number => {
    let all = 0
    for (let i = 0; i < count; i++) all += needs[some[i] * width + r]
    return all
  }
  return {
    mayTake: (vm, host, back, count) => {
      for (let r = 0; r < width; r++)
        if (!((used[r][host] + needs[vm * width + r] - sum(back, count, r)) / capacity[host * width + r] <= limits[r])) return false
      return hasCpus(books, host, vm)
    },
    usedAfter: (r, host, back, count, vm) => (used[r][host] + sum(back, count, r) - needs[vm * width + r]) / capacity[host * width + r],
    usedNow: (r, host) => used[r][host] / capacity[host * width + r]
  }
}

/** Relieves a host as far as can be: whether it is below every threshold. */
const relieve = (books: Books, rules: Rules, host: number, decisions: Decision[]): boolean => {
  while (!isWithin(books, rules, host)) {
    const before = rules.volumes[host]
    const candidates = [...ratiosOf(books, rules, host)].reverse()
    const found = moved(books, rules, host, candidates) ?? swapped(books, rules, host, candidates)
    if (found === undefined) return false
    const vsr = ratioOf(books, found.vm)
    for (const move of found.moves) carryOut(books, rules, move)
    decisions.push({
      type: found.moves.length === 1 ? 'move' : 'swap',
      host,
      moves: found.moves,
      vsr,
      volumes: [before, rules.volumes[host]]
    })
  }
  return true
}

type Found = { readonly vm: number; readonly moves: readonly Move[] }

const moved = (books: Books, rules: Rules, from: number, candidates: readonly number[]): Found | undefined => {
  const { byVolume, room } = rules
  for (const vm of candidates) {
    if (isIdle(books, vm)) continue
    const to = byVolume.find((target) => target !== from && room.mayTake(vm, target, NONE, 0) && !rules.isBarred(vm, target))
    if (to !== undefined) return { vm, moves: [{ vm, from, to }] }
  }
  return undefined
}

const swapped = (books: Books, rules: Rules, host: number, candidates: readonly number[]): Found | undefined => {
  const { byVolume, room, swapUpTo } = rules
  const before = rules.volumes[host]
  const known: (readonly number[] | undefined)[] = []
  /** Of a host, the VMs that may come back, the lowest ratios first: the same whoever goes there. */
  const lowestOf = (target: number): readonly number[] => {
    const lowest: number[] = []
    for (const one of ratiosOf(books, rules, target)) {
      if (lowest.length === swapUpTo) break
      if (hasCpus(books, host, one) && !rules.isBarred(one, host)) lowest.push(one)
    }
    return lowest
  }
  for (const vm of candidates)
    for (const target of byVolume) {
      if (target === host) continue
      known[target] ??= lowestOf(target)
      const lowest = known[target]
      if (lowest.length === 0 || !room.mayTake(vm, target, lowest, lowest.length) || rules.isBarred(vm, target)) continue
      let count = 1
      while (!room.mayTake(vm, target, lowest, count)) count++
      if (!lowers(rules, host, lowest, count, vm, before)) continue
      const moves = ordered(books, rules, { vm, from: host, to: target }, lowest.slice(0, count))
      if (moves !== undefined) return { vm, moves }
    }
  return undefined
}

/** Whether a host's volume falls by a swap, and no resource of it that was within its threshold is not any more. */
const lowers = ({ room, thresholds }: Rules, host: number, back: readonly number[], count: number, vm: number, before: number): boolean => {
  const use = (r: number): number => room.usedAfter(r, host, back, count, vm)
  if (!(volume({ cpu: use(0), network: use(1), memory: use(2) }) < before)) return false
  return resources.every((resource, r) => use(r) <= thresholds[resource] + ROUNDING || use(r) <= room.usedNow(r, host))
}

/** The moves of a swap in an order in which memory is enough at every step, over a third host where it must be, which is within its thresholds meanwhile. */
const ordered = (books: Books, { targets, thresholds }: Rules, move: Move, back: readonly number[]): readonly Move[] | undefined => {
  const { from, to } = move
  const mayWait = (vm: number, host: number): boolean => fits(books, thresholds, host, back.includes(vm) ? back : [vm], [])
  const { moves, stuck } = orderedMoves(books, [move, ...back.map((vm): Move => ({ vm, from: to, to: from }))], targets, mayWait)
  return stuck.length === 0 ? moves : undefined
}

const isWithin = (books: Books, rules: Rules, host: number): boolean => fits(books, rules.thresholds, host, [], [])

const isIdle = ({ placement: { vms } }: Books, vm: number): boolean => resources.every((resource) => vms[vm].needs[resource] === 0)

const volumeOf = (books: Books, host: number): number => volume(utilisation(books, host))

const ratiosOf = (books: Books, { ratios }: Rules, host: number): readonly number[] => {
  ratios[host] ??= byRatio(books, books.on[host])
  return ratios[host]
}

/** VMs by their volume-to-size ratio, the lowest first. */
const byRatio = (books: Books, vms: readonly number[]): number[] =>
  vms
    .map((vm) => ({ vm, ratio: ratioOf(books, vm) }))
    .sort((a, b) => a.ratio - b.ratio || b.vm - a.vm)
    .map(({ vm }) => vm)

/** A VM's volume by the part that it uses of the host it is on, per MiB of its size. */
const ratioOf = ({ placement: { vms, hosts }, at }: Books, vm: number): number => {
  const { needs, cpus, sizeBytes } = vms[vm]
  const { capacity } = hosts[at[vm]]
  const own = { cpu: needs.cpu / capacity.cpu, network: needs.network / capacity.network, memory: needs.memory / capacity.memory }
  return volumeToSize(volume(own, cpus), sizeBytes)
}
