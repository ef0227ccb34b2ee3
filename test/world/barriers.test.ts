import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { sequence, toArray } from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { datacentre, type Fault } from '../../lib/world/datacentre'
import type { Stall } from '../../lib/world/stalls'
import { xbzrle } from '../../lib/world/xbzrle'
import { noting } from './arrivals'
import { Driving } from './driving'

const PAGES = 128
/** A page of 4,096 bytes and its header take so long on the link. */
const PAGE_NS = 1000
const LANES = ['a', 'b', 'c']

type Act =
  | {
      readonly type: 'send'
      readonly lane: string
      readonly pages: number
      readonly channels: number
      readonly asSequence: boolean
      readonly rate: boolean
    }
  | { readonly type: 'cancel'; readonly of: number }
  | { readonly type: 'flush' | 'sendContext' | 'inquire'; readonly lane: string }

type Plan = {
  readonly latencyPages: number
  readonly batchPages: number
  readonly coded: boolean
  readonly acts: readonly { readonly afterNs: number; readonly act: Act }[]
  readonly stalls: readonly Stall[]
  readonly outages: readonly Fault[]
}

const lane = fc.constantFrom(...LANES)
const time = fc.oneof(
  fc.nat({ max: 40 }).map((n) => n * PAGE_NS),
  fc.nat({ max: 40 * PAGE_NS })
)
const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('send' as const),
      lane,
      pages: fc.integer({ min: 1, max: 8 }),
      channels: fc.constantFrom(1, 1, 2, 3),
      asSequence: fc.boolean(),
      rate: fc.boolean()
    })
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), of: fc.nat({ max: 5 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('flush' as const, 'flush' as const, 'sendContext' as const, 'inquire' as const),
      lane
    })
  }
)
const stalls: fc.Arbitrary<Stall> = fc
  .record(
    {
      lane: fc.constantFrom('a', 'b', 'c', 'a#1', 'b#2'),
      way: fc.constantFrom('leaving' as const, 'arriving' as const, 'back' as const),
      from: time,
      ns: time
    },
    { requiredKeys: ['from', 'ns'] }
  )
  .map(({ from, ns, ...which }) => ({ ...which, from, until: from + ns }))

const plans: fc.Arbitrary<Plan> = fc.record({
  latencyPages: fc.nat({ max: 6 }),
  batchPages: fc.integer({ min: 1, max: 5 }),
  coded: fc.boolean(),
  acts: fc.array(fc.record({ afterNs: fc.oneof(fc.constant(0), fc.nat({ max: 6 * PAGE_NS })), act: acts }), {
    minLength: 1,
    maxLength: 14
  }),
  stalls: fc.array(stalls, { maxLength: 4 }),
  outages: fc.array(
    fc.record({ at: time, ns: time }).map(({ at, ns }): Fault => ({ at, what: 'link', until: at + ns })),
    { maxLength: 2 }
  )
})

/** Plays a plan in which every page is sent once, and looks at the target whenever a barrier has been answered or the link has broken. */
const play = ({ latencyPages, batchPages, coded, acts, stalls, outages }: Plan) => {
  const { engine, placed } = noting()
  const world = datacentre({
    guests: { a: vm({ pages: PAGES, contextBytes: 4 * 4096 }) },
    link: link({ bytesPerSecond: 4104e6, latencyNs: latencyPages * PAGE_NS }),
    batchPages,
    stalls,
    faults: outages,
    engine: { ...engine, ...(coded ? { coding: xbzrle() } : {}) }
  })
  const driving = new Driving(world)
  const sends: { readonly n: number; readonly lane: string; readonly channels: number; readonly pages: readonly number[] }[] = []
  const flushes = new Map<number, number>()
  const problems: string[] = []
  let n = 0
  let next = 0
  let heard = 0
  /** Sends before the latest break of the link, and what of them had arrived then. */
  let broken = 0
  const unheard = new Set<number>()
  const problem = (text: string): void => void problems.push(`${text} at ${driving.now()}`)
  const order = (of: Parameters<Driving['order']>[0], at: Parameters<Driving['order']>[1]): void => {
    driving.order(of, at)
    n++
  }
  const look = (): void => order({ type: 'throttle', fraction: 0 }, { lane: 'look' })
  const sentPages = (of: number): readonly number[] => {
    const answer = driving.signals.find((s) => 'to' in s && s.to.n === of)
    return answer?.type === 'sent' ? (answer.pages.type === 'PageSet' ? pageSet.toArray(answer.pages) : toArray(answer.pages)) : []
  }
  const listen = (): void => {
    for (; heard < driving.signals.length; heard++) {
      const signal = driving.signals[heard]
      if (signal.type === 'failed') {
        look()
        broken = sends.length
        for (const { pages } of sends) for (const page of pages) if (!placed.includes(page)) unheard.add(page)
      }
      if (signal.type !== 'done' || !flushes.has(signal.to.n)) continue
      look()
      for (const { n: of, pages } of sends.slice(broken, flushes.get(signal.to.n))) {
        if (!driving.signals.some((s) => 'to' in s && s.to.n === of))
          problem(`a barrier was answered and the send ${of} of ${pages.join()} before it has not ended`)
        for (const page of sentPages(of))
          if (!placed.includes(page)) problem(`a barrier was answered and page ${page} of send ${of} has not arrived`)
      }
    }
  }
  const steps = (until: number): void => {
    while (driving.nextAt() <= until) {
      driving.run(driving.nextAt())
      listen()
    }
    driving.run(until)
  }
  for (const { afterNs, act } of acts) {
    steps(driving.now() + afterNs)
    if (act.type === 'send') {
      const pages = Array.from({ length: act.pages }, () => next++)
      sends.push({ n, lane: act.lane, channels: act.channels, pages })
      order(
        {
          type: 'send',
          pages: act.asSequence ? sequence(pages) : pageSet.fromPages(PAGES, pages),
          place: 'always',
          channels: act.channels,
          ...(act.rate ? { bytesPerSecond: 2052e6 } : {})
        },
        { lane: act.lane, tag: n }
      )
    } else if (act.type === 'cancel') {
      const of = sends[act.of]
      if (of !== undefined) order({ type: 'cancel', tag: of.n }, { lane: of.lane, tag: n })
    } else {
      if (act.type === 'flush') flushes.set(n, sends.length)
      order({ type: act.type }, { lane: act.lane, tag: n })
    }
    listen()
  }
  steps(driving.now() + 1000 * PAGE_NS)
  look()
  const refused = driving.signals.filter((s) => s.type === 'refused').length
  return { driving, sends, placed, problems, unheard, sentPages, n, refused }
}

describe('on lanes that stand still and links that break and are mended', () => {
  it('a barrier is answered only after everything before it has arrived', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(play(plan).problems).toEqual([])
      }),
      { numRuns: 1500 }
    )
  })

  it('every order is answered once, every page that was sent arrives once, and none that was not', () => {
    fc.assert(
      fc.property(
        plans.map((plan) => ({ ...plan, outages: [] })),
        (plan) => {
          const { driving, sends, placed, sentPages, n } = play(plan)
          const answered = driving.signals.flatMap((s) => ('to' in s ? [s.to.n] : []))
          expect([...answered].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
          expect([...placed].sort((a, b) => a - b)).toEqual(sends.flatMap(({ n: of }) => sentPages(of)))
        }
      ),
      { numRuns: 700 }
    )
  })

  it('pages of a lane arrive in the order in which they were sent, as long as it has one connection', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { sends, placed } = play({
          ...plan,
          acts: plan.acts.map(({ afterNs, act }) => ({ afterNs, act: act.type === 'send' ? { ...act, channels: 1 } : act }))
        })
        for (const name of LANES) {
          const own = new Set(sends.filter(({ lane }) => lane === name).flatMap(({ pages }) => pages))
          const arrived = placed.filter((page) => own.has(page))
          expect(arrived).toEqual([...arrived].sort((a, b) => a - b))
        }
      }),
      { numRuns: 700 }
    )
  })

  it('of what was sent before a link broke nothing arrives after it, and every order is answered', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { driving, placed, unheard, n } = play(plan)
        expect(placed.filter((page) => unheard.has(page))).toEqual([])
        expect(new Set(driving.signals.flatMap((s) => ('to' in s ? [s.to.n] : []))).size).toBe(n)
      }),
      { numRuns: 1000 }
    )
  })
})
