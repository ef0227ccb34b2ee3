import { Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import { asked, awaiting, done, request } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { seconds } from '../../lib/time/time'
import { timeline } from '../../lib/time/timeline'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { journalOf } from '../../properties/journalOf'

const small = (options: Partial<Parameters<typeof datacentre>[0]> = {}): World =>
  datacentre({ guests: { a: vm({ pages: 8, workload: idle() }) }, link: link({ gigabitsPerSecond: 10 }), ...options })

const never: Pipeline = () => awaiting<Outcome>([], 'never', null, () => undefined)

describe('run', () => {
  it('begins with began and ends with ended, once for each migration', () => {
    const guests = { a: vm({ pages: 8 }), b: vm({ pages: 4 }) }
    const journal = journalOf(stopAndCopy(), small({ guests }), { seed: 'x' })
    expect(journal[0]).toMatchObject({ type: 'began', at: 0, version: 1, seed: 'x', guests: { a: { pages: 8 }, b: { pages: 4 } } })
    expect(journal.filter(({ type }) => type === 'began')).toHaveLength(1)
    expect(journal.filter(({ type }) => type === 'ended').map((e) => e.type === 'ended' && e.migration)).toEqual(['b', 'a'])
    expect(journal.at(-1)!.type).toBe('ended')
  })

  it('is cold: each subscription is a run of its own, with the same journal', () => {
    const runs = run(precopy(), small({ guests: { a: vm({ pages: 8, workload: uniform({ pages: 8, writesPerSecond: 1e6 }) }) } }))
    const [first, second]: [Entry[], Entry[]] = [[], []]
    runs.subscribe((e) => first.push(e))
    runs.subscribe((e) => second.push(e))
    expect(first.length).toBeGreaterThan(20)
    expect(second).toEqual(first)
  })

  it('hears a world that answers in the very moment it is asked', () => {
    const world: World = {
      guests: { a: { name: 'a', pages: 1, pageBytes: 4096 } },
      description: null,
      signals: ({ commands }) =>
        new Observable((out) => commands.subscribe(({ to }) => out.next({ type: 'preselected', host: 'b', guestNs: 0, to, at: 0 })))
    }
    const asking: Pipeline = () => {
      const first = request({ type: 'preselect' })
      const then = (step: typeof first): ReturnType<Pipeline> =>
        step.phase.type === 'done'
          ? done<Outcome>({ type: 'completed', needs: [] })
          : awaiting(step.requests, step.phase.name, null, (signal) => {
              const next = step.phase.type === 'awaiting' ? step.phase.on(signal) : undefined
              return next && then(next)
            })
      return then(first)
    }
    expect(journalOf(asking, world).at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'completed' } })
  })

  it('is ended as limited at its limit of virtual time, of entries, or when nothing more can happen', () => {
    const limitOf = (options: Parameters<typeof journalOf>[2]) => {
      const last = journalOf(never, small(), options).at(-1)
      return last?.type === 'ended' && last.outcome.type === 'limited' ? [last.at, last.outcome.limit] : last
    }
    expect(limitOf({ until: 500 })).toEqual([500, '500 ns of simulated time'])
    expect(limitOf({ until: Number.POSITIVE_INFINITY })).toEqual([0, 'nothing more can happen'])
    const stopped = journalOf(precopy(), small(), { maxEntries: 5 }).at(-1)
    expect(stopped).toMatchObject({ type: 'ended', outcome: { type: 'limited', limit: '5 journal entries' } })
  })

  it('gives an exception of a pipeline to the error channel', () => {
    const faulty: Pipeline = () =>
      awaiting<Outcome>(request({ type: 'preselect' }).requests, 'faulty', null, () => {
        throw new RangeError('a bug of the pipeline')
      })
    expect(() => journalOf(faulty, small())).toThrow('a bug of the pipeline')
  })

  it('gives an exception of the first step to the error channel', () => {
    const faulty: Pipeline = () => {
      throw new RangeError('a bug at once')
    }
    expect(() => journalOf(faulty, small())).toThrow('a bug at once')
  })

  it('gives an exception of the world, while it obeys a command, to the error channel', () => {
    const world: World = {
      ...small(),
      signals: ({ commands }) =>
        new Observable((subscriber) =>
          commands.subscribe({
            next: () => {
              try {
                throw new RangeError('a bug of the world')
              } catch (bug) {
                subscriber.error(bug)
              }
            }
          })
        )
    }
    const asks: Pipeline = () => awaiting<Outcome>([asked({ type: 'pause' })], 'asks', null, () => undefined)
    expect(() => journalOf(asks, world, { until: seconds(1) })).toThrow('a bug of the world')
  })

  it('gives an exception inside of the data centre to the error channel', () => {
    const bug = { ...vm({ pages: 8 }), workload: { ...idle(), open: () => ({ accessesPerSecond: undefined, fill: () => broken() }) } }
    const broken = (): number => {
      throw new RangeError('a bug of the workload')
    }
    expect(() => journalOf(stopAndCopy(), small({ guests: { a: bug } }), { until: seconds(1) })).toThrow('a bug of the workload')
  })

  it('notes what is heard of a migration before it begins', () => {
    const journal = journalOf(stopAndCopy(), small({ faults: [{ at: 10, what: 'link' }] }), { startAt: 1000 })
    expect(journal.find((e) => e.type === 'signalled' && e.signal.type === 'failed')).toMatchObject({ at: 10 })
    expect(journal.at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'aborted', running: 'source' } })
  })

  it('on a given timeline waits for its owner', () => {
    const line = timeline()
    const journal: Entry[] = []
    run(stopAndCopy(), small(), { timeline: line }).subscribe((e) => journal.push(e))
    expect(journal).toHaveLength(1)
    line.run(seconds(1))
    expect(journal.at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'completed' } })
    expect(line.pending).toBe(0)
  })

  it('leaves nothing on a given timeline when it is unsubscribed', () => {
    const line = timeline()
    const subscription = run(precopy(), small({ progressNs: 10 }), { timeline: line }).subscribe()
    line.run(60_000)
    subscription.unsubscribe()
    expect(line.pending).toBe(0)
  })

  it('refuses a pipeline for a guest that is not there', () => {
    expect(() => run({ ghost: stopAndCopy() }, small())).toThrow(
      'run: the world must have a guest for each pipeline (got none called ghost)'
    )
  })

  it('is limited when a pipeline goes on for ever without a tick of time', () => {
    const asksForEver = (): ReturnType<Pipeline> =>
      awaiting<Outcome>([asked({ type: 'throttle', fraction: 0 })], 'asks', null, () => asksForEver())
    const journal = journalOf(asksForEver, small())
    expect(journal.at(-1)).toEqual({
      type: 'ended',
      at: 0,
      migration: 'a',
      outcome: { type: 'limited', limit: '100000 journal entries at one instant: time does not pass' }
    })
  })
})
