import { describe, expect, it } from 'vitest'
import type { Order } from '../../lib/protocol/command'
import type { Signal } from '../../lib/protocol/signal'
import type { ChipOptions } from '../../lib/world/chipOptions'
import { nanvixPartition } from '../../lib/world/chipSlots'
import { chipOf } from './processes'

type Chip = ReturnType<typeof chipOf>

const two = (options: ChipOptions = {}): Chip => {
  const world = chipOf({ processes: { p1: { cluster: 'cc0', user: 'ann' }, p2: { cluster: 'cc1', user: 'bob' } }, ...options })
  world.until(1000)
  return world
}
const wants = (world: Chip, who: string, ...orders: readonly Order[]): void => {
  for (const order of orders) expect([who, order, world.reasonOf(world.ask(who, order))]).toEqual([who, order, undefined])
}
const mailboxIn = (end: string, port = 0): Order => ({ type: 'create', end, kind: 'mailbox', port })
const mailboxOut = (end: string, remote: string, port = 0): Order => ({ type: 'attach', end, kind: 'mailbox', remote, port })
const portalIn = (end: string, port = 0): Order => ({ type: 'create', end, kind: 'portal', port })
const portalOut = (end: string, remote: string, port = 0): Order => ({ type: 'attach', end, kind: 'portal', remote, port })
const repointed = (world: Chip, process: string, to: string, ...clusters: readonly string[]): void => {
  for (const cluster of clusters) wants(world, cluster, { type: 'repoint', process, to })
}
/** Stops, holds at all that depend on it, moves, and tells them. */
const moved = (world: Chip, process: string, from: string, to: string): void => {
  const depends = world.ask(from, { type: 'depend', process })
  if (depends.type !== 'depends') throw new RangeError(`moved: ${process} must be at ${from} (got ${depends.type})`)
  for (const node of depends.nodes) wants(world, node, { type: 'hold', process })
  expect(world.migrate(process, from, to)).toEqual([])
  repointed(world, process, to, from, ...depends.nodes.filter((node) => node !== from))
}
const answersOf = (world: Chip, asked: readonly number[]): readonly (Signal | undefined)[] => asked.map((n) => world.answers.get(n))
const lastSlots = (world: Chip, node: string, kind: string): unknown => {
  const fact = world
    .facts('slots')
    .filter((one) => one.node === node && one.kind === kind)
    .at(-1)
  return fact && [fact.cRx, fact.cTx, fact.dRx, fact.dTx]
}

describe('ports', () => {
  it('tell ends of one kind apart at one interface, which takes its slot once', () => {
    const world = chipOf({})
    wants(world, 'cc1', mailboxIn('a'), mailboxIn('b', 7))
    wants(world, 'cc0', mailboxOut('a', 'cc1'), mailboxOut('b', 'cc1', 7))
    expect(lastSlots(world, 'cc1', 'mailbox')).toEqual([0, 0, 1, 0])
    expect(lastSlots(world, 'cc0', 'mailbox')).toEqual([1, 0, 0, 0])
    wants(world, 'cc0', { type: 'mail', end: 'b', message: 'to b' }, { type: 'mail', end: 'a', message: 'to a' })
    expect(world.ask('cc1', { type: 'receive', end: 'a' })).toMatchObject({ message: 'to a', from: 'cc0' })
    expect(world.ask('cc1', { type: 'receive', end: 'b' })).toMatchObject({ message: 'to b', from: 'cc0' })
    wants(world, 'cc1', { type: 'close', end: 'a' })
    expect(lastSlots(world, 'cc1', 'mailbox')).toEqual([0, 0, 1, 0])
    wants(world, 'cc1', { type: 'close', end: 'b' })
    wants(world, 'cc0', { type: 'close', end: 'a' }, { type: 'close', end: 'b' })
    expect([lastSlots(world, 'cc1', 'mailbox'), lastSlots(world, 'cc0', 'mailbox')]).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0]
    ])
  })

  it('let more ends be there than the hardware has, and two portals of two nodes take turns, chunk by chunk', () => {
    const world = chipOf({})
    for (const port of [0, 1, 2]) {
      wants(world, 'cc1', portalIn(`in${port}`, port), { type: 'allow', end: `in${port}`, from: 'cc0', bytes: 12_288 })
      wants(world, 'cc0', portalOut(`out${port}`, 'cc1', port))
    }
    expect(lastSlots(world, 'cc1', 'portal')).toEqual([0, 1, 1, 0])
    const asked = [0, 1].map((port) => world.give('cc1', { type: 'get', end: `in${port}`, bytes: 12_288 }))
    for (const port of [0, 1]) world.give('cc0', { type: 'put', end: `out${port}`, bytes: 12_288, content: port })
    world.until(1e7)
    expect(answersOf(world, asked)).toMatchObject([
      { type: 'got', contents: [0] },
      { type: 'got', contents: [1] }
    ])
  })
})

describe('ends of processes', () => {
  it('reach a process by its name, and a daemon on its own cluster without the network', () => {
    const world = two()
    wants(world, 'cc0', mailboxIn('in', 1))
    wants(world, 'p1', mailboxIn('in'), mailboxOut('home', 'cc0', 1), mailboxOut('other', 'p2'))
    wants(world, 'p2', mailboxIn('in'), mailboxOut('other', 'p1'))
    wants(world, 'p1', { type: 'mail', end: 'home', message: 'x' }, { type: 'mail', end: 'other', message: 'y' })
    expect(world.ask('cc0', { type: 'receive', end: 'in' })).toMatchObject({ from: 'p1', message: 'x' })
    expect(world.ask('p2', { type: 'receive', end: 'in' })).toMatchObject({ from: 'p1', message: 'y' })
    expect(world.facts('arrived').map(({ node, process, from }) => [from, node, process])).toEqual([
      ['p1', 'cc0', undefined],
      ['p1', 'cc1', 'p2']
    ])
    expect(world.facts('slots').filter(({ node, cRx }) => node === 'cc0' && cRx > 1)).toEqual([])
  })

  it('go with it: what had come, what waits and what is half through', () => {
    const world = two({ talk: 'all' })
    wants(world, 'p1', mailboxIn('in'), portalIn('bulk'), { type: 'allow', end: 'bulk', from: 'p2', bytes: 20_000 })
    wants(world, 'p2', mailboxOut('out', 'p1'), portalOut('bulk', 'p1'))
    wants(world, 'cc5', mailboxOut('out', 'p1'), { type: 'mail', end: 'out', message: 'from cc5' })
    wants(world, 'p2', { type: 'mail', end: 'out', message: 0 })
    const put = world.give('p2', { type: 'put', end: 'bulk', bytes: 20_000, content: 'all' })
    const next = world.give('p2', { type: 'mail', end: 'out', message: 1 })
    const got = world.give('p1', { type: 'get', end: 'bulk', bytes: 20_000 })
    world.until(world.now() + 30_000)
    moved(world, 'p1', 'cc0', 'cc9')
    world.until(world.now() + 1e6)
    expect(answersOf(world, [put, got])).toMatchObject([{ type: 'done' }, { type: 'got', contents: ['all'] }])
    expect(
      world
        .facts('arrived')
        .filter(({ by }) => by === 'portal')
        .reduce((sum, { bytes }) => sum + bytes, 0)
    ).toBe(20_000)
    expect(
      new Set(
        world
          .facts('arrived')
          .filter(({ by }) => by === 'portal')
          .map(({ node }) => node)
      )
    ).toEqual(new Set(['cc0', 'cc9']))
    const read = [0, 1, 2].map(() => world.ask('p1', { type: 'receive', end: 'in' }))
    expect(read.map((one) => one.type === 'received' && one.message)).toEqual(['from cc5', 0, 1])
    expect(answersOf(world, [next])).toMatchObject([{ type: 'done' }])
    expect(world.facts('bounced')).toEqual([])
    wants(world, 'p1', { type: 'close', end: 'in' }, { type: 'close', end: 'bulk' })
    wants(world, 'p2', { type: 'close', end: 'out' }, { type: 'close', end: 'bulk' })
    wants(world, 'cc5', { type: 'close', end: 'out' })
    for (const node of ['cc0', 'cc1', 'cc5', 'cc9'])
      for (const kind of ['mailbox', 'portal'])
        expect([node, kind, lastSlots(world, node, kind) ?? [0, 0, 0, 0]]).toEqual([node, kind, [0, 0, 0, 0]])
  })

  it('are found again where nobody was told: what comes to the old cluster goes back to its sender, which asks again', () => {
    const world = two()
    wants(world, 'p1', mailboxIn('in'))
    wants(world, 'cc5', mailboxOut('out', 'p1'))
    expect(world.migrate('p1', 'cc0', 'cc9')).toEqual([])
    const asked = world.give('p1', { type: 'receive', end: 'in' })
    wants(world, 'cc5', { type: 'mail', end: 'out', message: 'lost?' })
    world.until(world.now() + 1e6)
    expect(world.answers.get(asked)).toBeUndefined()
    expect(world.facts('bounced').length).toBeGreaterThan(3)
    wants(world, 'cc0', { type: 'repoint', process: 'p1', to: 'cc9' })
    world.until(world.now() + 1e6)
    expect(world.answers.get(asked)).toMatchObject({ type: 'received', message: 'lost?' })
    const before = world.facts('bounced').length
    wants(world, 'cc5', { type: 'mail', end: 'out', message: 'again' })
    expect(world.ask('p1', { type: 'receive', end: 'in' })).toMatchObject({ message: 'again' })
    expect(world.facts('bounced')).toHaveLength(before)
  })

  it('are listed with those at their other sides, and the clusters of those', () => {
    const world = two()
    wants(
      world,
      'p1',
      mailboxIn('in'),
      portalIn('bulk'),
      { type: 'allow', end: 'bulk', from: 'p2', bytes: 1 },
      mailboxOut('out', 'io0.1', 3)
    )
    wants(world, 'p2', mailboxOut('out', 'p1'), portalOut('bulk', 'p1'))
    wants(world, 'cc7', mailboxOut('out', 'p1'), mailboxOut('port', 'p1', 4))
    const listed = world.ask('cc0', { type: 'depend', process: 'p1' })
    expect(listed).toMatchObject({
      ends: [
        { end: 'in', kind: 'mailbox', way: 'in', peers: ['p2', 'cc7'] },
        { end: 'bulk', kind: 'portal', way: 'in', peers: ['p2'] },
        { end: 'out', kind: 'mailbox', way: 'out', peers: ['io0.1'] }
      ]
    })
    expect(listed.type === 'depends' && [...listed.nodes].sort()).toEqual(['cc1', 'cc7', 'io0'])
    wants(world, 'p2', { type: 'close', end: 'out' }, { type: 'close', end: 'bulk' })
    wants(world, 'cc7', { type: 'close', end: 'out' }, { type: 'close', end: 'port' })
    world.until(world.now() + 1e5)
    expect(world.ask('cc0', { type: 'depend', process: 'p1' })).toMatchObject({ nodes: ['cc1', 'io0'] })
    expect(world.reasonOf(world.ask('cc1', { type: 'depend', process: 'p1' }))).toBe('no process called p1 is here')
  })

  it('wait while their cluster holds, and leave when it is told where the process is', () => {
    const world = two()
    wants(world, 'p1', mailboxIn('in'))
    wants(world, 'cc5', mailboxOut('out', 'p1'), { type: 'hold', process: 'p1' }, { type: 'hold', process: 'p1' })
    wants(world, 'cc5', { type: 'mail', end: 'out', message: 'held' })
    world.until(world.now() + 1e6)
    expect(world.facts('arrived')).toEqual([])
    repointed(world, 'p1', 'cc0', 'cc5')
    expect(world.ask('p1', { type: 'receive', end: 'in' })).toMatchObject({ message: 'held' })
  })

  it('need slots at the target, which may have run out: then the process goes on where it was', () => {
    const world = two()
    wants(world, 'p1', mailboxOut('a', 'io0', 1), mailboxOut('b', 'io1', 1))
    for (const remote of ['cc10', 'cc11', 'cc12']) wants(world, 'cc9', mailboxOut(remote, remote))
    wants(world, 'cc0', { type: 'freeze', process: 'p1' })
    const made = world.imageFrom('cc0', 'p1')
    wants(world, 'cc9', { type: 'admit', made })
    const came = made.pieces.map((piece) => [piece.section, world.reasonOf(world.copyOver('p1', 'cc0', 'cc9', piece))])
    expect(came.filter(([, reason]) => reason !== undefined)).toEqual([['ends', 'all 4 mailbox ends that send at cc9 are in use']])
    expect(world.ask('cc9', { type: 'unfreeze', process: 'p1' }).type).toBe('refused')
    wants(world, 'cc9', { type: 'forget', process: 'p1' })
    wants(world, 'cc0', { type: 'unfreeze', process: 'p1' })
    wants(world, 'io0', mailboxIn('in', 1))
    wants(world, 'p1', { type: 'mail', end: 'a', message: 'still' })
    expect(world.ask('io0', { type: 'receive', end: 'in' })).toMatchObject({ message: 'still' })
    expect(lastSlots(world, 'cc9', 'mailbox')).toEqual([3, 0, 0, 0])
  })

  it('of syncs take along the bits that are set', () => {
    const world = two()
    const sync = { mode: 'allToOne', nodes: ['p1', 'p2', 'cc5'] } as const
    wants(world, 'p1', { type: 'create', end: 's', kind: 'sync', sync })
    for (const one of ['p2', 'cc5']) wants(world, one, { type: 'attach', end: 's', kind: 'sync', sync })
    wants(world, 'p2', { type: 'signal', end: 's' })
    moved(world, 'p1', 'cc0', 'cc9')
    const asked = world.give('p1', { type: 'await', end: 's' })
    world.until(world.now() + 1e6)
    expect(world.answers.get(asked)).toBeUndefined()
    wants(world, 'cc5', { type: 'signal', end: 's' })
    world.until(world.now() + 1e6)
    expect(world.answers.get(asked)).toMatchObject({ type: 'awaited' })
  })

  it('of two that both move find each other', () => {
    const world = two({ talk: 'all' })
    wants(world, 'p1', mailboxIn('in'))
    wants(world, 'p2', mailboxIn('in'), mailboxOut('out', 'p1'))
    wants(world, 'p1', mailboxOut('out', 'p2'))
    moved(world, 'p1', 'cc0', 'cc9')
    moved(world, 'p2', 'cc1', 'cc3')
    moved(world, 'p1', 'cc9', 'cc3')
    wants(world, 'p1', { type: 'mail', end: 'out', message: 'here?' })
    expect(world.ask('p2', { type: 'receive', end: 'in' })).toMatchObject({ message: 'here?' })
    expect(world.facts('bounced')).toEqual([])
    expect(world.facts('arrived').at(-1)).toMatchObject({ node: 'cc3' })
    expect(lastSlots(world, 'cc3', 'mailbox')).toEqual([0, 0, 1, 0])
    moved(world, 'p2', 'cc3', 'cc1')
    wants(world, 'p2', { type: 'mail', end: 'out', message: 'there' })
    expect(world.ask('p1', { type: 'receive', end: 'in' })).toMatchObject({ message: 'there' })
  })

  it('of a process that has ended refuse who waits for it', () => {
    const world = two({ talk: 'all' })
    wants(world, 'p2', portalOut('bulk', 'p1'))
    const put = world.give('p2', { type: 'put', end: 'bulk', bytes: 5 })
    wants(world, 'p1', mailboxIn('in'), mailboxOut('out', 'p2'))
    wants(world, 'cc0', { type: 'kill', process: 'p1' })
    world.until(world.now() + 1e6)
    expect(world.reasonOf(world.answers.get(put))).toBe('p1 is no more: the process has ended')
    expect(world.reasonOf(world.ask('p1', { type: 'receive', end: 'in' }))).toBe('the process has ended')
    expect(world.reasonOf(world.ask('cc5', mailboxOut('x', 'p1')))).toBe('p1 is no more: the process has ended')
    expect(lastSlots(world, 'cc0', 'mailbox')).toEqual([0, 0, 0, 0])
  })
})

describe('a cluster that fails', () => {
  const failing = (at: number) => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0' } }, faults: [{ at, cluster: 'cc0' }] })
    world.until(1000)
    return world
  }

  it('keeps nobody waiting: neither who holds nor who wants to be let in', () => {
    const world = failing(30_000)
    world.until(29_900)
    const waiting = [world.give('cc5', mailboxOut('a', 'p1')), world.give('cc6', { type: 'hold', process: 'p1' })]
    world.until(1e6)
    expect(answersOf(world, waiting)).toMatchObject([{ type: 'refused', reason: 'p1 is no more: the process is lost' }, { type: 'done' }])
    wants(world, 'cc5', { type: 'hold', process: 'p1' })
  })

  it('takes along what waits for its processes: a mailbox can be closed, and refuses what comes next', () => {
    const world = failing(1_000_000)
    wants(world, 'cc5', mailboxOut('a', 'p1'), { type: 'mail', end: 'a', message: 1 })
    const next = world.give('cc5', { type: 'mail', end: 'a', message: 2 })
    world.until(2e6)
    expect(world.reasonOf(world.answers.get(next))).toBe('p1 is no more: the process is lost')
    wants(world, 'cc5', { type: 'close', end: 'a' })
    expect(lastSlots(world, 'cc5', 'mailbox')).toEqual([0, 0, 0, 0])
  })
})

describe('users', () => {
  it('cannot use ends of others, nor reach their portals unless they are allowed', () => {
    const world = two()
    wants(world, 'p1', portalIn('bulk'), mailboxIn('in'))
    for (const order of [
      { type: 'get', end: 'bulk', bytes: 1 },
      { type: 'close', end: 'in' },
      { type: 'receive', end: 'in' }
    ] as const)
      expect(world.reasonOf(world.ask('p2', order))).toBe(`there is no end called ${order.end}`)
    expect(world.reasonOf(world.ask('p2', portalOut('out', 'p1')))).toBe('p1 is of another user and has not allowed p2')
    wants(world, 'p1', { type: 'allow', end: 'bulk', from: 'p2', bytes: 10 })
    expect(world.reasonOf(world.ask('p2', portalOut('out', 'p1', 1)))).toBe('p1 is of another user and has not allowed p2')
    wants(world, 'p2', portalOut('out', 'p1'), mailboxOut('mail', 'p1'))
    expect(lastSlots(world, 'cc1', 'portal')).toEqual([1, 0, 0, 0])
  })

  it('may be kept apart altogether, or not at all', () => {
    const own = two({ talk: 'own' })
    wants(own, 'p1', mailboxIn('in'))
    expect(own.reasonOf(own.ask('p2', mailboxOut('mail', 'p1')))).toBe('p1 is of another user')
    wants(own, 'cc5', mailboxOut('mail', 'p1'))
    const all = two({ talk: 'all' })
    wants(all, 'p2', portalOut('out', 'p1'))
  })
})

describe('a partition', () => {
  it('counts hardware ends, whoever shares them', () => {
    const partition = { ...nanvixPartition(), mailbox: { ...nanvixPartition().mailbox, attached: 1 } }
    const world = two({ partition })
    wants(world, 'p1', mailboxOut('a', 'cc5'), mailboxOut('b', 'cc5', 1))
    wants(world, 'cc0', mailboxOut('c', 'cc5'))
    expect(world.reasonOf(world.ask('cc0', mailboxOut('d', 'cc6')))).toBe('all 1 mailbox ends that send at cc0 are in use')
    wants(world, 'p1', { type: 'close', end: 'a' }, { type: 'close', end: 'b' })
    expect(world.reasonOf(world.ask('cc0', mailboxOut('d', 'cc6')))).toBe('all 1 mailbox ends that send at cc0 are in use')
    wants(world, 'cc0', { type: 'close', end: 'c' }, mailboxOut('d', 'cc6'))
  })
})
