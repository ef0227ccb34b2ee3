import { negotiationMessages } from '../../lib/protocol/isoMessage'
import type { ThreadOrder, ThreadSignal } from '../../lib/protocol/threadOrder'
import type { Seed } from '../../lib/random/random'
import type { IsoOptions } from '../../lib/world/isoOptions'
import { type ChipWiring, mppaWiring } from '../../lib/world/mppaWiring'
import { onChip } from '../../lib/world/onChip'
import { ranThreads, scripted, type ThreadsRan, wandering } from '../isoThreads'
import { againstEachOther, type Counted, type CountedBySize, messagesCounted, tableBySize } from './messagesCounted'
import type { ReproducedTable, Verdict } from './reproduction'

/** The same threads on the clusters of an MPPA-256, of which no source has figures: what its memory, clocks and network make of PM2's protocol. @internal */
export const pm2OnChip = async (
  seed: Seed,
  progress: (what: string) => Promise<void>
): Promise<{ readonly tables: readonly ReproducedTable[]; readonly verdicts: readonly Verdict[]; readonly notes: readonly string[] }> => {
  const wiring = mppaWiring()
  const bySize: CountedBySize[number][] = []
  for (const clusters of [2, 4, 8, 16]) {
    await progress(`allocations on ${clusters} clusters of a chip`)
    const ran = (allocator: 'iso' | 'naive'): Counted =>
      messagesCounted(wanderers({ ...onChip({ wiring }), nodes: clusters, allocator }, seed))
    bySize.push([clusters, ran('iso'), ran('naive')])
  }
  await progress('negotiations and moves on a chip')
  const negotiations = [2, 4, 8, 16].map((clusters) => [
    clusters,
    ...FIDELITIES.map((fidelity) => negotiationUs(clusters, fidelity, wiring))
  ])
  const moves = HEAPS.map((kilobytes) => [kilobytes, ...FIDELITIES.flatMap((fidelity) => moveUs(kilobytes, fidelity, wiring))])
  const crowd = crowded(wiring)
  return {
    tables: [
      tableBySize(
        'on clusters of an MPPA-256, 512 KiB of memory each: messages for each run of slots, of stacks, blocks of a slot, and one block in twenty of 24 slots',
        'clusters',
        0,
        bySize
      ),
      {
        title: 'time of a negotiation among clusters that nothing disturbs, and messages',
        columns: [
          { name: 'clusters' },
          { name: 'messages', decimals: 0 },
          { name: 'packet by packet', unit: 'us', decimals: 0 },
          { name: 'flit by flit', unit: 'us', decimals: 0 }
        ],
        rows: negotiations.map(([clusters, ...times]) => [clusters, negotiationMessages(clusters, false), ...times])
      },
      {
        title: 'time of a move from cluster 0 to cluster 15, by the heap that goes with a stack of 256 bytes in use',
        columns: [
          { name: 'heap', unit: 'KiB', decimals: 0 },
          { name: 'first, packet by packet', unit: 'us', decimals: 0 },
          { name: 'back and forth', unit: 'us', decimals: 0 },
          { name: 'first, flit by flit', unit: 'us', decimals: 0 },
          { name: 'back and forth ', unit: 'us', decimals: 0 }
        ],
        rows: moves
      },
      {
        title: 'threads of a stack and 64 KiB each that move to one cluster, one after the other',
        columns: [
          { name: 'threads', decimals: 0 },
          { name: 'came', decimals: 0 },
          { name: 'refused', decimals: 0 },
          { name: 'slots there', decimals: 0 },
          { name: 'that go on elsewhere', decimals: 0 }
        ],
        rows: [[crowd.threads, crowd.came, crowd.refused, crowd.slots, crowd.goOn]]
      }
    ],
    verdicts: [
      {
        text: `on a chip, too, fewer messages for a run than negotiating each time (${againstEachOther(bySize)})`,
        holds: bySize.every(([, iso, naive]) => naive.messages > iso.messages)
      },
      {
        text: `what does not fit a cluster stays where it is and goes on (${crowd.came} of ${crowd.threads} threads came, ${crowd.slots} of 128 slots)`,
        holds: crowd.slots <= 128 && crowd.refused > 0 && crowd.came + crowd.refused === crowd.threads && crowd.goOn === crowd.refused
      }
    ],
    notes: [
      'On the chip a message costs what one of a mailbox does in the model that was fitted to the cycles of J. V. Souto (see reproduce nanvix): 60,000 cycles to send, of one core. So the barriers, in which every cluster sends to every other, are nearly all of a negotiation.'
    ]
  }
}

const FIDELITIES = ['hop', 'flit'] as const
const HEAPS = [0, 4, 64, 256]

const wanderers = (options: IsoOptions, seed: Seed): ThreadsRan =>
  ranThreads(
    options,
    Array.from({ length: options.nodes }, (_, i) =>
      wandering({ thread: `t${i}`, node: i, nodes: options.nodes, steps: 8, bytes: 3000, largeBytes: 24 * 4096 - 100, large: 5, seed })
    )
  )

const negotiationUs = (clusters: number, fidelity: 'hop' | 'flit', wiring: ChipWiring): number => {
  const { signals } = ranThreads({ ...onChip({ wiring, fidelity }), nodes: clusters }, [
    scripted('t', [
      { type: 'spawn', node: 1 },
      { type: 'allocate', bytes: 20 * 4096 }
    ])
  ])
  return signals.find((one): one is Extract<ThreadSignal, { readonly type: 'negotiated' }> => one.type === 'negotiated')!.ns / 1000
}

const moveUs = (kilobytes: number, fidelity: 'hop' | 'flit', wiring: ChipWiring): readonly [first: number, again: number] => {
  const { signals } = ranThreads({ ...onChip({ wiring, fidelity }), distribution: { type: 'block' } }, [
    scripted('t', [
      { type: 'spawn', node: 0 },
      ...Array.from({ length: 30 }, (_, i) => ({ type: 'push' as const, word: BigInt(i) })),
      ...(kilobytes === 0 ? [] : [{ type: 'allocate' as const, bytes: kilobytes * 1024 - 40 }]),
      { type: 'migrate', to: 15 },
      { type: 'migrate', to: 0 },
      { type: 'migrate', to: 15 }
    ])
  ])
  const [first, , third] = signals.flatMap((one) => (one.type === 'migrated' ? [one.ns / 1000] : []))
  return [first, third]
}

/** Ten threads that would all go to one cluster, which has memory for seven of them: the others take another block where they are. */
const crowded = (wiring: ChipWiring) => {
  const threads = Array.from({ length: 10 }, (_, i) => `t${i}`)
  const orders = (node: number): readonly ThreadOrder[] => [
    { type: 'spawn', node },
    { type: 'allocate', bytes: 64 * 1024 - 40 },
    { type: 'migrate', to: 0 }
  ]
  const { signals, nodes } = ranThreads(onChip({ wiring }), [
    ...threads.map((thread, i) => ({
      thread,
      start: 0,
      next: (done: number, heard: ThreadSignal | undefined): readonly [number, ThreadOrder | undefined] => [
        done + 1,
        heard?.type === 'refused' ? { type: 'allocate', bytes: 5000 } : orders(i + 1)[done]
      ]
    }))
  ])
  const told = (type: ThreadSignal['type']): readonly string[] =>
    signals.flatMap((one) => (one.type === type && 'thread' in one ? [one.thread] : []))
  const refused = told('refused')
  return {
    threads: threads.length,
    came: told('migrated').length,
    refused: refused.length,
    slots: Object.values(nodes.states()[0].held)
      .flat()
      .reduce((sum, { n }) => sum + n, 0),
    goOn: refused.filter((thread) => told('allocated').filter((one) => one === thread).length === 2).length
  }
}
