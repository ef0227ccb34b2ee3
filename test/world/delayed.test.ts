import { Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'
import { timeline } from '../../lib/time/timeline'
import { datacentre } from '../../lib/world/datacentre'
import { delayed } from '../../lib/world/delayed'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { journalOf } from '../../properties/journalOf'

const ticking: World = {
  guests: { a: { name: 'a', pages: 1, pageBytes: 4096 } },
  description: null,
  signals: ({ timeline: line }) =>
    new Observable<Signal>((out) => {
      for (let i = 1; i <= 50; i++) line.schedule(() => out.next({ type: 'round', round: i, pages: 0, at: line.now(), migration: 'a' }), i)
      line.schedule(() => out.next({ type: 'hosts', primary: 'source', running: [], at: line.now(), migration: 'a' }), 25)
    })
}

const heard = (maxDelayNs: number, seed: number): readonly Signal[] => {
  const line = timeline()
  const signals: Signal[] = []
  delayed({ maxDelayNs })(ticking)
    .signals({ commands: new Observable(), timeline: line, seed })
    .subscribe((signal) => {
      expect(signal.at).toBe(line.now())
      signals.push(signal)
    })
  line.run()
  return signals
}

const rounds = (signals: readonly Signal[]): readonly number[] => signals.flatMap((s) => (s.type === 'round' ? [s.round] : []))

describe('delayed', () => {
  it('gives every signal once, permuted, each at the time of its delivery and no later than the delay allows', () => {
    const signals = heard(20, 1)
    expect(rounds(signals)).not.toEqual([...rounds(signals)].sort((a, b) => a - b))
    expect([...rounds(signals)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    for (const signal of signals)
      if (signal.type === 'round') {
        expect(signal.at).toBeGreaterThanOrEqual(signal.round)
        expect(signal.at).toBeLessThanOrEqual(signal.round + 20)
      }
  })

  it('without a delay the signals come in their order', () => {
    expect(rounds(heard(0, 1))).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
  })

  it('same seed, same delays; another seed, others', () => {
    expect(heard(20, 1)).toEqual(heard(20, 1))
    expect(heard(20, 2)).not.toEqual(heard(20, 1))
  })

  it("the oracle's words come in time", () => {
    expect(heard(1000, 1).find(({ type }) => type === 'hosts')).toMatchObject({ at: 25 })
  })

  it('every technique completes in a world that answers late', () => {
    const world = datacentre({ guests: { a: vm({ pages: 40, workload: uniform({ pages: 40, writesPerSecond: 1e5 }) }) } })
    for (const pipeline of [precopy(), postcopy()])
      expect(journalOf(pipeline, delayed({ maxDelayNs: 1e6 })(world)).at(-1)).toMatchObject({ outcome: { type: 'completed' } })
  })

  it('leaves nothing on the timeline when it is unsubscribed', () => {
    const line = timeline()
    const world = delayed({ maxDelayNs: 1000 })(datacentre({ guests: { a: vm({ pages: 4 }) } }))
    const subscription = run(precopy(), world, { timeline: line }).subscribe()
    line.run(30_000)
    subscription.unsubscribe()
    expect(line.pending).toBe(0)
  })

  it('refuses a delay that is not whole', () => {
    for (const maxDelayNs of [-1, 0.5, 2 ** 31, Number.NaN]) expect(() => delayed({ maxDelayNs })).toThrow(`(got ${maxDelayNs})`)
  })
})
