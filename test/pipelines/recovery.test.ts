import { describe, expect, it } from 'vitest'
import { roundsAtMost } from '../../lib/migration/stopRule'
import type { Journal } from '../../lib/protocol/journal'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Fault } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { broken, LATENCY_NS, lastGiven, ordered, outcomeOf, PAGES, timesOf } from './breaking'

const recovery = { patienceNs: 1_000_000 }
const pulling: Readonly<Record<string, Pipeline>> = {
  postcopy: postcopy({ windowPages: 3, recovery }),
  'postcopy on demand': postcopy({ prepaging: undefined, recovery }),
  hybrid: hybrid({ windowPages: 3, recovery }),
  'hybrid over channels, with deltas': hybrid({ until: roundsAtMost(3), windowPages: 3, channels: 3, delta: true, recovery })
}
const pushing: Readonly<Record<string, Pipeline>> = {
  precopy: precopy({ until: roundsAtMost(2), recovery }),
  'precopy over channels, with deltas': precopy({ until: roundsAtMost(3), channels: 2, delta: true, recovery })
}

/** Breaks the link at every event of a run, or a tick behind it, for an instant, for about a message, or for long. */
const everywhere = (pipeline: Pipeline, delayNs: number, each: (journal: Journal, at: number) => void): void => {
  const breaks = [
    { laterNs: 0, forNs: 1 },
    { laterNs: 1, forNs: 600 },
    { laterNs: 0, forNs: 20_000 }
  ]
  for (const event of timesOf(broken(pipeline, [], { delayNs })))
    for (const { laterNs, forNs } of breaks) {
      const at = event + laterNs
      each(broken(pipeline, [{ at, what: 'link', until: at + forNs }], { delayNs }), at)
    }
}

// Every run here is judged by all invariants: see `broken`.
describe('a link that breaks and is mended, at every event of a run', () => {
  for (const delayNs of [0, 3000])
    for (const [name, pipeline] of Object.entries({ ...pulling, ...pushing }))
      it(`${name}${delayNs === 0 ? '' : ', heard late and in any order'}: aborts before the commit, completes after it, and loses nothing`, () => {
        const outcomes = new Set<string>()
        everywhere(pipeline, delayNs, (journal, at) => {
          const { type } = outcomeOf(journal)
          outcomes.add(type)
          const commit = lastGiven(journal, 'commit')
          if (commit < 0) expect([at, type]).toEqual([at, 'aborted'])
          else if (at > commit + 2 * LATENCY_NS) expect([at, type]).toEqual([at, 'completed'])
        })
        expect([...outcomes].sort()).toEqual(['aborted', 'completed'])
      })

  it('a post-copy sends again what was on its way and nothing else', () => {
    const redirected = lastGiven(broken(pulling.postcopy, []), 'redirect')
    const sent: number[] = []
    everywhere(pulling.postcopy, 0, (journal, at) => {
      if (at <= redirected || ordered(journal, 'inquire') === 0) return
      let pages = 0
      for (const e of journal)
        if (e.type === 'signalled' && e.signal.type === 'sent') pages += 'length' in e.signal.pages ? e.signal.pages.length : 0
      sent.push(pages)
    })
    expect(sent.length).toBeGreaterThan(20)
    // At the link's rate less than a page is on its way besides the page under way, on each of two lanes.
    for (const pages of sent) expect(pages).toBeLessThanOrEqual(PAGES + 4)
  })

  it('breaks as often as it likes: a post-copy goes on each time', () => {
    const faults = Array.from({ length: 40 }, (_, i): Fault => ({ at: 8000 + i * 4000, what: 'link', until: 8000 + i * 4000 + 700 }))
    for (const pipeline of Object.values(pulling)) {
      const journal = broken(pipeline, faults)
      if (ordered(journal, 'resume') > 0 && outcomeOf(journal).type !== 'aborted') expect(outcomeOf(journal).type).toBe('completed')
    }
    const journal = broken(pulling.postcopy, faults)
    expect(outcomeOf(journal).type).toBe('completed')
    expect(ordered(journal, 'inquire')).toBeGreaterThan(5)
  })
})

describe('two generals', () => {
  const all = { ...pushing, ...pulling, stopAndCopy: stopAndCopy({ channels: 2, recovery }) }
  const cutAt = (pipeline: Pipeline, laterNs: number, until?: (at: number) => number): Outcome => {
    const at = lastGiven(broken(pipeline, []), 'commit') + laterNs
    return outcomeOf(broken(pipeline, [{ at, what: 'link', until: until?.(at) }]))
  }
  const forAWhile = (at: number): number => at + 50_000

  it('a commit that was lost on its way has not happened: the source goes on', () => {
    for (const pipeline of Object.values(all))
      expect(cutAt(pipeline, 1, forAWhile)).toEqual({ type: 'aborted', reason: 'the link failed', running: 'source' })
  })

  it('a commit whose answer was lost has happened: the target goes on', () => {
    for (const pipeline of Object.values(all)) expect(cutAt(pipeline, LATENCY_NS + 1, forAWhile)).toMatchObject({ type: 'completed' })
  })

  it('who never learns it stays paused, undecided, and nobody runs who must not', () => {
    for (const pipeline of Object.values(all))
      for (const laterNs of [1, LATENCY_NS + 1])
        expect(cutAt(pipeline, laterNs)).toEqual({ type: 'undecided', reason: 'the link was not mended within 1 ms' })
  })

  it('a target that fails with the commit leaves it undecided at once', () => {
    for (const pipeline of Object.values(all)) {
      const at = lastGiven(broken(pipeline, []), 'commit') + 1
      const journal = broken(pipeline, [{ at, what: 'target' }])
      expect(outcomeOf(journal)).toEqual({ type: 'undecided', reason: 'the target failed' })
      expect(journal.at(-1)?.at).toBe(at)
    }
  })
})

describe('what cannot survive is lost, and said to be', () => {
  const middle = (pipeline: Pipeline): number => {
    const journal = broken(pipeline, [])
    return Math.floor((lastGiven(journal, 'redirect') + journal.at(-1)!.at) / 2)
  }

  it('a host that fails in mid post-copy, at once', () => {
    for (const pipeline of Object.values(pulling))
      for (const what of ['source', 'target'] as const) {
        const at = middle(pipeline)
        const journal = broken(pipeline, [{ at, what }])
        expect(outcomeOf(journal)).toEqual({ type: 'lost', reason: `the ${what} failed` })
        expect(journal.at(-1)?.at).toBe(at)
      }
  })

  it('a host that fails while the link is down, at once', () => {
    for (const pipeline of Object.values(pulling))
      for (const what of ['source', 'target'] as const) {
        const at = middle(pipeline)
        const journal = broken(pipeline, [
          { at, what: 'link' },
          { at: at + 5000, what }
        ])
        expect(outcomeOf(journal)).toEqual({ type: 'lost', reason: `the ${what} failed` })
        expect(journal.at(-1)?.at).toBe(at + 5000)
      }
  })

  it('a link that is not mended in time, when the patience is at its end', () => {
    for (const pipeline of Object.values(pulling)) {
      const at = middle(pipeline)
      const journal = broken(pipeline, [{ at, what: 'link' }])
      expect(outcomeOf(journal)).toEqual({ type: 'lost', reason: 'the link was not mended within 1 ms' })
      expect(journal.at(-1)?.at).toBe(at + recovery.patienceNs)
    }
  })

  it('a link that fails at all, for who has no patience', () => {
    const pipeline = postcopy({ windowPages: 3, recovery: { patienceNs: 0 } })
    const at = middle(pipeline)
    expect(outcomeOf(broken(pipeline, [{ at, what: 'link', until: at + 1 }]))).toEqual({ type: 'lost', reason: 'the link failed' })
  })
})
