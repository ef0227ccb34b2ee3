import * as fc from 'fast-check'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Command, Order } from '../../lib/protocol/command'
import type { ProcessPiece } from '../../lib/protocol/process'
import type { Signal } from '../../lib/protocol/signal'
import { timeline as newTimeline } from '../../lib/time/timeline'
import { chip } from '../../lib/world/chip'
import { mppaWiring } from '../../lib/world/mppaWiring'

const wiring = mppaWiring()

/** What asks one thing after the other, of whoever it names, and hears each answer. */
type Script = Generator<readonly [who: string, order: Order], void, Signal>

/** A chip on which some scripts run at once, until nothing is left to do. */
const conducted = (
  scripts: readonly Script[],
  processes: Readonly<Record<string, { readonly cluster: string; readonly user: string }>>
) => {
  const timeline = newTimeline()
  const commands = new Subject<Command>()
  const heard: Signal[] = []
  const waiting = new Map<number, Script>()
  let n = 0
  const goOn = (script: Script, signal?: Signal): void => {
    const { done, value } = signal === undefined ? script.next() : script.next(signal)
    if (done === true) return
    const [migration, order] = value
    waiting.set(n, script)
    commands.next({ order, to: { migration, lane: '', tag: n, n: n++ } })
  }
  chip({ wiring, processes })
    .signals({ commands, timeline, seed: 1 })
    .subscribe((signal) => {
      heard.push(signal)
      const script = 'to' in signal ? waiting.get(signal.to.n) : undefined
      if (script === undefined || !('to' in signal)) return
      waiting.delete(signal.to.n)
      timeline.schedule(() => goOn(script, signal), 0)
    })
  for (const script of scripts) goOn(script)
  timeline.run(4e8)
  return { heard, left: waiting.size }
}

/** How a process moves: after a while, where to, and which of the steps that spare its senders a way are taken. */
type Move = { readonly afterNs: number; readonly to: string; readonly holds: boolean; readonly tells: 'before' | 'after' | 'source' }

function* moving(process: string, from: string, moves: readonly Move[], failures: string[]): Script {
  let at = from
  for (const { afterNs, to, holds, tells } of moves) {
    yield ['io1', { type: 'wake', afterNs }]
    if (to === at) continue
    const wrong = (signal: Signal): void => {
      if (signal.type === 'refused') failures.push(signal.reason)
    }
    const ends = yield [at, { type: 'depend', process }]
    const nodes = ends.type === 'depends' ? ends.nodes : []
    wrong(yield [at, { type: 'freeze', process }])
    if (holds) for (const node of nodes) wrong(yield [node, { type: 'hold', process }])
    const described = yield [at, { type: 'describe', process }]
    if (described.type !== 'described') return wrong(described)
    wrong(yield [to, { type: 'admit', made: described.made }])
    for (const piece of described.made.pieces as readonly ProcessPiece[]) {
      const read = yield [at, { type: 'extract', process, piece }]
      if (read.type !== 'extracted') return wrong(read)
      yield* insisting(to, { type: 'install', process, piece, content: read.content })
    }
    const told = tells === 'source' && !holds ? [] : nodes
    if (tells === 'before') for (const node of told) yield* insisting(node, { type: 'repoint', process, to })
    wrong(yield [to, { type: 'unfreeze', process }])
    if (tells !== 'before') for (const node of told) yield* insisting(node, { type: 'repoint', process, to })
    yield* insisting(at, { type: 'repoint', process, to })
    wrong(yield [at, { type: 'forget', process }])
    at = to
  }
}

const MAILS = 4
const PUTS = [5000, 100, 9000]

/** An order that is given again while there are no slots or channels for it, or no permission yet. */
function* insisting(who: string, order: Order): Generator<readonly [string, Order], Signal, Signal> {
  for (;;) {
    const signal = yield [who, order]
    if (signal.type !== 'refused') return signal
    yield [who, { type: 'wake', afterNs: 20_000 }]
  }
}

/** Numbered messages and bulk to everybody else, one after the other. */
function* mailing(me: string, other: string): Script {
  const end = `mail ${other}`
  yield* insisting(me, { type: 'attach', end, kind: 'mailbox', remote: other })
  for (let i = 0; i < MAILS; i++) yield* insisting(me, { type: 'mail', end, message: i })
  yield* insisting(me, { type: 'close', end })
}
function* putting(me: string, other: string, port: number): Script {
  const end = `bulk ${other}`
  yield* insisting(me, { type: 'attach', end, kind: 'portal', remote: other, port })
  for (const [i, bytes] of PUTS.entries()) yield* insisting(me, { type: 'put', end, bytes, content: `${me} ${i}` })
  yield* insisting(me, { type: 'close', end })
}
function* receiving(me: string, others: number, read: Map<string, unknown[]>): Script {
  yield* insisting(me, { type: 'create', end: 'mail', kind: 'mailbox' })
  for (let i = 0; i < MAILS * others; i++) {
    const signal = yield* insisting(me, { type: 'receive', end: 'mail' })
    if (signal.type === 'received') read.set(`${signal.from} to ${me}`, [...(read.get(`${signal.from} to ${me}`) ?? []), signal.message])
  }
  yield* insisting(me, { type: 'close', end: 'mail' })
}
function* getting(me: string, other: string, port: number, read: Map<string, unknown[]>): Script {
  const end = `bulk of ${other}`
  const bytes = PUTS.reduce((sum, one) => sum + one, 0)
  yield* insisting(me, { type: 'create', end, kind: 'portal', port })
  yield* insisting(me, { type: 'allow', end, from: other, bytes })
  const signal = yield* insisting(me, { type: 'get', end, bytes })
  read.set(`bulk ${other} to ${me}`, signal.type === 'got' ? [...signal.contents] : [signal])
  yield* insisting(me, { type: 'close', end })
}

/** A stranger's process on one cluster with them: what it tries with their ends and portals, again and again. */
function* prying(me: string, others: readonly string[], reached: unknown[]): Script {
  for (let i = 0; i < 40; i++) {
    const other = others[i % others.length]
    const tries: readonly Order[] = [
      { type: 'receive', end: 'mail' },
      { type: 'get', end: `bulk of ${other}`, bytes: 1 },
      { type: 'put', end: `bulk ${other}`, bytes: 1 },
      { type: 'close', end: 'mail' },
      { type: 'attach', end: 'in', kind: 'portal', remote: other, port: i },
      { type: 'put', end: 'in', bytes: 1, content: 'mine' }
    ]
    for (const order of tries) {
      const signal = yield [me, order]
      if (signal.type !== 'refused') reached.push([order, signal])
    }
    yield [me, { type: 'wake', afterNs: 40_000 }]
  }
}

const clusters = ['cc0', 'cc1', 'cc2', 'io0'] as const
const moves = fc.array(
  fc.record({
    afterNs: fc.integer({ min: 0, max: 1_500_000 }),
    to: fc.constantFrom(...clusters),
    holds: fc.boolean(),
    tells: fc.constantFrom('before' as const, 'after' as const, 'source' as const)
  }),
  { maxLength: 4 }
)
const plans = fc.record({ p1: moves, p2: moves, p3: moves })
const parties = ['p1', 'p2', 'p3', 'cc5']

const talked = (plan: { readonly p1: readonly Move[]; readonly p2: readonly Move[]; readonly p3: readonly Move[] }) => {
  const read = new Map<string, unknown[]>()
  const failures: string[] = []
  const pairs = parties.flatMap((me, i) =>
    parties.flatMap((other, j) => (i === j ? [] : [{ me, other, port: 10 * i + j, back: 10 * j + i }]))
  )
  const scripts = [
    moving('p1', 'cc0', plan.p1, failures),
    moving('p2', 'cc0', plan.p2, failures),
    moving('p3', 'cc1', plan.p3, failures),
    ...parties.map((me) => receiving(me, parties.length - 1, read)),
    ...pairs.map(({ me, other }) => mailing(me, other)),
    ...pairs.map(({ me, other, back }) => getting(me, other, back, read)),
    ...pairs.map(({ me, other, port }) => putting(me, other, port))
  ]
  const reached: unknown[] = []
  scripts.push(prying('eve', ['p1', 'p2', 'p3'], reached))
  const { heard, left } = conducted(scripts, {
    p1: { cluster: 'cc0', user: 'ann' },
    p2: { cluster: 'cc0', user: 'bob' },
    p3: { cluster: 'cc1', user: 'ann' },
    eve: { cluster: 'cc0', user: 'eve' }
  })
  return { heard, left, read, failures, pairs, reached }
}

describe('processes that move while they talk', () => {
  it('lose and double nothing, and hear each sender in its order; all slots come back, and no stranger reaches their ends', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { heard, left, read, failures, pairs, reached } = talked(plan)
        expect(reached).toEqual([])
        expect({ left, failures }).toEqual({ left: 0, failures: [] })
        for (const { me, other } of pairs) {
          expect([me, other, read.get(`${me} to ${other}`)]).toEqual([me, other, Array.from({ length: MAILS }, (_, i) => i)])
          expect(read.get(`bulk ${me} to ${other}`)).toEqual(PUTS.map((_, i) => `${me} ${i}`))
        }
        const slots = new Map(heard.flatMap((one) => (one.type === 'slots' ? [[`${one.node} ${one.kind}`, one] as const] : [])))
        for (const { cRx, cTx, dRx, dTx } of slots.values()) expect([cRx, cTx, dRx, dTx]).toEqual([0, 0, 0, 0])
      }),
      { numRuns: 12 }
    )
  })
})
