import { elsewhere, putBack, whyNowhere } from './elsewhere'
import { checkedThresholds } from './fits'
import type { MitigationOptions } from './mitigation'
import { type Books, booksOf, type Move, type Placement, type VmNeed } from './placement'

/** What a host that is drained does now: moves that begin, and those that wait until others are over; or a VM that fits nowhere, and why. */
export type Draining =
  | {
      readonly type: 'drained'
      readonly host: number
      readonly moves: readonly Move[]
      readonly waiting: readonly Move[]
      readonly why: string
    }
  | { readonly type: 'unresolved'; readonly host: number; readonly vm: number; readonly reason: string }

/** Which of two VMs of a drained host goes first: that of a number below 0. Pure. */
export type DrainOrder = (a: VmNeed, b: VmNeed) => number

/**
 * The VM that is copied soonest goes first: of moves that share a link or follow each other, this has the most VMs away at any time, and the least time until a VM is safe, in the mean (shortest processing time first; Smith 1956). When the last one is away does not
 * depend on the order, and a drain that is called off has lost the least. Sandpiper has no such rule: ours.
 */
export const smallestFirst: DrainOrder = (a, b) => a.sizeBytes - b.sizeBytes

/** The VM that is copied last goes first: the longest move is begun while there is time. */
export const largestFirst: DrainOrder = (a, b) => b.sizeBytes - a.sizeBytes

/** `parallel`: VMs of a host on their way at once, at most (default 1); `underWay`: how many of them are already (default 0); `order`: which goes first (default `smallestFirst`); the others as in mitigation. */
export type DrainingOptions = Pick<MitigationOptions, 'thresholds' | 'isBarred' | 'excluded'> & {
  readonly parallel?: number
  readonly underWay?: (host: number) => number
  readonly order?: DrainOrder
}

/**
 * Draining hosts for maintenance: each of their VMs goes to another host within its thresholds; that of the lowest volume of those with VMs, or, where some fit nowhere so, the fullest. Places are chosen for the heaviest VM first, since it is the hardest to place; VMs go in their own order. Nothing goes to a host that is drained.
 *
 *     drained(placement, [0, 1], { parallel: 2 })
 *
 * Laws: no move to a host that is drained; of each at most `parallel` begin, those under way counted; each VM is moved, waits, is barred everywhere, or is named with why it fits nowhere; names decide nothing. Cost: O(VMs that leave x hosts). Throws `RangeError` naming what is senseless.
 */
export const drained = (placement: Placement, hosts: readonly number[], options: DrainingOptions = {}): readonly Draining[] => {
  const { thresholds: given, isBarred = () => false, excluded = () => false, underWay = () => 0 } = options
  const { parallel = 1, order = smallestFirst } = options
  const books = booksOf(placement)
  const thresholds = checkedThresholds('drained', given)
  for (const host of hosts)
    if (!(Number.isInteger(host) && host >= 0 && host < placement.hosts.length))
      throw new RangeError(`drained: hosts must be named by their index (got ${host})`)
  if (!(parallel >= 1)) throw new RangeError(`drained: parallel must be from 1 on (got ${parallel})`)
  const closed = new Set(hosts)
  const targets = placement.hosts.map((_, host) => host).filter((host) => !closed.has(host) && !excluded(host))
  const rules = { thresholds, targets, isBarred }
  return [...closed].flatMap((host): readonly Draining[] => {
    const { name } = placement.hosts[host]
    const mayGo = books.on[host].filter((vm) => targets.length === 0 || targets.some((to) => !isBarred(vm, to)))
    if (mayGo.length === 0) return []
    const { moves, left } = placed(books, mayGo, rules)
    const inOrder = [...moves].sort((a, b) => order(placement.vms[a.vm], placement.vms[b.vm]) || a.vm - b.vm)
    const now = Math.max(0, parallel - underWay(host))
    const [begin, waiting] = [inOrder.slice(0, now), inOrder.slice(now)]
    const where = begin.map(({ vm, to }) => `${placement.vms[vm].name} to ${placement.hosts[to].name}`).join(', ')
    const why = `${name} is drained: ${begin.length === 0 ? 'none' : where} now, ${waiting.length} wait${waiting.length === 1 ? 's' : ''} (at most ${parallel} at a time)`
    return [
      ...(moves.length > 0 ? [{ type: 'drained', host, moves: begin, waiting, why } as const] : []),
      ...left.map((vm) => ({ type: 'unresolved', host, vm, reason: whyNowhere(books, vm, rules) }) as const)
    ]
  })
}

/** Places for VMs, in the way that leaves fewer of them. */
const placed = (books: Books, vms: readonly number[], rules: Parameters<typeof whyNowhere>[2]): ReturnType<typeof elsewhere> => {
  const spread = elsewhere(books, vms, { ...rules, fit: 'emptiest' })
  if (spread.left.length === 0) return spread
  putBack(books, spread.moves)
  const filled = elsewhere(books, vms, { ...rules, fit: 'fullest' })
  if (filled.left.length < spread.left.length) return filled
  putBack(books, filled.moves)
  return elsewhere(books, vms, { ...rules, fit: 'emptiest' })
}
