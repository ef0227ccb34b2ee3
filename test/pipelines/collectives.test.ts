import { describe, expect, it } from 'vitest'
import { run } from '../../lib/loop/run'
import type { Entry } from '../../lib/protocol/journal'
import { chip } from '../../lib/world/chip'
import type { ChipOptions } from '../../lib/world/chipOptions'
import { mppaWiring } from '../../lib/world/mppaWiring'
import { allgather } from '../../pipelines/collectives/allgather'
import { broadcast } from '../../pipelines/collectives/broadcast'
import { gather } from '../../pipelines/collectives/gather'
import type { PatternOptions } from '../../pipelines/collectives/pattern'
import { pingPong } from '../../pipelines/collectives/pingPong'

const wiring = mppaWiring()
const patterns = { allgather, broadcast, gather, pingPong }
type Name = keyof typeof patterns

const journalOf = (name: Name, options: PatternOptions, world: ChipOptions = {}): readonly Entry[] => {
  const entries: Entry[] = []
  run(patterns[name](options), chip({ wiring, ...world })).subscribe((entry) => entries.push(entry))
  return entries
}
/** What each cluster has read, in order. */
const readIn = (entries: readonly Entry[]): Readonly<Record<string, readonly string[]>> => {
  const read: Record<string, string[]> = {}
  for (const entry of entries) {
    if (entry.type !== 'signalled') continue
    const { signal } = entry
    const said = signal.type === 'received' ? [signal.message] : signal.type === 'got' ? signal.contents : []
    if ('to' in signal && said.length > 0) (read[signal.to.migration] ??= []).push(...(said as string[]))
  }
  return read
}
const outcomes = (entries: readonly Entry[]): readonly string[] => [
  ...new Set(
    entries.flatMap((entry) =>
      entry.type === 'ended' ? [entry.outcome.type === 'aborted' ? entry.outcome.reason : entry.outcome.type] : []
    )
  )
]

const expected: Readonly<Record<Name, Readonly<Record<string, readonly string[]>>>> = {
  broadcast: { cc0: ['from io0'], cc1: ['from io0'], cc2: ['from io0'] },
  gather: { io0: ['from cc0', 'from cc1', 'from cc2'] },
  pingPong: { io0: ['from cc0', 'from cc1', 'from cc2'], cc0: ['to cc0'], cc1: ['to cc1'], cc2: ['to cc2'] },
  allgather: {
    io0: ['from cc0', 'from cc1', 'from cc2'],
    cc0: ['from cc1', 'from cc2', 'from io0'],
    cc1: ['from cc0', 'from cc2', 'from io0'],
    cc2: ['from cc0', 'from cc1', 'from io0']
  }
}
const sorted = (read: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(read).map(([name, all]) => [name, [...all].sort()]))

describe.each(Object.keys(patterns) as readonly Name[])('%s', (name) => {
  it.each(['mailbox', 'portal'] as const)('brings everybody what is meant for him, over a %s, by both fidelities', (over) => {
    for (const fidelity of ['hop', 'flit'] as const) {
      const entries = journalOf(name, { clusters: 3, over, bytes: 6000 }, { fidelity })
      expect(outcomes(entries)).toEqual(['completed'])
      expect(sorted(readIn(entries))).toEqual(expected[name])
    }
  })
})

describe('a pattern', () => {
  it('is the same journal each time', () => {
    const options = { clusters: 5, over: 'portal', bytes: 9000 } as const
    expect(journalOf('allgather', options, { driftPpm: { cc1: 20 } })).toEqual(journalOf('allgather', options, { driftPpm: { cc1: 20 } }))
  })

  it('ends with the reason when a cluster fails, and never hangs', () => {
    const entries = journalOf('gather', { clusters: 2, over: 'portal' }, { faults: [{ at: 40_000, cluster: 'cc1' }] })
    expect(outcomes(entries)).toEqual(['put: the cluster has failed', 'completed', 'get: cc1 has failed'])
  })

  it('names an option that is out of range', () => {
    expect(() => broadcast({ clusters: 17, over: 'portal' })).toThrow('broadcast: clusters must be an integer from 1 to 16 (got 17)')
    expect(() => gather({ clusters: 1, over: 'portal', bytes: 0.5 })).toThrow('gather: bytes must be an integer from 1 on (got 0.5)')
  })
})
