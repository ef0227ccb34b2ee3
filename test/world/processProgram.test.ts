import { describe, expect, it } from 'vitest'
import { chipOf } from './processes'

/** A call of the kernel, whatever it comes to. */
const call = { type: 'close', end: 'none' } as const
const MS = 1e6

describe('the program of a process', () => {
  it('has its calls answered at once while there is a core for every thread', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 15 } } })
    world.until(1000)
    for (let i = 0; i < 5; i++) world.ask('p1', call)
    expect(world.now()).toBeLessThan(MS)
  })

  it('gives its core up for each call to a sixteenth thread, and waits for the next tick to have one again', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 16 } } })
    world.until(1000)
    const times = Array.from({ length: 5 }, () => {
      world.ask('p1', call)
      return world.now()
    })
    expect(times).toEqual([10, 20, 30, 40, 50].map((ms) => ms * MS))
  })

  it('has threads of other processes beside it on the same cores', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 1 }, p2: { cluster: 'cc0', threads: 15 } } })
    world.until(1000)
    world.ask('p1', call)
    expect(world.now()).toBe(10 * MS)
    expect(world.facts('threads').at(-1)).toMatchObject({ process: 'p2', running: 14, ready: 1 })
  })

  it('hears nothing while it is frozen, and all of it in order when it goes on', () => {
    const world = chipOf({ kernel: { unfreeze: 20_000 }, processes: { p1: { cluster: 'cc0' } } })
    world.until(1000)
    const timers = [30_000, 20_000, 450_000].map((afterNs) => world.give('p1', { type: 'wake', afterNs }))
    const heard = () => world.heard.flatMap((one) => ('to' in one && timers.includes(one.to.n) ? [timers.indexOf(one.to.n)] : []))
    world.ask('cc0', { type: 'freeze', process: 'p1' })
    const peek = world.give('p1', { type: 'peek', page: 0 })
    world.until(350_000)
    expect(heard()).toEqual([])
    world.ask('cc0', { type: 'unfreeze', process: 'p1' })
    expect(heard()).toEqual([1, 0])
    expect(world.answers.has(peek)).toBe(false)
    world.until(600_000)
    expect(heard()).toEqual([1, 0, 2])
    expect(world.answers.get(peek)).toMatchObject({ type: 'peeked', word: 0 })
  })

  it('takes an order back that has not begun', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0' } } })
    world.until(1000)
    world.ask('cc0', { type: 'freeze', process: 'p1' })
    const peek = world.give('p1', { type: 'peek', page: 0 })
    world.give('p1', { type: 'cancel', tag: peek })
    world.ask('cc0', { type: 'unfreeze', process: 'p1' })
    world.until(world.now() + 1000)
    expect(world.reasonOf(world.answers.get(peek))).toBe('it is cancelled')
  })

  it('begins together what it gives at one moment, and what it gives later when it has a core again', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 16 } } })
    world.until(1000)
    const together = [
      world.give('p1', { type: 'create', end: 'a', kind: 'mailbox' }),
      world.give('p1', { type: 'create', end: 'b', kind: 'portal' })
    ]
    world.until(2000)
    const later = world.give('p1', { type: 'create', end: 'c', kind: 'portal', port: 1 })
    const slots = () => world.facts('slots').map(({ kind }) => kind)
    world.until(9 * MS)
    expect(slots()).toEqual(['mailbox', 'portal'])
    world.until(30 * MS)
    expect(slots()).toEqual(['mailbox', 'portal', 'portal'])
    expect([...together, later].map((n) => [world.answers.get(n)?.type, world.answers.get(n)?.at])).toEqual([
      ['done', 10 * MS],
      ['done', 10 * MS],
      ['done', 20 * MS]
    ])
  })

  it('waits for its process to begin', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', at: 5000 } } })
    world.until(10)
    expect(world.ask('p1', { type: 'poke', page: 0, word: 1 }).at).toBeGreaterThan(5000)
  })
})

describe('threads that go on after a migration', () => {
  it('have a core at once but for the sixteenth and more, which is told', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 17 } } })
    world.until(MS)
    expect(world.migrate('p1', 'cc0', 'cc1')).toEqual([])
    world.until(world.now() + 40 * MS)
    const there = world.facts('threads').filter(({ migration }) => migration === 'cc1')
    expect(there.map(({ running, ready, behind }) => [running, ready, behind])).toEqual([
      [15, 2, 2],
      [15, 2, undefined]
    ])
    const [first, second] = there.map(({ at }) => at)
    expect([second % (10 * MS), second - first < 20 * MS]).toEqual([0, true])
  })
})
