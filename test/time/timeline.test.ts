import { interval, type SchedulerAction, Subscription, take, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { timeline } from '../../lib/time/timeline'

describe('timeline', () => {
  it('runs actions in the order of time, then of scheduling', () => {
    const line = timeline()
    const seen: string[] = []
    for (const [name, delay] of [
      ['c', 5],
      ['a', 1],
      ['d', 5],
      ['b', 1],
      ['e', 5_000_000_000_000]
    ] as const) {
      line.schedule(() => seen.push(`${name}@${line.now()}`), delay)
    }
    line.run()
    expect(seen).toEqual(['a@1', 'b@1', 'c@5', 'd@5', 'e@5000000000000'])
  })

  it('run(until) includes the actions due at until, and leaves now there', () => {
    const line = timeline()
    const seen: number[] = []
    interval(10, line).subscribe(() => seen.push(line.now()))
    line.run(30)
    expect([seen, line.now(), line.nextAt(), line.pending]).toEqual([[10, 20, 30], 30, 40, 1])
    line.run(35)
    expect([line.now(), line.nextAt()]).toEqual([35, 40])
  })

  it('refuses negative, fractional, NaN and overlong delays', () => {
    const line = timeline()
    for (const delay of [-1, 0.5, NaN, -Infinity, 2 ** 53, -0.1]) {
      expect(() => line.schedule(() => undefined, delay)).toThrow(RangeError)
    }
    expect(line.pending).toBe(0)
    expect(() => line.schedule(() => undefined, -1)).toThrow(
      'timeline: a delay must be a whole number of ticks from 0 on, or Infinity, with its time below 2^53 (got -1 at 0)'
    )
  })

  it('an infinite delay never fires and is not kept', () => {
    const line = timeline()
    line.schedule(() => expect.unreachable(), Infinity)
    timer(Infinity, line).subscribe(() => expect.unreachable())
    expect([line.pending, line.nextAt()]).toEqual([0, Infinity])
    line.run()
    expect(line.now()).toBe(0)
  })

  it('a cancelled action does not run and is not kept', () => {
    const line = timeline()
    const cancelled = line.schedule(() => expect.unreachable(), 7)
    const seen: number[] = []
    line.schedule(() => seen.push(line.now()), 9)
    cancelled.unsubscribe()
    cancelled.unsubscribe()
    expect([line.pending, line.nextAt()]).toEqual([1, 9])
    line.run()
    expect(seen).toEqual([9])
  })

  it('scheduling again while pending voids the earlier appointment and takes a new place', () => {
    const line = timeline()
    const seen: unknown[] = []
    const action = line.schedule((state) => seen.push([state, line.now()]), 5, 'old') as unknown as SchedulerAction<unknown>
    line.schedule(() => seen.push(['other', line.now()]), 20)
    action.schedule('new', 20)
    expect(line.pending).toBe(2)
    line.run()
    expect(seen).toEqual([
      ['other', 20],
      ['new', 20]
    ])
    action.schedule('again', 1)
    line.run()
    expect(seen[2]).toEqual(['again', 21])
    action.schedule('never', 1)
    action.schedule('never', Infinity)
    expect(line.pending).toBe(0)
  })

  it('an error thrown by an action comes out of run, and the timeline runs on', () => {
    const line = timeline()
    const seen: number[] = []
    const broken = line.schedule(() => {
      throw new Error('boom')
    }, 3)
    line.schedule(() => seen.push(line.now()), 3)
    line.schedule(() => seen.push(line.now()), 4)
    expect(() => line.run()).toThrow('boom')
    expect([line.now(), line.pending, broken.closed]).toEqual([3, 2, true])
    line.run()
    expect(seen).toEqual([3, 4])
  })

  it('stop ends the run after the action under way', () => {
    const line = timeline()
    interval(2, line).subscribe((i) => i === 4 && line.stop())
    line.run(1000)
    expect([line.now(), line.pending]).toEqual([10, 1])
    line.run(13)
    expect(line.now()).toBe(13)
  })

  it('refuses a run within a run, a run into the past and a bad start', () => {
    const line = timeline({ start: 10 })
    line.schedule(() => line.run(), 1)
    expect(() => line.run()).toThrow('timeline.run: must not be called by an action of the same timeline (got a run within a run)')
    expect(() => line.run(5)).toThrow('timeline.run: until must be an integer not before now = 11 (got 5)')
    expect(() => line.run(11.5)).toThrow(RangeError)
    expect(() => timeline({ start: -1 })).toThrow('timeline: start must be an integer from 0 to 2^53 - 1 (got -1)')
  })

  it('an action that ends itself while it runs gives its entry to the next one', () => {
    const line = timeline()
    const seen: string[] = []
    const holder = new Subscription()
    holder.add(
      line.schedule(() => {
        holder.unsubscribe()
        line.schedule(() => seen.push(`inner@${line.now()}`), 1)
      }, 1)
    )
    line.run()
    expect([seen, line.pending]).toEqual([['inner@2'], 0])
  })

  it('counts from its start, near the end of time too', () => {
    const start = 2 ** 53 - 10
    const line = timeline({ start })
    const seen: number[] = []
    interval(2, line)
      .pipe(take(3))
      .subscribe(() => seen.push(line.now() - start))
    line.run()
    expect(seen).toEqual([2, 4, 6])
    expect(() => line.schedule(() => undefined, 4)).toThrow(RangeError)
  })
})
