import { fits, hasCpus, useWith } from './fits'
import { type Amounts, type Books, type Move, moveIn, resources, utilisation } from './placement'
import { volume } from './volume'

/** Where VMs may go: hosts that take some, and what they keep to. @internal */
export type Elsewhere = {
  readonly thresholds: Amounts
  readonly targets: readonly number[]
  readonly isBarred: (vm: number, to: number) => boolean
  /** Which of the hosts that a VM fits on takes it: by its volume, the fullest, or the emptiest; one without VMs comes last. */
  readonly fit: 'fullest' | 'emptiest'
}

/** Places VMs, those of the highest volume-to-be first, each on a host with room; the books are changed. Those that fit nowhere stay. @internal */
export const elsewhere = (
  books: Books,
  vms: readonly number[],
  { thresholds, targets, isBarred, fit }: Elsewhere
): { readonly moves: readonly Move[]; readonly left: readonly number[] } => {
  const moves: Move[] = []
  const left: number[] = []
  const sign = fit === 'fullest' ? -1 : 1
  for (const vm of heaviestFirst(books, vms)) {
    const from = books.at[vm]
    let best = -1
    let bestKey = Infinity
    for (const to of targets) {
      if (to === from || isBarred(vm, to) || !fits(books, thresholds, to, [vm], [])) continue
      const key = books.on[to].length === 0 ? Number.MAX_VALUE : sign * volume(utilisation(books, to))
      if (key < bestKey) {
        best = to
        bestKey = key
      }
    }
    if (best < 0) {
      left.push(vm)
      continue
    }
    moves.push({ vm, from, to: best })
    moveIn(books, vm, best)
  }
  return { moves, left }
}

/** Puts VMs back. @internal */
export const putBack = (books: Books, moves: readonly Move[]): void => {
  for (const { vm, from } of [...moves].reverse()) moveIn(books, vm, from)
}

/** Why a VM fits on none of the hosts that take some, in words: how many lack what. @internal */
export const whyNowhere = (books: Books, vm: number, { thresholds, targets, isBarred }: Omit<Elsewhere, 'fit'>): string => {
  const others = targets.filter((host) => host !== books.at[vm])
  const { name } = books.placement.vms[vm]
  if (others.length === 0) return `${name} fits nowhere: no other host takes VMs`
  const counts = new Map<string, number>()
  for (const host of others) {
    const what = lack(books, vm, host, thresholds, isBarred)
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  const said = [...counts].map(([what, count]) => `${count} ${what}`)
  return `${name} fits nowhere: of ${others.length} other host${others.length === 1 ? '' : 's'} ${said.join(', ')}`
}

const lack = (books: Books, vm: number, host: number, thresholds: Amounts, isBarred: Elsewhere['isBarred']): string => {
  if (!hasCpus(books, host, vm)) return 'too few CPUs'
  if (isBarred(vm, host)) return 'barred to it'
  const over = resources.find((resource) => !(useWith(books, host, resource, [vm], []) <= thresholds[resource] + 1e-9))
  return over === undefined ? 'with room' : `above ${percent(thresholds[over])} of ${over === 'cpu' ? 'CPU' : over} with it`
}

const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`

/** VMs by the part that they need of the host they are on, the largest of the three resources, the most first. */
const heaviestFirst = ({ placement: { hosts, vms: all }, at }: Books, vms: readonly number[]): readonly number[] => {
  const weigh = (vm: number): number => Math.max(...resources.map((one) => all[vm].needs[one] / hosts[at[vm]].capacity[one]))
  return vms
    .map((vm) => ({ vm, weight: weigh(vm) }))
    .sort((a, b) => b.weight - a.weight || a.vm - b.vm)
    .map(({ vm }) => vm)
}
