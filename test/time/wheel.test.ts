import * as fc from 'fast-check'
import { interval, type SchedulerAction, type Subscription } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { timeline } from '../../lib/time/timeline'

type Choice =
  | { readonly type: 'schedule'; readonly delay: number }
  | { readonly type: 'again'; readonly which: number; readonly delay: number }
  | { readonly type: 'cancel'; readonly which: number }
  | { readonly type: 'run'; readonly by: number }
  | { readonly type: 'runNext' }

// Delays of every magnitude, so that every wheel is used and every border between two is crossed.
const delays = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.tuple(fc.integer({ min: 0, max: 46 }), fc.integer({ min: -3, max: 3 })).map(([bits, by]) => Math.max(0, 2 ** bits + by)),
  fc.tuple(fc.integer({ min: 0, max: 46 }), fc.nat(1000)).map(([bits, part]) => Math.floor((2 ** bits * part) / 1000))
)
const choices: fc.Arbitrary<Choice> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('schedule' as const), delay: delays }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('again' as const), which: fc.nat(), delay: delays }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('run' as const), by: delays }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('runNext' as const) }) }
)

describe('wheel', () => {
  it('agrees with a sorted list on any schedule, re-schedule, cancellation and run', () => {
    fc.assert(
      // Forty actions more than a timeline keeps in a short list, or none.
      fc.property(fc.array(choices, { maxLength: 120 }), delays, fc.constantFrom(0, 40), (all, start, more) => {
        const line = timeline({ start })
        const log: string[] = []
        const expected: string[] = []
        const actions: Subscription[] = []
        let list: { id: number; at: number; sequence: number }[] = []
        let sequence = 0
        for (let id = 0; id < more; id++) {
          actions.push(line.schedule(() => log.push(`${id}@${line.now()}`), 2 ** 50))
          list.push({ id, at: start + 2 ** 50, sequence: sequence++ })
        }
        const modelRun = (until: number): void => {
          list.sort((a, b) => a.at - b.at || a.sequence - b.sequence)
          for (const { id, at } of list.filter(({ at }) => at <= until)) expected.push(`${id}@${at}`)
          list = list.filter(({ at }) => at > until)
        }
        for (const choice of all) {
          if (choice.type === 'schedule') {
            const id = actions.length
            actions.push(line.schedule(() => log.push(`${id}@${line.now()}`), choice.delay))
            list.push({ id, at: line.now() + choice.delay, sequence: sequence++ })
          } else if (choice.type === 'run' || choice.type === 'runNext') {
            const until = choice.type === 'run' ? line.now() + choice.by : line.nextAt()
            if (until === Infinity) continue
            line.run(until)
            modelRun(until)
            expect(line.now()).toBe(until)
          } else if (actions.length > 0) {
            const id = choice.which % actions.length
            const action = actions[id]
            if (action.closed) continue
            list = list.filter((entry) => entry.id !== id)
            if (choice.type === 'cancel') action.unsubscribe()
            else {
              ;(action as unknown as SchedulerAction<unknown>).schedule(undefined, choice.delay)
              list.push({ id, at: line.now() + choice.delay, sequence: sequence++ })
            }
          }
          expect(line.pending).toBe(list.length)
          expect(line.nextAt()).toBe(Math.min(Infinity, ...list.map(({ at }) => at)))
        }
        line.run()
        modelRun(Infinity)
        expect(log).toEqual(expected)
      }),
      { numRuns: 500 }
    )
  })

  it('nextAt does not disturb what is scheduled before it later', () => {
    const line = timeline()
    const seen: number[] = []
    line.schedule(() => seen.push(line.now()), 5_000_000)
    expect(line.nextAt()).toBe(5_000_000)
    line.run(3_000_000)
    line.schedule(() => seen.push(line.now()), 1)
    expect(line.nextAt()).toBe(3_000_001)
    line.run()
    expect(seen).toEqual([3_000_001, 5_000_000])
  })

  it('a million events of an interval, and a million cancelled timers, leave one entry', () => {
    const line = timeline()
    let events = 0
    const others = Array.from({ length: 40 }, () => line.schedule(() => expect.unreachable(), 1_000_000_000))
    const sub = interval(7, line).subscribe(() => {
      events++
      line.schedule(() => expect.unreachable(), 1_000_000_000).unsubscribe()
    })
    line.run(7_000_000)
    const { wheel, actions } = line as unknown as { wheel: { nodes: Int32Array }; actions: readonly unknown[] }
    expect([events, line.pending, actions.length]).toEqual([1_000_000, 41, 42])
    expect(wheel.nodes.length).toBeLessThan(4 * (6 * 1024 + 65))
    sub.unsubscribe()
    for (const other of others) other.unsubscribe()
    expect([line.pending, actions.filter((action) => action !== undefined).length]).toEqual([0, 0])
  })

  it('grows to a hundred thousand entries and keeps their order', () => {
    const line = timeline()
    const due: number[] = []
    let last = -1
    let backwards = 0
    let x = 1
    for (let i = 0; i < 100_000; i++) {
      x = (Math.imul(x, 1664525) + 1013904223) | 0
      const at = (x >>> 8) * (i % 3 === 0 ? 1000 : 1)
      due.push(at)
      line.schedule(() => {
        if (line.now() < last) backwards++
        last = line.now()
      }, at)
    }
    line.run()
    expect([last, backwards]).toEqual([due.reduce((a, b) => Math.max(a, b)), 0])
  })
})
