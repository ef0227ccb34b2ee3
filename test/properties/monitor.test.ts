import * as fc from 'fast-check'
import { from, NEVER, Subject, tap, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Entry, Journal } from '../../lib/protocol/journal'
import type { World } from '../../lib/protocol/world'
import { runFold } from '../../lib/stream/fold'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { shippedPipelines } from '../../properties/arbitraries/pipelineArbitraries'
import { untilOf, worldOf, worldPlans } from '../../properties/arbitraries/worldPlan'
import { plantedFaults } from '../../properties/broken/plantedFaults'
import { invariant } from '../../properties/invariants/invariant'
import { invariants } from '../../properties/invariants/invariants'
import { type Breach, breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'
import { monitor } from '../../properties/monitor'
import { monitored } from '../../properties/monitored'
import { marbles } from '../stream/marbles'

/** Broken by every wake, twice by every second of them, and by a journal that ends after an odd number. */
const noWakes = invariant<number>({
  name: 'noWakes',
  sentence: 'Nobody wakes.',
  hears: ['wake'],
  init: () => 0,
  step: (seen, _, tell) => {
    tell(`wake ${seen + 1}`)
    if (seen % 2 === 1) tell('again')
    return seen + 1
  },
  done: (seen) => (seen % 2 === 1 ? 'odd' : undefined)
})

const order = (type: 'wake' | 'sync'): Entry => ({
  type: 'commanded',
  at: 0,
  command: { order: type === 'wake' ? { type, afterNs: 1 } : { type }, to: { migration: 'm', lane: '', tag: 0, n: 0 } }
})
const values = { w: order('wake'), s: order('sync') }
const breach = (problem: string, entry: number): Breach => ({
  invariant: 'noWakes',
  sentence: 'Nobody wakes.',
  violation: { entry, at: 0, migration: 'm', problem }
})
const watch = monitor({ invariants: [noWakes] })
const broken = (problem: string, entry: number): Error =>
  new Error(`monitored: noWakes is broken: Nobody wakes. At entry ${entry} at 0 ns, migration m: ${problem}`, {
    cause: breach(problem, entry)
  })

/** Journals of shipped pipelines and of broken ones, in any world. */
const journals: fc.Arbitrary<Journal> = fc
  .tuple(
    fc.oneof(
      shippedPipelines.map(({ pipeline }) => ({ pipeline, wrap: undefined })),
      fc.constantFrom(...plantedFaults().filter(({ invariant: of }) => of !== 'sameSeedSameJournal'))
    ),
    worldPlans
  )
  .map(([{ pipeline, wrap = (world: World) => world }, plan]) =>
    journalOf(pipeline, wrap(worldOf(plan)), { seed: plan.seed, until: untilOf(plan), maxEntries: 5000 })
  )

describe('monitor', () => {
  it('reports what each entry breaks as it happens, and the end of the journal at its completion', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const entries = cold('  --s-w-s---w----w-|', values)
      const found = '         ----a-----(bc)-d-(e|)'
      const subscribed = '    ^----------------!'
      expectObservable(entries.pipe(watch)).toBe(found, {
        a: breach('wake 1', 1),
        b: breach('wake 2', 3),
        c: breach('again', 3),
        d: breach('wake 3', 4),
        e: breach('odd', 4)
      })
      expectSubscriptions(entries.subscriptions).toBe(subscribed)
    }))

  it('is silent on never and on empty', () =>
    marbles(({ cold, expectObservable }) => {
      expectObservable(NEVER.pipe(watch)).toBe('-')
      expectObservable(cold('--|', values).pipe(watch)).toBe('--|')
    }))

  it('passes an error on and says nothing of an end', () =>
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-w-#', values).pipe(watch)).toBe('-a-#', { a: breach('wake 1', 0) })
    }))

  it('leaves its source on an early unsubscribe', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const entries = cold('--w--w--w|', values)
      expectObservable(entries.pipe(watch), '----!').toBe('--a--', { a: breach('wake 1', 0) })
      expectSubscriptions(entries.subscriptions).toBe('^---!')
    }))

  it('has its state for each subscription', () => {
    const found: string[][] = [[], []]
    const watched = from([values.w, values.w]).pipe(watch)
    for (const list of found) watched.subscribe(({ violation }) => list.push(violation.problem))
    expect(found).toEqual([
      ['wake 1', 'wake 2', 'again'],
      ['wake 1', 'wake 2', 'again']
    ])
  })

  it('reports in order when a report brings the next entry', () => {
    const entries = new Subject<Entry>()
    const found: string[] = []
    entries.pipe(watch).subscribe(({ violation }) => {
      found.push(violation.problem)
      if (found.length === 2) entries.next(values.w)
    })
    entries.next(values.w)
    entries.next(values.w)
    expect(found).toEqual(['wake 1', 'wake 2', 'again', 'wake 3'])
  })

  it('tells a hundred violations of an invariant one by one, and at the end how many more there were', () => {
    const found: string[] = []
    from(Array.from({ length: 200 }, () => values.w))
      .pipe(watch)
      .subscribe(({ violation }) => found.push(violation.problem))
    expect(found.length).toBe(101)
    expect(found[100]).toBe('and so 200 more times')
  })

  it('emits what the fold of all invariants finds, each invariant what its own fold does, in the order of the entries', () => {
    let some = 0
    fc.assert(
      fc.property(journals, (journal) => {
        let found: readonly Breach[] = []
        let seen = -1
        const early: boolean[] = []
        from(journal)
          .pipe(
            tap({
              next: () => seen++,
              complete: () => {
                seen = Number.POSITIVE_INFINITY
              }
            }),
            monitor()
          )
          .subscribe(({ violation }) => early.push(seen === Number.POSITIVE_INFINITY || violation.entry === seen))
        from(journal)
          .pipe(monitor(), toArray())
          .subscribe((all) => (found = all))
        expect(early.every((on) => on)).toBe(true)
        expect(found).toEqual(runFold(breaches(invariants), journal))
        for (const { name, fold } of invariants)
          expect(found.filter((one) => one.invariant === name).map(({ violation }) => violation)).toEqual(runFold(fold, journal))
        if (found.length > 0) some++
      }),
      { numRuns: Number(process.env.RUNS ?? 200), seed: Number(process.env.SEED ?? 1) }
    )
    expect(some).toBeGreaterThan(10)
  })
})

describe('monitored', () => {
  const report = () => {
    const heard: string[] = []
    return { heard, watched: monitored({ invariants: [noWakes], onBreach: ({ violation }) => heard.push(violation.problem) }) }
  }

  it('passes the entry that breaks an invariant on, and then an error with the breach as its cause', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const entries = cold('--s-w-s-|', values)
      expectObservable(entries.pipe(monitored({ invariants: [noWakes] }))).toBe('--s-(w#)', values, broken('wake 1', 1))
      expectSubscriptions(entries.subscriptions).toBe('^---!')
    }))

  it('passes everything on where there is somebody to tell, who hears what a monitor emits', () => {
    const { heard, watched } = report()
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('--s-w-(ww)-|', values).pipe(watched)).toBe('--s-w-(ww)-|', values)
    })
    expect(heard).toEqual(['wake 1', 'wake 2', 'again', 'wake 3', 'odd'])
  })

  it('never, empty, an error of the source and an early unsubscribe are what they were', () => {
    const { watched } = report()
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(NEVER.pipe(watched)).toBe('-')
      expectObservable(cold('--|', values).pipe(watched)).toBe('--|')
      expectObservable(cold('-s-#', values).pipe(watched)).toBe('-s-#', values)
      const entries = cold('--s--w|', values)
      expectObservable(entries.pipe(watched), '---!').toBe('--s-', values)
      expectSubscriptions(entries.subscriptions).toBe('^--!')
    })
  })

  it('what the end of the journal breaks is an error in the place of the completion', () =>
    marbles(({ cold, expectObservable }) => {
      const odd = invariant<null>({ name: 'noWakes', sentence: 'Nobody wakes.', init: () => null, step: () => null, done: () => 'odd' })
      expectObservable(cold('-s-|', values).pipe(monitored({ invariants: [odd] }))).toBe('-s-#', values, broken('odd', 0))
    }))

  it('what the teller throws goes to the error channel', () => {
    const errors: unknown[] = []
    const throwing = monitored({
      invariants: [noWakes],
      onBreach: () => {
        throw 'error'
      }
    })
    from([values.w, values.w])
      .pipe(throwing)
      .subscribe({ error: (error) => errors.push(error) })
    expect(errors).toEqual(['error'])
  })

  it('a run that keeps every invariant is passed through whole', () => {
    const journal = journalOf(stopAndCopy(), worldOf(fc.sample(worldPlans, { numRuns: 1, seed: 1 })[0]))
    const seen: Entry[] = []
    from(journal)
      .pipe(monitored())
      .subscribe((entry) => seen.push(entry))
    expect(seen).toEqual(journal)
  })
})
