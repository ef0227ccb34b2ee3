import { addressOfRun, isoArea } from '../../lib/memory/isoArea'
import { type PointerFinding, rewrittenPointer, rewrittenWords } from '../../lib/memory/pointerRewriting'
import { pm2Distribution, type SlotDistribution } from '../../lib/memory/slotDistribution'
import { negotiationMessages } from '../../lib/protocol/isoMessage'
import type { IsoAllocator } from '../../lib/protocol/isoNodeState'
import type { ThreadSignal } from '../../lib/protocol/threadOrder'
import { draw, key, type Seed, split } from '../../lib/random/random'
import { formatNumber } from '../../lib/report/numbers'
import { ranThreads, scripted, type ThreadsRan, wandering } from '../isoThreads'
import { againstEachOther, type CountedBySize, messagesCounted, tableBySize } from './messagesCounted'
import { pm2OnChip } from './pm2OnChip'
import type { Reproduced, Reproduction, Verdict } from './reproduction'

/** Iso-address threads: messages for an allocation beside the naive allocator's, what runs of several slots need, negotiations, migrations, and pointers that are rewritten instead. */
export const pm2: Reproduction = {
  name: 'pm2',
  sentence:
    'iso-address threads: messages per allocation against negotiating each time, runs of several slots, negotiation and migration times, and pointers rewritten instead',
  source: 'Antoniu, Bougé and Namyst, RR-3610 (inria-00565361), abstract; PM2, isoaddr.c',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    const bySize: CountedBySize[number][] = []
    for (const nodes of [2, 4, 8, 16]) {
      await progress(`allocations on ${nodes} nodes`)
      bySize.push([nodes, messagesCounted(wanderers(nodes, 'iso', seed)), messagesCounted(wanderers(nodes, 'naive', seed))])
    }
    await progress('runs of several slots')
    const byRun = RUNS.map((n) => [n, ...DISTRIBUTIONS.map(([, distribution]) => runMessages(n, distribution))] as const)
    await progress('negotiations')
    const negotiations = [2, 3, 4, 8, 16].map(
      (nodes) => [nodes, negotiationUs(nodes, RECALLED_SLOTS), negotiationUs(nodes, 131_072)] as const
    )
    await progress('migrations')
    const migrations = HEAPS.map((kilobytes) => [kilobytes, migrationUs(kilobytes)] as const)
    const pointers = rewritings(seed)
    const chip = await pm2OnChip(seed, progress)
    return {
      tables: [
        tableBySize(
          'messages for each run of slots that a thread gets: stacks, blocks of one slot, and one block in twenty of 24 slots',
          'nodes',
          1,
          bySize
        ),
        {
          title: 'messages for a run of n slots on four nodes, asked for on node 1, by who owns the slots at the start',
          columns: [{ name: 'slots', decimals: 0 }, ...DISTRIBUTIONS.map(([name]) => ({ name, decimals: 0 }))],
          rows: byRun
        },
        {
          title: 'time of a negotiation that nothing disturbs',
          columns: [
            { name: 'nodes' },
            { name: 'messages', decimals: 0 },
            { name: 'remembered, unverified', unit: 'us', decimals: 0 },
            { name: 'maps of 7 KB', unit: 'us', decimals: 0 },
            { name: 'maps of 16 KB (PM2)', unit: 'us', decimals: 0 }
          ],
          rows: negotiations.map(([nodes, small, large]) => [
            nodes,
            negotiationMessages(nodes, false),
            255 + 165 * (nodes - 2),
            small,
            large
          ])
        },
        {
          title: 'time of a migration, by the heap that goes with a stack of 256 bytes in use',
          columns: [
            { name: 'heap', unit: 'KiB', decimals: 0 },
            { name: 'first', unit: 'us', decimals: 1 },
            { name: 'back and forth', unit: 'us', decimals: 1 }
          ],
          rows: migrations.map(([kilobytes, [first, again]]) => [kilobytes, first, again])
        },
        {
          title:
            'words that are wrong after a thread of 2,048 words has moved: 512 pointers, 64 pointers with a mark, 64 integers that look like pointers',
          columns: [
            { name: 'how' },
            { name: 'pointers wrong', decimals: 0 },
            { name: 'marked pointers wrong', decimals: 0 },
            { name: 'integers wrong', decimals: 0 }
          ],
          rows: pointers
        },
        ...chip.tables
      ],
      verdicts: [...verdictsOf(bySize, byRun, migrations, pointers), ...chip.verdicts],
      notes: [
        ...chip.notes,
        'The network is stated, not fitted: 126 MB/s, 5 us, 8 us of software at each end of a message, 3 ns for each byte of a map or of a thread that comes in, 5 us for an mmap. None of it was read anywhere: BIP on Myrinet and Pentium Pro are remembered.',
        'Of the times of negotiations only remembered figures are at hand (255 us for two nodes and 165 us for each further one), and they are shown beside, not aimed at. Maps of 7 KB are of an area of 3.5 GB in slots of 64 KB, remembered too; PM2 has 131,072 slots, of 4 KB.',
        'The barrier is of everybody with everybody, as in the source: messages grow with the square of the nodes, the time of each node with their number.',
        'In PM2 a slot in a cache is in no map, so that nobody can take it; the same here.'
      ]
    }
  }
}

const RUNS = [1, 2, 8, 16, 17, 32, 64, 256]
const HEAPS = [0, 4, 64, 1024]
const RECALLED_SLOTS = 57_344

const DISTRIBUTIONS: readonly (readonly [name: string, distribution: SlotDistribution])[] = [
  ['cyclic, 16 slots', pm2Distribution],
  ['cyclic, 1 slot', { type: 'cyclic', chunk: 1 }],
  ['block', { type: 'block' }],
  ['all node 0', { type: 'centralized', node: 0 }],
  ['all node 1', { type: 'centralized', node: 1 }]
]

const wanderers = (nodes: number, allocator: IsoAllocator, seed: Seed): ThreadsRan =>
  ranThreads(
    { nodes, allocator },
    Array.from({ length: 2 * nodes }, (_, i) =>
      wandering({ thread: `t${i}`, node: i % nodes, nodes, steps: 12, bytes: 3000, largeBytes: 24 * 4096 - 100, large: 5, seed })
    )
  )

/** Messages that one run takes on node 1 of four; a run of a stack's size is a block without a heap before it, all others too. */
const runMessages = (n: number, distribution: SlotDistribution): number => {
  const orders = [{ type: 'spawn', node: 1 } as const]
  const area = { stackSlots: 1 }
  const alone = messagesCounted(ranThreads({ nodes: 4, area, distribution }, [scripted('t', orders)]))
  const both = messagesCounted(
    ranThreads({ nodes: 4, area, distribution }, [scripted('t', [...orders, { type: 'allocate', bytes: n * 4096 - 40 }])])
  )
  return both.messages * both.runs - alone.messages * alone.runs
}

const negotiationUs = (nodes: number, slots: number): number => {
  const { signals } = ranThreads({ nodes, area: { slots } }, [
    scripted('t', [
      { type: 'spawn', node: 1 },
      { type: 'allocate', bytes: 20 * 4096 }
    ])
  ])
  const found = signals.find((one): one is Extract<ThreadSignal, { readonly type: 'negotiated' }> => one.type === 'negotiated')!
  return found.ns / 1000
}

const migrationUs = (kilobytes: number): readonly [first: number, again: number] => {
  const { signals } = ranThreads({ nodes: 2, distribution: { type: 'block' } }, [
    scripted('t', [
      { type: 'spawn', node: 0 },
      ...Array.from({ length: 30 }, (_, i) => ({ type: 'push' as const, word: BigInt(i) })),
      ...(kilobytes === 0 ? [] : [{ type: 'allocate' as const, bytes: kilobytes * 1024 - 40 }]),
      { type: 'migrate', to: 1 },
      { type: 'migrate', to: 0 },
      { type: 'migrate', to: 1 }
    ])
  ])
  const [first, , third] = signals.flatMap((one) => (one.type === 'migrated' ? [one.ns / 1000] : []))
  return [first, third]
}

/** A thread's words of every kind, moved elsewhere and rewritten, or moved to the same addresses. */
const rewritings = (seed: Seed): readonly (readonly [how: string, pointers: number, marked: number, integers: number])[] => {
  const chances = split(key(seed), 'pointers')
  const area = isoArea()
  const from = addressOfRun(area, { start: 3, n: 4 })
  const bytes = 4 * area.slotBytes
  const elsewhere = from - 2 ** 20
  const kindOf = (i: number): 'pointer' | 'marked' | 'lookalike' | 'integer' =>
    i % 4 === 0 ? 'pointer' : i % 32 === 1 ? 'marked' : i % 32 === 2 ? 'lookalike' : 'integer'
  const inside = (i: number): number => from + 8 * (draw(chances, i) % (bytes / 8))
  const words = BigUint64Array.from({ length: bytes / 8 }, (_, i) =>
    kindOf(i) === 'integer' ? BigInt(draw(chances, i) % 1000) : BigInt(inside(i)) + (kindOf(i) === 'marked' ? 1n : 0n)
  )
  const registered = new Set([...words.keys()].filter((i) => kindOf(i) === 'pointer').map((i) => from + 8 * i))
  const row = (how: string, to: number, finding: PointerFinding): readonly [string, number, number, number] => {
    const moved = [{ from, to, bytes }]
    const after = rewrittenWords(words, from, moved, finding)
    const wrong = (kinds: readonly string[], right: (word: bigint) => bigint): number =>
      [...words].filter((word, i) => kinds.includes(kindOf(i)) && after[i] !== right(word)).length
    const follows = (word: bigint): bigint => rewrittenPointer(word, moved)
    return [how, wrong(['pointer'], follows), wrong(['marked'], follows), wrong(['lookalike', 'integer'], (word) => word)]
  }
  return [
    row('copied elsewhere, nothing rewritten', elsewhere, 'none'),
    row('every word that looks like a pointer', elsewhere, 'conservative'),
    row('pointers that are registered', elsewhere, { registered }),
    row('the same addresses', from, 'none')
  ]
}

const verdictsOf = (
  bySize: CountedBySize,
  byRun: readonly (readonly number[])[],
  migrations: readonly (readonly [number, readonly [number, number]])[],
  pointers: readonly (readonly [string, number, number, number])[]
): readonly Verdict[] => {
  const [[, [first]]] = migrations
  return [
    { text: `a thread without a heap migrates in less than 75 us (${formatNumber(first, 1)} us)`, holds: first < 75 },
    {
      text: `fewer messages for a run than negotiating each time (${againstEachOther(bySize)})`,
      holds: bySize.every(([, iso, naive]) => naive.messages > iso.messages)
    },
    {
      text: 'a run that fits into the 16 slots dealt at a time takes no message, a longer one a negotiation',
      holds: byRun.every(([n, messages]) => messages === (n <= 16 ? 0 : negotiationMessages(4, false)))
    },
    {
      text: 'at the same addresses no word is wrong, and each way to rewrite pointers leaves some',
      holds: pointers.every(([how, ...wrong]) => (how === 'the same addresses' ? 0 : 1) === Math.min(1, Math.max(...wrong)))
    }
  ]
}
