import { checkedThresholds, fits, hasCpus, ROUNDING, useWith } from './fits'
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
 * How to relieve hosts: they are to be at most `thresholds` in each resource afterwards, as are those that take VMs. `swapUpTo`: VMs that may come back for one that goes (0: no swaps). `isBarred`: moves that must not be, as back to where a
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
 * Laws: a host that takes VMs is below every threshold afterwards, so that no decision makes a hotspot; each decision lowers the volume of the host that it is for; no VM is moved by two decisions; memory never exceeds a host's, nor in the middle of a swap; names decide nothing. Cost: O(hosts +
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
  readonly targets: readonly number[]
  /** The volume of each host now. */
  readonly volumes: Float64Array
  /** VMs that have been moved, and stay. */
  readonly decided: Set<number>
}

const rulesOf = ({ thresholds, swapUpTo = 2, isBarred = () => false, excluded = () => false }: MitigationOptions, books: Books): Rules => {
  const { hosts } = books.placement
  const limits = checkedThresholds('mitigation', thresholds)
  if (!(Number.isInteger(swapUpTo) && swapUpTo >= 0))
    throw new RangeError(`mitigation: swapUpTo must be an integer from 0 on (got ${swapUpTo})`)
  const decided = new Set<number>()
  return {
    thresholds: limits,
    swapUpTo,
    isBarred: (vm, to) => decided.has(vm) || isBarred(vm, to),
    decided,
    targets: hosts.map((_, host) => host).filter((host) => !excluded(host)),
    volumes: Float64Array.from(hosts, (_, host) => volumeOf(books, host))
  }
}

/** Relieves a host as far as can be: whether it is below every threshold. */
const relieve = (books: Books, rules: Rules, host: number, decisions: Decision[]): boolean => {
  while (!isWithin(books, rules, host)) {
    const before = rules.volumes[host]
    const candidates = byRatio(books, books.on[host]).reverse()
    const targets = rules.targets.filter((one) => one !== host).sort((a, b) => rules.volumes[a] - rules.volumes[b] || a - b)
    const found = moved(books, rules, candidates, targets) ?? swapped(books, rules, host, candidates, targets)
    if (found === undefined) return false
    const vsr = ratioOf(books, found.vm)
    for (const { vm, from, to } of found.moves) {
      moveIn(books, vm, to)
      for (const changed of [from, to]) rules.volumes[changed] = volumeOf(books, changed)
      rules.decided.add(vm)
    }
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

const moved = (books: Books, rules: Rules, candidates: readonly number[], targets: readonly number[]): Found | undefined => {
  for (const vm of candidates) {
    if (isIdle(books, vm)) continue
    const to = targets.find((target) => !rules.isBarred(vm, target) && fits(books, rules.thresholds, target, [vm], []))
    if (to !== undefined) return { vm, moves: [{ vm, from: books.at[vm], to }] }
  }
  return undefined
}

const swapped = (
  books: Books,
  rules: Rules,
  host: number,
  candidates: readonly number[],
  targets: readonly number[]
): Found | undefined => {
  const before = rules.volumes[host]
  const known = new Map<number, readonly number[]>()
  /** Of a host, the VMs that may come back, the lowest ratios first: the same whoever goes there. */
  const lowestOf = (target: number): readonly number[] => {
    const lowest =
      known.get(target) ??
      byRatio(
        books,
        books.on[target].filter((one) => hasCpus(books, host, one) && !rules.isBarred(one, host))
      ).slice(0, rules.swapUpTo)
    known.set(target, lowest)
    return lowest
  }
  for (const vm of candidates)
    for (const target of targets) {
      if (rules.isBarred(vm, target)) continue
      const lowest = lowestOf(target)
      for (let count = 1; count <= lowest.length; count++) {
        const back = lowest.slice(0, count)
        if (!fits(books, rules.thresholds, target, [vm], back)) continue
        if (!(volumeWith(books, host, back, [vm]) < before) || worsens(books, rules, host, back, [vm])) break
        const moves = ordered(books, rules, { vm, from: host, to: target }, back)
        if (moves !== undefined) return { vm, moves }
        break
      }
    }
  return undefined
}

/** The moves of a swap in an order in which memory is enough at every step, over a third host where it must be. */
const ordered = (books: Books, { targets }: Rules, move: Move, back: readonly number[]): readonly Move[] | undefined => {
  const { from, to } = move
  const { moves, stuck } = orderedMoves(books, [move, ...back.map((vm): Move => ({ vm, from: to, to: from }))], targets)
  return stuck.length === 0 ? moves : undefined
}

/** Whether a resource that was within its threshold is not any more. */
const worsens = (books: Books, { thresholds }: Rules, host: number, joining: readonly number[], leaving: readonly number[]): boolean =>
  resources.some((resource) => {
    const after = useWith(books, host, resource, joining, leaving)
    return after > thresholds[resource] + ROUNDING && after > useWith(books, host, resource, [], [])
  })

const isWithin = (books: Books, rules: Rules, host: number): boolean => fits(books, rules.thresholds, host, [], [])

const isIdle = ({ placement: { vms } }: Books, vm: number): boolean => resources.every((resource) => vms[vm].needs[resource] === 0)

const volumeOf = (books: Books, host: number): number => volume(utilisation(books, host))

const volumeWith = (books: Books, host: number, joining: readonly number[], leaving: readonly number[]): number =>
  volume({
    cpu: useWith(books, host, 'cpu', joining, leaving),
    network: useWith(books, host, 'network', joining, leaving),
    memory: useWith(books, host, 'memory', joining, leaving)
  })

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
