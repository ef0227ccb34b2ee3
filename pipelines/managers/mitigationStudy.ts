import { greedyPacking } from '../../lib/hotspot/greedyPacking'
import { leastBytesCopied } from '../../lib/hotspot/leastBytesCopied'
import { leastBytesMoved } from '../../lib/hotspot/leastBytesMoved'
import { mitigation } from '../../lib/hotspot/mitigation'
import { movesInOrder } from '../../lib/hotspot/movesInOrder'
import { optimalPacking } from '../../lib/hotspot/optimalPacking'
import type { Move, Placement } from '../../lib/hotspot/placement'
import { type Key, key, split, uniformInt } from '../../lib/random/random'
import type { Cell, ReproducedTable } from '../reproduce/reproduction'
import type { Study } from '../why/study'

/**
 * How well Sandpiper's moves and swaps do beside the optimum, over small random cases with one hotspot or more: `runs` for each load. The optimum is of bytes, and exact: the fewest of VMs that end elsewhere (`leastBytesMoved`), whatever the order, and for tiny cases the fewest that any
 * sequence of moves copies (`leastBytesCopied`). Cases are drawn by the seed, and the same for all.
 */
export const mitigationStudy: Study = {
  name: 'mitigation',
  sentence:
    'Sandpiper’s moves and swaps beside the fewest bytes that resolve the same hotspots; and the greedy packer beside the fewest hosts',
  source: 'mitigation after Wood et al. (NSDI 2007); optima by branch and bound, cases ours',
  run: async ({ seed, runs, progress }) => {
    const rows: Cell[][] = []
    const packed: Cell[][] = []
    const totals = { moves: [0, 0], swaps: [0, 0] }
    for (const load of loads) {
      await progress(`load ${load * 100} %`)
      const cases = drawnCases(split(key(seed), load * 100), runs, { load, hosts: [4, 6], vms: [8, 14] }).map(solved)
      const solvable = cases.filter(({ bytes }) => bytes !== undefined)
      for (const { name, swapUpTo } of ways) {
        const tried = solvable.map((one) => ({ ...one, copied: copiedBy(one.placement, one.hot, swapUpTo) }))
        const both = tried.filter(({ copied }) => copied !== undefined)
        const ratios = both.map(({ copied, bytes }) => copied!.bytes / bytes!).sort((a, b) => a - b)
        if (name in totals) {
          const total = totals[name as keyof typeof totals]
          total[0] += both.length
          total[1] += solvable.length
        }
        rows.push([
          load * 100,
          name,
          cases.length,
          share(solvable.length, cases.length),
          share(both.length, solvable.length),
          at(ratios, 0.5),
          at(ratios, 0.9),
          at(ratios, 1),
          mean(both.map(({ copied }) => copied!.moves)),
          mean(both.map(({ moves }) => moves))
        ])
      }
      packed.push(packing(load, cases))
    }
    await progress('sequences')
    const tiny = loads.map((load) => sequences(split(key(seed), 1000 + load * 100), runs, load))
    return {
      tables: [
        {
          title: `4 to 6 hosts, 8 to 14 VMs, three resources, ${runs} cases for each load (the mean of CPU and network, of what the thresholds allow)`,
          columns: [
            { name: 'load', unit: '%', decimals: 0 },
            { name: 'mitigation by' },
            { name: 'cases', decimals: 0 },
            { name: 'can be resolved', unit: '%', decimals: 1 },
            { name: 'of these it resolves', unit: '%', decimals: 1 },
            { name: 'bytes by the optimum’s: median', decimals: 2 },
            { name: '9 in 10', decimals: 2 },
            { name: 'worst', decimals: 2 },
            { name: 'moves, mean', decimals: 2 },
            { name: 'the optimum’s', decimals: 2 }
          ],
          rows
        },
        sequencesTable(runs, tiny),
        {
          title:
            'The same cases packed anew on as few hosts as can be: the greedy packer beside the fewest, and whether the moves there have an order',
          columns: [
            { name: 'load', unit: '%', decimals: 0 },
            { name: 'greedy packs', unit: '%', decimals: 1 },
            { name: 'hosts, mean', decimals: 2 },
            { name: 'the fewest', decimals: 2 },
            { name: 'as few', unit: '%', decimals: 1 },
            { name: 'bytes moved', unit: 'GiB', decimals: 1 },
            { name: 'moves in order', unit: '%', decimals: 1 },
            { name: 'over a third host', unit: '%', decimals: 1 }
          ],
          rows: packed
        }
      ],
      verdicts: [
        {
          text: `swaps resolve hotspots that moves alone do not: ${totals.swaps[0]} of ${totals.swaps[1]} that can be, beside ${totals.moves[0]}`,
          holds: totals.swaps[0] > totals.moves[0]
        }
      ],
      notes: [
        'What keeps mitigation from the rest is what it is: only VMs of a hotspot leave, only those of the lowest ratios come back in a swap, what has been moved stays, and nobody makes room for others on a third host.',
        'The optimum knows all VMs and hosts at once, may move VMs that are on no hotspot, and counts each VM once; mitigation decides move by move. Ratios are over the cases that both resolve.',
        'Nothing is published to compare these with: Wood et al. measure no distance to an optimum, as far as is recalled.'
      ]
    }
  }
}

const loads = [0.5, 0.65, 0.8, 0.9] as const

const ways = [
  { name: 'moves', swapUpTo: 0 },
  { name: 'swaps', swapUpTo: 2 }
] as const

const GIB = 2 ** 30
const MEMORY_GIB = 16
const THRESHOLD = 0.75

type Sizes = { readonly load: number; readonly hosts: readonly [number, number]; readonly vms: readonly [number, number] }

/** So many placements with a hotspot, each from a stream of its own; those without are passed over. */
const drawnCases = (from: Key, count: number, sizes: Sizes): readonly Placement[] => {
  const cases: Placement[] = []
  for (let draw = 0; cases.length < count; draw++) {
    const placement = drawn(split(from, draw), sizes)
    if (placement !== undefined && hotOf(placement).length > 0) cases.push(placement)
  }
  return cases
}

/** VMs that want from a fifth to nine fifths of the mean of CPU, and up to twice the mean of network; where memory has room for them. */
const drawn = (from: Key, { load, hosts: [fewest, most], vms: [few, many] }: Sizes): Placement | undefined => {
  let counter = 0
  const below = (bound: number): number => uniformInt(from, counter++, bound)
  const hosts = Array.from({ length: fewest + below(most - fewest + 1) }, (_, i) => ({
    name: `h${i}`,
    capacity: { cpu: 100, network: 100, memory: MEMORY_GIB * GIB }
  }))
  const count = few + below(many - few + 1)
  const mean = (load * THRESHOLD * 100 * hosts.length) / count
  const mostGib = Math.max(1, Math.floor((1.2 * MEMORY_GIB * hosts.length) / count))
  const free = hosts.map(() => MEMORY_GIB)
  const at: number[] = []
  const vms = Array.from({ length: count }, (_, i) => {
    const memory = 1 + below(mostGib)
    const cpu = Math.min(THRESHOLD * 100, Math.round((mean * (200 + below(1601))) / 1000))
    const network = Math.min(THRESHOLD * 100, Math.round((mean * below(2001)) / 1000))
    const host = [below(hosts.length), ...hosts.keys()].find((one) => free[one] >= memory)
    if (host !== undefined) {
      free[host] -= memory
      at.push(host)
    }
    return { name: `v${i}`, needs: { cpu, network, memory: memory * GIB }, sizeBytes: memory * GIB }
  })
  return at.length === count ? { hosts, vms, at } : undefined
}

const hotOf = ({ hosts, vms, at: where }: Placement): readonly number[] =>
  hosts.flatMap((_, host) => {
    const there = vms.filter((_vm, i) => where[i] === host)
    const sum = (of: 'cpu' | 'network'): number => there.reduce((all, { needs }) => all + needs[of], 0)
    return Math.max(sum('cpu'), sum('network')) > THRESHOLD * 100 ? [host] : []
  })

type Solved = { readonly placement: Placement; readonly hot: readonly number[]; readonly bytes?: number; readonly moves: number }

const solved = (placement: Placement): Solved => {
  const optimum = leastBytesMoved(placement)
  if (!optimum.isProven) throw new Error('mitigationStudy: the optimum of a case must be proven')
  const hot = hotOf(placement)
  return optimum.type === 'packed'
    ? { placement, hot, bytes: optimum.bytes, moves: optimum.at.filter((host, vm) => host !== placement.at[vm]).length }
    : { placement, hot, moves: 0 }
}

type Copied = { readonly bytes: number; readonly moves: number }

const copiedBy = (placement: Placement, hot: readonly number[], swapUpTo: number): Copied | undefined => {
  const decisions = mitigation(placement, hot, { swapUpTo })
  const all: Move[] = []
  for (const decision of decisions) {
    if (decision.type === 'unresolved') return undefined
    all.push(...decision.moves)
  }
  return { bytes: all.reduce((sum, { vm }) => sum + placement.vms[vm].sizeBytes, 0), moves: all.length }
}

const packing = (load: number, cases: readonly Solved[]): Cell[] => {
  const both = cases.flatMap(({ placement }) => {
    const [greedy, fewest] = [greedyPacking(placement), optimalPacking(placement)]
    return greedy.type === 'packed' && fewest.type === 'packed' ? [{ placement, greedy, fewest }] : []
  })
  const orders = both.map(({ placement, greedy }) => movesInOrder(placement, greedy.at))
  const packable = cases.filter(({ bytes }) => bytes !== undefined).length
  return [
    load * 100,
    share(both.length, packable),
    mean(both.map(({ greedy }) => greedy.hosts)),
    mean(both.map(({ fewest }) => fewest.hosts)),
    share(both.filter(({ greedy, fewest }) => greedy.hosts === fewest.hosts).length, both.length),
    mean(both.map(({ greedy }) => greedy.bytes / GIB)),
    share(orders.filter(({ stuck }) => stuck.length === 0).length, both.length),
    share(orders.filter(({ moves }) => new Set(moves.map(({ vm }) => vm)).size < moves.length).length, both.length)
  ]
}

/** Tiny cases, in which the cheapest of all sequences of moves is known. */
const sequences = (from: Key, runs: number, load: number): Cell[] => {
  const cases = drawnCases(from, runs, { load, hosts: [3, 4], vms: [6, 7] }).map((placement) => {
    const optimum = leastBytesMoved(placement)
    const cheapest = leastBytesCopied(placement)
    const copied = copiedBy(placement, hotOf(placement), 2)
    return { optimum, cheapest, copied }
  })
  const possible = cases.flatMap(({ optimum, cheapest, copied }) =>
    optimum.type === 'packed' && cheapest.type === 'found' ? [{ least: optimum.bytes, bytes: cheapest.bytes, copied }] : []
  )
  const both = possible.flatMap(({ bytes, copied }) => (copied === undefined ? [] : [copied.bytes / bytes])).sort((a, b) => a - b)
  return [
    load * 100,
    cases.length,
    share(cases.filter(({ optimum }) => optimum.type === 'packed').length, cases.length),
    share(possible.length, cases.length),
    share(possible.filter(({ least, bytes }) => least === bytes).length, possible.length),
    share(both.length, possible.length),
    at(both, 0.5),
    at(both, 0.9),
    at(both, 1)
  ]
}

const sequencesTable = (runs: number, rows: readonly (readonly Cell[])[]): ReproducedTable => ({
  title: `Sequences: 3 or 4 hosts, 6 or 7 VMs, ${runs} cases for each load; mitigation by swaps beside the cheapest moves one after the other with memory at every step`,
  columns: [
    { name: 'load', unit: '%', decimals: 0 },
    { name: 'cases', decimals: 0 },
    { name: 'a placement resolves', unit: '%', decimals: 1 },
    { name: 'a sequence gets there', unit: '%', decimals: 1 },
    { name: 'for no more bytes', unit: '%', decimals: 1 },
    { name: 'mitigation too', unit: '%', decimals: 1 },
    { name: 'bytes by the cheapest’s: median', decimals: 2 },
    { name: '9 in 10', decimals: 2 },
    { name: 'worst', decimals: 2 }
  ],
  rows
})

const share = (some: number, all: number): Cell => (all === 0 ? undefined : (100 * some) / all)
const at = (sorted: readonly number[], part: number): Cell =>
  sorted.length === 0 ? undefined : sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]
const mean = (of: readonly number[]): Cell => (of.length === 0 ? undefined : of.reduce((sum, one) => sum + one, 0) / of.length)
