import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { type QemuOptions, qemu72, qemu102 } from '../../pipelines/qemu'
import { broken, LATENCY_NS, lastGiven, ordered, outcomeOf, PAGES, timesOf } from './breaking'

/** A window of 12 us in which a few pages leave, and a socket that holds six. */
const sender = { windowNs: 12_000, sliceNs: 6000, bufferBytes: 24_000 }
const RATE = 1.2e9
const recovery = { patienceNs: 1_000_000 }

const switching = (preempt: boolean): QemuOptions => ({
  maxBandwidth: RATE,
  downtimeLimitNs: 0,
  postcopy: { afterSyncs: 1, maxBandwidth: RATE, preempt, recovery }
})
const pipelines: Readonly<Record<string, Pipeline>> = {
  qemu72: qemu72(switching(false)),
  'qemu72, preempt': qemu72(switching(true)),
  qemu102: qemu102(switching(false)),
  'qemu102, preempt': qemu102(switching(true)),
  'qemu102, without a limit': qemu102({ ...switching(false), postcopy: { afterSyncs: 1, recovery } })
}

const run = (pipeline: Pipeline, ...[faults, options]: [Parameters<typeof broken>[1]?, Parameters<typeof broken>[2]?]): Journal =>
  broken(pipeline, faults ?? [], { sender, ...options })

const pagesPulled = (journal: Journal): number => {
  let pages = 0
  for (const e of journal)
    if (e.type === 'signalled' && e.signal.type === 'sent' && 'length' in e.signal.pages) pages += e.signal.pages.length
  return pages
}

// Every run here is judged by all invariants: see `broken`. That no page is lost, and none is read before it is there, is among them.
describe('post-copy of QEMU whose link breaks', () => {
  for (const [name, pipeline] of Object.entries(pipelines)) {
    it(`${name}: pulls pages that the guest waits for`, () => {
      const journal = run(pipeline)
      expect(outcomeOf(journal).type).toBe('completed')
      expect(pagesPulled(journal)).toBeGreaterThan(5)
      expect(journal.some((e) => e.type === 'signalled' && e.signal.type === 'faulted')).toBe(true)
    })

    for (const delayNs of [0, 3000])
      it(`${name}${delayNs === 0 ? '' : ', heard late and in any order'}: is paused and recovers, wherever it breaks; before the commit it aborts`, () => {
        const outcomes = new Set<string>()
        let recovered = 0
        for (const event of timesOf(run(pipeline, [], { delayNs })))
          for (const forNs of [1, 600, 20_000]) {
            const at = event + (forNs === 1 ? 0 : 1)
            const journal = run(pipeline, [{ at, what: 'link', until: at + forNs }], { delayNs })
            const { type } = outcomeOf(journal)
            outcomes.add(type)
            const commit = lastGiven(journal, 'commit')
            if (commit < 0) expect([at, type]).toEqual([at, 'aborted'])
            else if (at > commit + 2 * LATENCY_NS) expect([at, type]).toEqual([at, 'completed'])
            if (type === 'completed' && ordered(journal, 'inquire') > 0) recovered++
          }
        expect([...outcomes].sort()).toEqual(['aborted', 'completed'])
        expect(recovered).toBeGreaterThan(10)
      })
  }

  it('sends again what was on its way or in the socket, and nothing else', () => {
    const many = 4 * PAGES
    const guests = { a: vm({ pages: many, contextBytes: 2000, workload: uniform({ pages: many, writesPerSecond: 1e5, vcpus: 2 }) }) }
    const whole = run(pipelines.qemu72, [], { guests })
    const redirected = lastGiven(whole, 'redirect')
    const again: number[] = []
    for (const event of timesOf(whole)) {
      const at = event + 1
      if (at <= redirected) continue
      const journal = run(pipelines.qemu72, [{ at, what: 'link', until: at + 600 }], { guests })
      if (ordered(journal, 'inquire') > 0) again.push(pagesPulled(journal) - pagesPulled(whole))
    }
    // What a refused send had sent is not told of; the socket holds six pages and no batch of more, and one is leaving.
    expect(Math.max(...again)).toBeGreaterThan(3)
    expect(Math.max(...again)).toBeLessThanOrEqual(13)
  })

  it('breaks as often as it likes: it goes on each time', () => {
    const faults = Array.from({ length: 30 }, (_, i) => ({ at: 60_000 + i * 5000, what: 'link' as const, until: 60_700 + i * 5000 }))
    for (const pipeline of Object.values(pipelines)) {
      const journal = run(pipeline, faults)
      if (ordered(journal, 'resume') > 0 && outcomeOf(journal).type !== 'aborted') expect(outcomeOf(journal).type).toBe('completed')
    }
  })

  it('is lost, and said to be, when nobody mends the link in time, and when a host fails', () => {
    for (const pipeline of Object.values(pipelines)) {
      const journal = run(pipeline)
      const at = Math.floor((lastGiven(journal, 'redirect') + journal.at(-1)!.at) / 2)
      expect(outcomeOf(run(pipeline, [{ at, what: 'link' }]))).toEqual({ type: 'lost', reason: 'the link was not mended within 1 ms' })
      expect(outcomeOf(run(pipeline, [{ at, what: 'source' }]))).toEqual({ type: 'lost', reason: 'the source failed' })
      expect(outcomeOf(run(pipeline, [{ at, what: 'target' }]))).toEqual({ type: 'lost', reason: 'the target failed' })
    }
  })
})
