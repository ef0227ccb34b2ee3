import { describe, expect, it } from 'vitest'
import { empty, full } from '../../lib/memory/pageSet'
import { push } from '../../lib/migration/push'
import { roundsAtMost } from '../../lib/migration/stopRule'
import type { Step } from '../../lib/protocol/phase'
import { awaiting } from '../../lib/protocol/phase'
import { regarding } from '../../lib/protocol/regarding'
import type { Signal } from '../../lib/protocol/signal'

const guest = { name: 'g', pages: 4, pageBytes: 4096 }
const to = { migration: 'm', lane: '', tag: 0, n: 0 }

/** Hears everything, and remembers what. */
const listening = (heard: readonly string[] = []): Step<never> =>
  awaiting([], 'listening', heard, (signal) => listening([...heard, signal.type]))

const after = <A>(step: Step<A>, signals: readonly Signal[]): Step<A> =>
  signals.reduce((now, signal) => (now.phase.type === 'awaiting' ? (now.phase.on(signal) ?? now) : now), step)

const ofMemory: readonly Signal[] = [
  { type: 'synced', dirty: empty(4), to, migration: 'm', at: 0 },
  { type: 'round', round: 1, pages: 4, migration: 'm', at: 0 },
  { type: 'progress', bytes: 0, pages: 0, migration: 'm', at: 0 },
  { type: 'faulted', page: 1, vcpu: 0, migration: 'm', at: 0 }
]
const ofDisk: readonly Signal[] = [
  { type: 'synced', of: 'disk', dirty: empty(4), to, migration: 'm', at: 0 },
  { type: 'round', of: 'disk', round: 1, pages: 4, migration: 'm', at: 0 },
  { type: 'progress', of: 'disk', bytes: 0, pages: 0, migration: 'm', at: 0 }
]
const ofBoth: readonly Signal[] = [
  { type: 'failed', what: 'link', reason: 'cut', migration: 'm', at: 0 },
  { type: 'exited', migration: 'm', at: 0 },
  { type: 'wound', migration: 'm', at: 0 },
  { type: 'done', to, at: 0 }
]
const names = (signals: readonly Signal[]): readonly string[] => signals.map(({ type }) => type)
const heardBy = (what: 'memory' | 'disk') => {
  const { phase } = after(regarding(what)(listening()), [...ofMemory, ...ofDisk, ...ofBoth])
  return phase.type === 'awaiting' ? phase.data : undefined
}

describe('regarding', () => {
  it('the disk hears what is said of blocks, the memory what is said of pages, and both what is said of neither', () => {
    expect(heardBy('disk')).toEqual([...names(ofDisk), ...names(ofBoth)])
    expect(heardBy('memory')).toEqual([...names(ofMemory), ...names(ofBoth)])
  })

  it('makes a push of pages one of blocks: the same orders, of the disk', () => {
    const answers: readonly Signal[] = [
      { type: 'done', to, at: 1 },
      { type: 'selected', of: 'disk', pages: full(4), nonPageable: empty(4), to, at: 2 },
      { type: 'sent', of: 'disk', pages: full(4), skipped: empty(4), bytes: 9, to, at: 3 },
      { type: 'synced', of: 'disk', dirty: empty(4), to, migration: 'm', at: 4 }
    ]
    const orders: unknown[] = []
    let step: Step<unknown> = regarding('disk')(push({ until: roundsAtMost(1) })(guest))
    for (const signal of answers) {
      orders.push(...step.requests.map(({ order }) => order))
      if (step.phase.type === 'awaiting') step = step.phase.on(signal) ?? step
    }
    expect(orders).toMatchObject([
      { type: 'track', on: true, of: 'disk' },
      { type: 'select', of: 'disk' },
      { type: 'send', round: 1, of: 'disk' },
      { type: 'sync', of: 'disk' }
    ])
    expect(step.phase).toMatchObject({ type: 'done', value: { right: { owed: { count: 0 } } } })
  })

  it('leaves orders alone that name no pages, and all of the memory', () => {
    const asking = (type: 'flush' | 'pause' | 'sync') =>
      awaiting<never>([{ order: { type }, lane: '', tag: 0 }], 'x', null, () => undefined)
    expect(regarding('disk')(asking('flush')).requests[0].order).toEqual({ type: 'flush' })
    expect(regarding('disk')(asking('pause')).requests[0].order).toEqual({ type: 'pause' })
    expect(regarding('memory')(asking('sync')).requests[0].order).toEqual({ type: 'sync' })
  })
})
