import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ClusterScheduler,
  clusterScheduler,
  cyclesHad,
  enqueue,
  leavingAt,
  nextDecision,
  type Scheduled,
  type ScheduledThread,
  scheduleUntil,
  withdraw
} from '../../lib/guest/clusterScheduler'

const rule = { cores: 3, tick: 100, quantum: 2 }
const thread = (n: number, until = Number.POSITIVE_INFINITY): ScheduledThread => ({ process: 'p', thread: n, had: 0, until })
const queued = (scheduler: ClusterScheduler, threads: readonly ScheduledThread[]): ClusterScheduler =>
  threads.reduce((now, one) => enqueue(now, one).scheduler, scheduler)
const told = ({ decisions }: Scheduled) => decisions.map(({ type, at, core, thread: { thread: n } }) => `${at} ${type} ${n} on ${core}`)

describe('clusterScheduler', () => {
  it('gives idle cores to threads in their order', () => {
    const first = enqueue(clusterScheduler(rule), thread(0))
    expect(told(first)).toEqual(['0 runs 0 on 0'])
    const full = queued(first.scheduler, [thread(1), thread(2), thread(3)])
    expect(full.cores.map((one) => one?.thread)).toEqual([0, 1, 2])
    expect(full.ready.map((one) => one.thread)).toEqual([3])
  })

  it('never decides anything while nobody waits', () => {
    expect(nextDecision(queued(clusterScheduler(rule), [thread(0), thread(1), thread(2)]))).toBe(Number.POSITIVE_INFINITY)
  })

  it('lets the oldest give its core up once a quantum has passed, one core a tick', () => {
    const full = queued(clusterScheduler(rule), [thread(0), thread(1), thread(2), thread(3), thread(4)])
    expect(told(scheduleUntil(full, 500))).toEqual([
      '200 yields 0 on 0',
      '200 runs 3 on 0',
      '300 yields 1 on 1',
      '300 runs 4 on 1',
      '400 yields 2 on 2',
      '400 runs 0 on 2',
      '500 yields 3 on 0',
      '500 runs 1 on 0'
    ])
  })

  it('lets as many give their cores up at a tick as wait there, where it goes by who waits', () => {
    const full = queued(clusterScheduler({ ...rule, perTick: 'waiting' }), [thread(0), thread(1), thread(2), thread(3), thread(4)])
    expect(told(scheduleUntil(full, 399))).toEqual([
      '200 yields 0 on 0',
      '200 runs 3 on 0',
      '200 yields 1 on 1',
      '200 runs 4 on 1',
      '300 yields 2 on 2',
      '300 runs 0 on 2'
    ])
  })

  it('takes the core at the next tick from who has had it for long, when a thread comes late', () => {
    const full = scheduleUntil(queued(clusterScheduler(rule), [thread(0), thread(1), thread(2)]), 1234).scheduler
    expect(told(scheduleUntil(enqueue(full, thread(3)).scheduler, 1400))).toEqual([
      '1300 yields 0 on 0',
      '1300 runs 3 on 0',
      '1400 yields 1 on 1',
      '1400 runs 0 on 1'
    ])
  })

  it('hands the core of a thread whose time has come to the next', () => {
    const full = queued(clusterScheduler(rule), [thread(0, 30), thread(1), thread(2), thread(3, 10)])
    expect(told(scheduleUntil(full, 99))).toEqual(['30 leaves 0 on 0', '30 runs 3 on 0', '40 leaves 3 on 0'])
  })

  it('counts core time across withdrawals', () => {
    const running = scheduleUntil(queued(clusterScheduler(rule), [thread(0)]), 70).scheduler
    expect(cyclesHad(running, thread(0))).toBe(70)
    const out = withdraw(running, thread(0))!
    expect(out.thread.had).toBe(70)
    expect(cyclesHad(out.scheduler, thread(0))).toBe(undefined)
    expect(withdraw(out.scheduler, thread(0))).toBe(undefined)
    const later = scheduleUntil(out.scheduler, 100).scheduler
    expect(cyclesHad(scheduleUntil(enqueue(later, out.thread).scheduler, 105).scheduler, thread(0))).toBe(75)
    expect(told(scheduleUntil(leavingAt(enqueue(later, out.thread).scheduler, thread(0), 90), 200))).toEqual(['120 leaves 0 on 0'])
  })

  it('refuses rules that are none, and time that goes back', () => {
    expect(() => clusterScheduler({ ...rule, perTick: 'two' as never })).toThrow(
      'clusterScheduler: perTick must be one or waiting (got two)'
    )
    expect(() => clusterScheduler({ ...rule, quantum: 0 })).toThrow('clusterScheduler: quantum must be an integer from 1 on (got 0)')
    const later = scheduleUntil(clusterScheduler(rule), 10).scheduler
    expect(() => scheduleUntil(later, 9)).toThrow('scheduleUntil: the cycle must not be before 10 (got 9)')
  })
})

/** What happens to a scheduler: a thread comes, goes, or time passes. */
const steps = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('comes' as const), until: fc.option(fc.integer({ min: 1, max: 2000 })) }),
    fc.record({ type: fc.constant('goes' as const), n: fc.nat(20) }),
    fc.record({ type: fc.constant('passes' as const), cycles: fc.integer({ min: 0, max: 700 }) })
  ),
  { maxLength: 40 }
)
const rules = fc.record({
  cores: fc.integer({ min: 1, max: 4 }),
  tick: fc.integer({ min: 1, max: 200 }),
  quantum: fc.integer({ min: 1, max: 3 }),
  perTick: fc.constantFrom('one' as const, 'waiting' as const)
})

type Account = { scheduler: ClusterScheduler; came: number; busy: number; readonly had: Map<number, number>; readonly waitedFor: string[] }

const runOf = (
  rules: ClusterScheduler['rule'],
  happened: typeof steps extends fc.Arbitrary<infer S> ? S : never,
  look: (account: Account, decisions: Scheduled['decisions']) => void
): Account => {
  const account: Account = { scheduler: clusterScheduler(rules), came: 0, busy: 0, had: new Map(), waitedFor: [] }
  for (const step of happened) {
    if (step.type === 'comes') {
      const next = enqueue(account.scheduler, thread(account.came++, step.until ?? Number.POSITIVE_INFINITY))
      account.scheduler = next.scheduler
      look(account, next.decisions)
    } else if (step.type === 'goes') {
      const next = withdraw(account.scheduler, thread(step.n))
      if (next === undefined) continue
      account.scheduler = next.scheduler
      account.had.set(step.n, next.thread.had)
      look(account, next.decisions)
    } else {
      // Decision by decision, so that core time can be counted from outside.
      const to = account.scheduler.at + step.cycles
      for (;;) {
        const at = Math.min(to, nextDecision(account.scheduler))
        account.busy += (at - account.scheduler.at) * account.scheduler.cores.filter((one) => one !== undefined).length
        const next = scheduleUntil(account.scheduler, at)
        for (const { type, thread: one } of next.decisions) if (type === 'leaves') account.had.set(one.thread, one.had)
        account.scheduler = next.scheduler
        look(account, next.decisions)
        if (at === to) break
      }
    }
  }
  return account
}

describe('a scheduler, whatever comes and goes', () => {
  it('leaves no core idle while a thread waits, and gives no thread two cores', () => {
    fc.assert(
      fc.property(rules, steps, (rule, happened) => {
        runOf(rule, happened, ({ scheduler: { cores, ready } }) => {
          const running = cores.filter((one) => one !== undefined)
          if (ready.length > 0) expect(running).toHaveLength(rule.cores)
          const names = [...running, ...ready].map((one) => one.thread)
          expect(new Set(names).size).toBe(names.length)
        })
      })
    )
  })

  it('neither loses nor makes core time', () => {
    fc.assert(
      fc.property(rules, steps, (rule, happened) => {
        const { scheduler, had, busy, came } = runOf(rule, happened, () => undefined)
        const sum = Array.from({ length: came }, (_, n) => cyclesHad(scheduler, thread(n)) ?? had.get(n) ?? 0).reduce((a, b) => a + b, 0)
        expect(sum).toBe(busy)
      })
    )
  })

  it('gives cores in the order in which threads came to the queue', () => {
    fc.assert(
      fc.property(rules, steps, (rule, happened) => {
        let queue: readonly number[] = []
        runOf(rule, happened, ({ scheduler }, decisions) => {
          const began = decisions.filter(({ type }) => type === 'runs').map(({ thread: one }) => one.thread)
          // Who waited and began, began before those that waited behind it and still do.
          const still = scheduler.ready.map((one) => one.thread)
          for (const one of began)
            if (queue.includes(one))
              for (const other of still) if (queue.includes(other)) expect(queue.indexOf(one)).toBeLessThan(queue.indexOf(other))
          queue = still
        })
      })
    )
  })

  it('does not depend on how often it is looked at', () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 9 }), fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 6 }), (rule, n, looks) => {
        const begin = queued(
          clusterScheduler(rule),
          Array.from({ length: n }, (_, i) => thread(i, i % 2 === 0 ? 137 * (i + 1) : Number.POSITIVE_INFINITY))
        )
        const total = looks.reduce((a, b) => a + b, 0)
        const inSteps = looks.reduce((now, step) => scheduleUntil(now, now.at + step).scheduler, begin)
        expect(inSteps).toEqual(scheduleUntil(begin, total).scheduler)
      })
    )
  })

  it('lets nobody wait for longer than all others may have a core', () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 12 }), (rule, n) => {
        const begin = queued(
          clusterScheduler(rule),
          Array.from({ length: n }, (_, i) => thread(i))
        )
        const after = scheduleUntil(begin, rule.tick * (rule.quantum + 1) * (n + 1)).scheduler
        for (let i = 0; i < n; i++) expect(cyclesHad(after, thread(i))).toBeGreaterThan(0)
      })
    )
  })
})
