import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import { flitRouter } from '../../lib/noc/flitRouter'
import { hopNoc } from '../../lib/noc/hopNoc'
import { linksBetween } from '../../lib/noc/linksBetween'
import type { Entry, Journal } from '../../lib/protocol/journal'
import * as phase from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { key } from '../../lib/random/random'
import { type ChipActivity, chipActivity } from '../../lib/report/chipActivity'
import { total } from '../../lib/report/chipLoads'
import { runFold } from '../../lib/stream/fold'
import { milliseconds, seconds } from '../../lib/time/time'
import { chip } from '../../lib/world/chip'
import { mppaWiring } from '../../lib/world/mppaWiring'
import { onChip } from '../../lib/world/onChip'
import { gather } from '../../pipelines/collectives/gather'
import { type Script, script } from '../../pipelines/collectives/script'
import { ranThreads, scripted } from '../../pipelines/isoThreads'
import { migrationDaemon } from '../../pipelines/manycore/migrationDaemon'
import { requestMigration } from '../../pipelines/manycore/requestMigration'
import { chipPlans, timedPrograms } from '../../properties/chip/chipPlan'
import { journalOf } from '../../properties/journalOf'
import { arrived, begunChip, given, movedProcess, told } from './chipJournals'

const wiring = mppaWiring()
const activityOf = (journal: Journal): ChipActivity => runFold(chipActivity({ wiring }), journal)!
const plans = chipPlans.map((plan) =>
  journalOf(timedPrograms(plan), chip({ wiring, faults: plan.faults, fidelity: plan.fidelity }), { until: seconds(1) })
)

/** A process of cc0 that sends another on cc11 8 kB in each quarter of a millisecond, before and after, moves to cc10 after one, asked by a program on io0. */
const moving = (technique: 'nanvix' | 'stopAndCopy' | 'cold' | 'precopy' | 'postcopy'): Journal => {
  const times = Array.from({ length: 80 })
  const p = script([
    [{ type: 'attach', end: 'to q', kind: 'portal', remote: 'q' }],
    ...times.flatMap((): Script => [[{ type: 'wake', afterNs: 250_000 }], [{ type: 'put', end: 'to q', bytes: 8192 }]])
  ])
  const q = script([
    [{ type: 'create', end: 'in', kind: 'portal' }],
    ...times.flatMap((): Script => [[{ type: 'allow', end: 'in', from: 'p', bytes: 8192 }], [{ type: 'get', end: 'in', bytes: 8192 }]])
  ])
  const asking: Pipeline = () =>
    pipe(
      phase.request({ type: 'wake', afterNs: milliseconds(1) }),
      phase.andThen('asked', () => requestMigration({ process: 'p', from: 'cc0', to: 'cc10', technique })),
      phase.map((): Outcome => ({ type: 'completed', needs: [] }))
    )
  const daemons = Object.fromEntries(['cc0', 'cc10', 'cc11', 'io1'].map((name) => [name, migrationDaemon({ keeper: 'io1' })]))
  const world = chip({ wiring, processes: { p: { cluster: 'cc0', threads: 2 }, q: { cluster: 'cc11' } } })
  return journalOf({ ...daemons, p: () => p, q: () => q, io0: asking }, world, { until: milliseconds(500) })
}

/** All but the chip, which has functions. */
const plain = ({ world: _, entries: __, ...others }: ChipActivity): unknown => others

type Arrived = {
  readonly at: number
  readonly process?: string
  readonly by: string
  readonly from: string
  readonly node: string
  readonly bytes: number
}
const arrivalsIn = (journal: Journal): readonly Arrived[] =>
  journal.flatMap((entry) => (entry.type === 'signalled' && entry.signal.type === 'arrived' ? [entry.signal] : []))

/** Packets of 256 bytes behind a header flit each, in flits of 4 bytes; a chunk has 16 bytes of header besides. */
const packetsOf = ({ by, bytes }: Arrived): readonly number[] => {
  const wire = by === 'portal' ? bytes + 16 : bytes
  return Array.from({ length: Math.ceil(wire / 256) }, (_, i) => 1 + Math.ceil(Math.min(256, wire - 256 * i) / 4))
}
const flitsOf = (one: Arrived): number => packetsOf(one).reduce((sum, flits) => sum + flits, 0)

describe('chipActivity', () => {
  it('the flits of all links together are, of every arrival, its flits times the links of its way', () => {
    fc.assert(
      fc.property(plans, (journal) => {
        const { links, totals } = activityOf(journal)
        for (const lane of ['data', 'control'] as const) {
          const some = arrivalsIn(journal).filter(({ by }) => (by === 'sync') === (lane === 'control'))
          const expected = some.reduce(
            (sum, one) => sum + flitsOf(one) * linksBetween(wiring, wiring.nodeOf(one.from), wiring.nodeOf(one.node)).length,
            0
          )
          expect(links[lane].reduce((sum, { all }) => sum + total(all), 0)).toBe(expected)
          expect(totals[lane].flitHops).toBe(expected)
        }
      }),
      { numRuns: 40 }
    )
  })

  it('no link carries more in a window than it has cycles, and of migrations no more than in all', () => {
    fc.assert(
      fc.property(plans, (journal) => {
        const { links, cycles } = activityOf(journal)
        const tooMuch = [...links.data, ...links.control].flatMap(({ from, to, all, migration }) =>
          [...all].flatMap((flits, window) =>
            flits > (cycles[window] ?? 0) || migration[window] > flits ? [[from, to, window, flits, migration[window]]] : []
          )
        )
        expect(tooMuch).toEqual([])
      }),
      { numRuns: 40 }
    )
  })

  it('counts on each link what a network counts that carries the same packets', () => {
    const journal = journalOf(gather({ clusters: 16, over: 'portal', bytes: 9000 }), chip({ wiring }))
    const noc = hopNoc(wiring.topology, wiring.routing, flitRouter(), key(1))
    for (const one of arrivalsIn(journal).filter(({ by }) => by === 'portal'))
      for (const flits of packetsOf(one)) noc.offer(1, wiring.nodeOf(one.from), wiring.nodeOf(one.node), flits, 0)
    noc.run(1e9)
    const { linkFlits } = noc.counts()
    const { links } = activityOf(journal)
    const counted = new Float64Array(linkFlits.length)
    for (const { from, port, all } of links.data) counted[from * 7 + port] = total(all)
    linkFlits.forEach((flits, at) => {
      if (at % 7 < 6) expect([at, counted[at]]).toEqual([at, flits])
    })
    expect(total(counted)).toBeGreaterThan(0)
  })

  it('of two spans one after the other has what the whole has', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 4_000_000 }), (journal, at) => {
        const [before, after] = [{ until: at }, { from: at }].map((span) => runFold(chipActivity({ wiring, ...span }), journal)!)
        const whole = activityOf(journal)
        for (const lane of ['data', 'control'] as const) {
          const sum = (of: ChipActivity): number => of.links[lane].reduce((flits, { all }) => flits + total(all), 0)
          expect(sum(before) + sum(after)).toBe(sum(whole))
        }
        const ran = (of: ChipActivity): number =>
          [...of.states.values()].reduce((ticks, { program }) => ticks + (program === undefined ? 0 : total(program.rows.running)), 0)
        expect(ran(before) + ran(after)).toBe(ran(whole))
      }),
      { numRuns: 30 }
    )
  })

  it('counts each link as busy as late as it can have been, and never beyond the span that is asked for', () => {
    const span = { from: 99_000, until: 120_000 }
    const { from, until, links, entries } = runFold(chipActivity({ wiring, ...span }), [
      begunChip(),
      arrived(98_000, 'cc0', 'cc1', 4096),
      arrived(100_000, 'cc0', 'cc1', 144),
      arrived(200_000, 'cc0', 'cc1', 4096)
    ])!
    expect([from, until, entries]).toEqual([99_000, 120_000, 2])
    expect(links.data.map(({ all }) => total(all))).toEqual([37])
    expect(() => chipActivityFrom(5, 5)).toThrow('chipActivity: until must be after from, and from at least 0 (got 5 to 5)')
  })

  it('has at most 128 windows, and at least 64 of what is long enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 1e12 }), fc.integer({ min: 0, max: 1e9 }), (last, at) => {
        const { cycles, width, from, until } = activityOf([begunChip({}, at), arrived(at + last, 'cc0', 'cc1', 4096)])
        expect([from, until]).toEqual([at, at + last])
        expect(cycles.length).toBeLessThanOrEqual(128)
        expect(cycles.length).toBeGreaterThanOrEqual(64)
        expect(width * cycles.length).toBeGreaterThanOrEqual(last)
        expect(width * (cycles.length - 1)).toBeLessThan(last)
        expect(Math.abs(total(cycles) - last * 0.4)).toBeLessThanOrEqual(1)
      })
    )
  })

  it('puts what has come by a time before it: 1,045 flits of a chunk are 1,045 cycles of 2.5 ns, and take as many windows', () => {
    const { links, cycles, width } = activityOf([begunChip(), arrived(100_000, 'cc0', 'cc1', 4096), told(128_000, 'cc1', failing)])
    expect(links.data.map(({ from, to }) => [from, to])).toEqual([[0, 1]])
    expect(width).toBe(1024)
    const [{ all }] = links.data
    const loaded = [...all].flatMap((flits, window) => (flits > 0 ? [[window, flits]] : []))
    // Window 97 begins at 99,328 ns: of its cycles, 0.4 a ns rounded down at both ends, 40,000 - 39,731 have passed.
    expect(loaded).toEqual([
      [95, 1045 - 410 - 269],
      [96, 410],
      [97, 269]
    ])
    expect(cycles.slice(95, 98)).toEqual([409, 410, 409])
  })

  it('is the same however entries that tell nothing of it lie between', () => {
    const journal = movedProcess()
    const stirred = journal.flatMap((entry, i) => (i === 0 ? [entry] : [entry, told(entry.at, 'cc1', slots)]))
    expect(plain(activityOf(stirred))).toEqual(plain(activityOf(journal)))
  })

  it('does not change what it told before when it hears more', () => {
    const fold = chipActivity({ wiring })
    const [first, ...others] = movedProcess()
    let state = fold.step(fold.init(), first)
    for (const entry of others.slice(0, 60)) state = fold.step(state, entry)
    const early = fold.done(state)!
    const was = structuredClone(plain(early))
    for (const entry of others.slice(60)) state = fold.step(state, entry)
    expect(plain(early)).toEqual(was)
  })

  it('tells migrations from other traffic: what the two clusters send each other for no process, from the request to the end', () => {
    const { moves, totals, pairs, states } = activityOf(movedProcess())
    expect(moves).toEqual([
      {
        process: 'p',
        from: 'cc5',
        to: 'cc6',
        began: 2_050_000,
        admitted: 2_050_000,
        frozen: 2_250_000,
        resumed: 6_500_000,
        left: 6_600_000,
        ended: 6_600_000,
        end: 'completed',
        bytes: 40 * 4096,
        pieces: 40
      }
    ])
    expect(totals.data.migrationBytes).toBe(40 * 4096 + 2 * 144)
    expect(totals.data.bytes).toBe(40 * 4096 + 2 * 144 + (21 + 33) * 2 * 2048)
    expect(pairs[0]).toEqual({ from: 'cc5', to: 'cc6', transfers: 41, bytes: 40 * 4096 + 144, migrationBytes: 40 * 4096 + 144 })
    expect(states.get('cc5')!.threads!.most).toBe(18)
    const { rows } = states.get('cc5')!.threads!
    expect(total(rows.running)).toBe(15 * 2_250_000)
    expect(total(rows.frozen)).toBe(18 * (6_600_000 - 2_250_000))
    expect(total(states.get('cc6')!.threads!.rows.waiting)).toBe(3 * (activityOf(movedProcess()).until - 6_500_000))
  })

  it.each(['nanvix', 'stopAndCopy', 'cold', 'precopy', 'postcopy'] as const)(
    'of a migration by daemons, %s, is all that their programs send',
    (technique) => {
      const journal = moving(technique)
      const { moves, totals, unplaced, pairs } = activityOf(journal)
      expect(moves).toMatchObject([{ process: 'p', from: 'cc0', to: 'cc10', end: 'completed' }])
      const others = arrivalsIn(journal).filter(
        (one) => one.by !== 'sync' && (one.process !== undefined || one.from === 'p' || one.from === 'q')
      )
      const asked = arrivalsIn(journal).filter(({ from, node }) => from === 'io0' || node === 'io0')
      // What is said to a keeper, and by it, is not known to be of a migration; the chunks are.
      const kept = arrivalsIn(journal).filter(({ by, from, node }) => by === 'mailbox' && (from === 'io1' || node === 'io1'))
      expect(asked).toHaveLength(2)
      expect(others).toHaveLength(160)
      expect(totals.data.bytes - totals.data.migrationBytes).toBe([...others, ...asked, ...kept].reduce((sum, { bytes }) => sum + bytes, 0))
      expect(moves[0].bytes).toBeLessThan(totals.data.migrationBytes)
      expect(unplaced).toBe(0)
      expect(
        pairs.flatMap(({ from, to, migrationBytes, bytes }) => (to === 'cc11' && bytes > migrationBytes ? [from] : [])).sort()
      ).toEqual(['cc0', 'cc10'])
    }
  )

  it('tells migrations of threads on the clusters of a chip, those that were refused, and nothing that others send', () => {
    const kib = 1024
    const { journal } = ranThreads({ ...onChip({ wiring }), memoryBytes: 128 * kib }, [
      scripted('large', [
        { type: 'spawn', node: 2 },
        { type: 'allocate', bytes: 100 * kib }
      ]),
      scripted('t', [
        { type: 'spawn', node: 0 },
        { type: 'allocate', bytes: 60 * kib },
        { type: 'migrate', to: 2 },
        { type: 'migrate', to: 5 }
      ])
    ])
    const { moves, totals } = activityOf(journal)
    expect(moves.map(({ from, to, end, pieces }) => [from, to, end, pieces])).toEqual([
      ['cc0', 'cc2', 'back', 0],
      ['cc0', 'cc5', 'completed', 0]
    ])
    const [, { frozen, resumed, bytes }] = moves
    const within = arrivalsIn(journal).filter(
      ({ at, from, node }) => at >= frozen! && at <= resumed! && [from, node].includes('cc0') && [from, node].includes('cc5')
    )
    const refused = arrivalsIn(journal).filter(
      ({ at, from, node }) => at > moves[0].frozen! && at <= moves[0].ended! && [from, node].includes('cc0') && [from, node].includes('cc2')
    )
    const sum = (some: readonly Arrived[]): number => some.reduce((all, one) => all + one.bytes, 0)
    expect(sum(within)).toBeGreaterThan(bytes)
    expect(totals.data.migrationBytes).toBe(sum(within) + sum(refused))
  })

  it('takes a process that sends for where it counts then, and its traffic for none of a migration', () => {
    const { pairs, unplaced, totals } = activityOf([
      begunChip(),
      arrived(5, 'p', 'cc9', 100),
      told(10, 'cc4', { type: 'placed', process: 'p', user: 'ann', state: 'running' }),
      arrived(20, 'p', 'cc9', 100),
      told(30, 'cc7', { type: 'placed', process: 'p', user: 'ann', state: 'running' }),
      arrived(40, 'p', 'cc9', 100)
    ])
    expect(unplaced).toBe(1)
    expect(pairs.map(({ from, to, bytes }) => [from, to, bytes])).toEqual([
      ['cc4', 'cc9', 100],
      ['cc7', 'cc9', 100]
    ])
    expect(totals.data.migrationBytes).toBe(0)
  })

  it('takes what goes by way of a keeper for a migration once it is known to be one, and what is only saved for none', () => {
    const place = (at: number, cluster: string, state: 'running' | 'frozen' | 'arriving' | 'left'): Entry =>
      told(at, cluster, { type: 'placed', process: 'p', user: 'ann', state })
    const saved = [
      begunChip(),
      place(0, 'cc1', 'running'),
      arrived(5, 'cc1', 'io0', 1000),
      place(10, 'cc1', 'frozen'),
      arrived(20, 'cc1', 'io0', 1000),
      arrived(30, 'cc1', 'io0', 2000)
    ]
    const bytes = (...more: readonly Entry[]): number => activityOf([...saved, ...more]).totals.data.migrationBytes
    expect(bytes(place(40, 'cc1', 'running'), place(50, 'cc2', 'arriving'))).toBe(0)
    const moving = [place(40, 'cc2', 'arriving'), arrived(50, 'io0', 'cc2', 3000), place(60, 'cc2', 'running')]
    expect(bytes(...moving)).toBe(6000)
    expect(bytes(...moving, place(70, 'cc1', 'left'), arrived(80, 'io0', 'cc2', 500))).toBe(6000)
    expect(activityOf([...saved, ...moving, place(70, 'cc1', 'left')]).moves).toMatchObject([
      { from: 'cc1', to: 'cc2', began: 10, frozen: 10, admitted: 40, resumed: 60, ended: 70, end: 'completed' }
    ])
    const kept = [begunChip(), place(40, 'cc2', 'arriving'), arrived(50, 'io0', 'cc2', 3000), place(60, 'cc2', 'running')]
    expect(activityOf(kept).moves).toMatchObject([{ to: 'cc2', ended: 60, end: 'completed' }])
    expect(activityOf(kept).totals.data.migrationBytes).toBe(3000)
  })

  it('takes for a migration what the source tells those that have ends to the process', () => {
    const place = (at: number, cluster: string, state: 'running' | 'frozen' | 'arriving'): Entry =>
      told(at, cluster, { type: 'placed', process: 'p', user: 'ann', state })
    const to = { migration: 'cc1', lane: '', tag: 0, n: 7 }
    const depending = (nodes: readonly string[]) => [
      begunChip(),
      place(0, 'cc1', 'running'),
      place(5, 'cc1', 'frozen'),
      given(6, 'cc1', 7, { type: 'depend', process: 'p' }),
      { type: 'signalled', at: 8, signal: { type: 'depends', at: 8, to, ends: [], nodes, cycles: 1 } } as Entry,
      arrived(10, 'cc1', 'cc5', 144),
      arrived(12, 'cc5', 'cc1', 144),
      arrived(15, 'cc1', 'io0', 144),
      arrived(20, 'cc1', 'cc2', 144),
      place(30, 'cc2', 'arriving'),
      arrived(40, 'cc1', 'cc5', 144)
    ]
    expect(activityOf(depending(['cc5'])).totals.data.migrationBytes).toBe(4 * 144)
    expect(activityOf(depending([])).totals.data.migrationBytes).toBe(144)
    expect(activityOf(depending(['cc2', 'cc5'])).totals.data.migrationBytes).toBe(4 * 144)
  })

  it('takes a process for gone on when the cluster fails that it has left', () => {
    const place = (at: number, cluster: string, state: 'running' | 'arriving'): Entry =>
      told(at, cluster, { type: 'placed', process: 'p', user: 'ann', state })
    const journal = [begunChip(), place(0, 'cc1', 'running'), place(10, 'cc2', 'arriving'), place(20, 'cc2', 'running')]
    expect(activityOf([...journal, told(30, 'cc1', failing)]).moves).toMatchObject([{ ended: 30, end: 'completed' }])
    expect(activityOf([...journal, told(30, 'cc3', failing)]).moves[0].end).toBe(undefined)
  })

  it('tells a migration that was given up, one that is lost, and one that is not over', () => {
    const place = (at: number, cluster: string, state: 'running' | 'frozen' | 'arriving' | 'left' | 'lost'): Entry =>
      told(at, cluster, { type: 'placed', process: 'p', user: 'ann', state })
    const begin = [begunChip(), place(0, 'cc1', 'running'), place(10, 'cc2', 'arriving'), place(20, 'cc1', 'frozen')]
    const endOf = (...more: readonly Entry[]) => activityOf([...begin, ...more]).moves.map(({ end, ended, frozen }) => [end, ended, frozen])
    expect(endOf()).toEqual([[undefined, undefined, 20]])
    expect(endOf(place(30, 'cc1', 'running'), place(40, 'cc2', 'left'))).toEqual([['back', 30, 20]])
    expect(endOf(place(30, 'cc2', 'left'))).toEqual([[undefined, undefined, 20]])
    expect(endOf(place(30, 'cc2', 'left'), place(40, 'cc1', 'running'))).toEqual([['back', 40, 20]])
    const early = [begunChip(), place(0, 'cc1', 'running'), place(10, 'cc2', 'arriving'), place(20, 'cc2', 'left')]
    expect(activityOf(early).moves).toMatchObject([{ end: 'back', ended: 20 }])
    expect(endOf(place(30, 'cc2', 'lost'))).toEqual([['lost', 30, 20]])
    expect(endOf(place(30, 'cc1', 'left'), place(40, 'cc2', 'running'))).toEqual([['completed', 40, 20]])
    expect(endOf(place(30, 'cc2', 'running'), place(40, 'cc1', 'left'), place(50, 'cc3', 'arriving'))).toEqual([
      ['completed', 40, 20],
      [undefined, undefined, undefined]
    ])
  })

  it('shows a program as running while a call of it is at work, and as waiting while it only waits', () => {
    const { states } = activityOf([
      begunChip(),
      given(0, 'cc1', 0, { type: 'create', end: 'in', kind: 'mailbox' }),
      { type: 'signalled', at: 100, signal: { type: 'done', at: 100, to: { migration: 'cc1', lane: '', tag: 0, n: 0 } } },
      given(100, 'cc1', 1, { type: 'receive', end: 'in' }),
      { type: 'ended', at: 400, migration: 'cc1', outcome: { type: 'completed', needs: [] } },
      told(1000, 'cc2', slots)
    ])
    const { rows } = states.get('cc1')!.program!
    expect([total(rows.running), total(rows.waiting)]).toEqual([100, 300])
  })

  it('ends with the last thing that happened, and not when the run was stopped', () => {
    const { until, stillRunning } = activityOf([
      begunChip(),
      arrived(milliseconds(1), 'cc0', 'cc1', 8),
      { type: 'ended', at: seconds(3600), migration: 'cc4', outcome: { type: 'limited', limit: '3600 s' } }
    ])
    expect([until, stillRunning]).toEqual([milliseconds(1), ['cc4']])
  })

  it('is nothing of an empty journal, and refuses another world', () => {
    expect(runFold(chipActivity(), [])).toBe(undefined)
    const refusal = (entry: Entry): unknown => {
      try {
        return runFold(chipActivity(), [entry])
      } catch (error) {
        return error
      }
    }
    const began = begunChip() as Extract<Entry, { readonly type: 'began' }>
    expect(refusal({ ...began, world: { world: 'datacentre' } })).toEqual(
      new RangeError('chipActivity: the journal must be of a chip (got a world called datacentre)')
    )
    expect(runFold(chipActivity({ wiring }), [{ ...began, world: { world: 'delayed', of: began.world } }])!.world.clusters).toHaveLength(18)
    expect(refusal({ ...began, world: null })).toEqual(new RangeError('chipActivity: the journal must be of a chip (got another world)'))
    expect(refusal({ ...began, world: { world: 'chip' } })).toEqual(
      new RangeError('chipActivity: the description of the chip in the journal is not whole')
    )
    expect(refusal({ ...began, world: { ...(began.world as object), wiring: { topology: 'ring', routing: 'x' } } })).toEqual(
      new RangeError('chipActivity: the description of the chip in the journal has a wiring that is only named: ring, x')
    )
    expect(() => runFold(chipActivity({ wiring: { ...wiring, topology: { ...wiring.topology, name: 'w' } } }), [began])).toThrow(
      'has another wiring than w, source routes'
    )
    expect(refusal(told(0, 'cc0', slots))).toEqual(new RangeError('chipActivity: a journal must begin with began (got signalled)'))
  })
})

const chipActivityFrom = (from: number, until: number) => runFold(chipActivity({ wiring, from, until }), [begunChip()])
const slots = { type: 'slots', node: 'cc1', kind: 'sync', cRx: 0, cTx: 0, dRx: 0, dTx: 0 } as const
const failing = { type: 'failed', what: 'source', reason: 'x' } as const
