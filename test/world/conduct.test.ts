import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settle } from '../../lib/guest/dependency'
import { vm } from '../../lib/guest/guest'
import { hostCosts } from '../../lib/guest/hostCosts'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import type { ChipOrder } from '../../lib/protocol/chip'
import type { ClusterOrder } from '../../lib/protocol/cluster'
import type { Address, Order } from '../../lib/protocol/command'
import { imageOrders } from '../../lib/protocol/imageOrder'
import type { KernelOrder, MemoryOrder } from '../../lib/protocol/process'
import type { Answer, Fact } from '../../lib/protocol/signal'
import type { Conduct, ConductPort, Errand, Part } from '../../lib/world/conduct'
import * as conducts from '../../lib/world/conduct'
import { hosts as hostsOf } from '../../lib/world/hosts'

const PAGES = 4
const all = pageSet.full(PAGES)

/** A conduct driven without time: an order's errand is played to its end at once, unless it is kept. */
const played = () => {
  const guest = vm({ pages: PAGES, contextBytes: 0 })
  const conduct: Conduct = conducts.conduct({
    migration: 'a',
    settlement: settle(guest.dependencies),
    hosts: hostsOf({ guest, costs: hostCosts(), link: link({ bytesPerSecond: 1e9 }), fidelity: 'versions' })
  })
  const answers: Answer[] = []
  const facts: Fact[] = []
  const calls: string[] = []
  const noted = (name: string) => () => void calls.push(name)
  const port: ConductPort = {
    tell: (_, answer) => void answers.push(answer),
    tellAll: (fact) => void facts.push(fact),
    guestNs: () => 0,
    clockNs: () => 0,
    waited: () => undefined,
    stopped: noted('stopped'),
    started: noted('started'),
    faultAgain: noted('faultAgain'),
    changed: noted('changed'),
    setThrottle: noted('setThrottle'),
    limitDirtying: noted('limitDirtying'),
    pin: noted('pin'),
    heldBySync: noted('heldBySync'),
    departed: noted('departed'),
    admit: (bytes) => (bytes > PAGES * 4096 ? 'too large' : undefined),
    dismiss: (bytes, where) => void calls.push(`dismiss ${bytes} at the ${where}`),
    cutOff: noted('cutOff'),
    linkUsed: () => ({ type: 'linkUsed', applicationBytes: 0, applicationDemandBytes: 0 }),
    send: noted('send'),
    sendBytes: noted('sendBytes'),
    flush: noted('flush'),
    cancel: noted('cancel')
  }
  const to: Address = { migration: 'a', lane: '', tag: 0, n: 0 }
  const begin = (order: Order): Errand | undefined => conducts.obey(conduct, { order, to }, port)
  const end = (errand: Errand | undefined): void => {
    for (let at = errand; at !== undefined; ) at = conducts.happen(conduct, at, port)
  }
  const give = (order: Order): Answer | undefined => {
    const before = answers.length
    end(begin(order))
    return answers[before]
  }
  return {
    conduct,
    port,
    answers,
    facts,
    calls,
    begin,
    end,
    give,
    fail: (what: Part) => conducts.fail(conduct, what, `the ${what} failed`, port),
    mend: () => conducts.mend(conduct, port)
  }
}
type Played = ReturnType<typeof played>

const resume = (where: 'source' | 'target'): Order => ({ type: 'resume', where })
/** Every order; those that a port takes over are answered by it. */
const orders: Readonly<
  Record<Exclude<Order['type'], ClusterOrder['type'] | ChipOrder['type'] | (KernelOrder | MemoryOrder)['type'] | 'act'>, Order>
> = {
  preselect: { type: 'preselect' },
  reserve: { type: 'reserve' },
  select: { type: 'select', level: 'guestOs' },
  track: { type: 'track', on: true },
  sync: { type: 'sync' },
  send: { type: 'send', pages: all, place: 'always' },
  discard: { type: 'discard', pages: all },
  flush: { type: 'flush' },
  plug: { type: 'plug', on: false },
  dump: { type: 'dump', pages: all },
  rebuild: { type: 'rebuild', pages: all },
  pause: { type: 'pause' },
  sendContext: { type: 'sendContext' },
  redirect: { type: 'redirect' },
  commit: { type: 'commit' },
  resume: resume('target'),
  release: { type: 'release' },
  inquire: { type: 'inquire' },
  throttle: { type: 'throttle', fraction: 0.5 },
  dirtyLimit: { type: 'dirtyLimit', bytesPerSecond: 2 ** 20, ringPages: 4096, periodNs: 1e9 },
  pin: { type: 'pin', cores: 2 },
  wake: { type: 'wake', afterNs: 1 },
  cancel: { type: 'cancel', tag: 1 },
  abandon: { type: 'abandon' },
  open: { type: 'open', image: 'i', stores: ['s'] },
  stash: { type: 'stash', image: 'i', pages: all },
  write: { type: 'write', image: 'i', section: 'bulk', pages: all },
  seal: { type: 'seal', image: 'i' },
  drop: { type: 'drop', image: 'i' },
  catalogue: { type: 'catalogue' },
  restore: { type: 'restore', image: 'i', section: 'bulk' }
}
const types = (Object.keys(orders) as readonly (keyof typeof orders)[]).filter((type) => !imageOrders.has(type))
const refusedBy = (prepare: (p: Played) => void): readonly Order['type'][] =>
  types.filter((type) => {
    const p = played()
    prepare(p)
    return p.give(orders[type])?.type === 'refused'
  })
const overLink: readonly Order['type'][] = [
  'preselect',
  'reserve',
  'send',
  'discard',
  'flush',
  'sendContext',
  'rebuild',
  'commit',
  'resume',
  'inquire'
]
const sorted = (list: readonly string[]) => [...list].sort()
const switched = (p: Played): void => {
  for (const order of [orders.pause, orders.commit, orders.resume]) p.give(order)
}

describe('what a conduct refuses', () => {
  it('is what only a cluster understands', () => {
    expect(played().give({ type: 'list' })).toMatchObject({
      type: 'refused',
      reason: 'list is for a machine of a cluster, and this is a migration of one guest'
    })
  })

  it('is nothing while nothing has failed', () => {
    expect(refusedBy(() => {})).toEqual([])
  })

  it('is all that takes a link while the link is broken, or the target gone', () => {
    expect(sorted(refusedBy(({ fail }) => fail('link')))).toEqual(sorted(overLink))
    expect(sorted(refusedBy(({ fail }) => fail('target')))).toEqual(sorted(overLink))
  })

  it('is the same once the link is mended, but for what begins another connection, and nothing after that', () => {
    const mended = ({ fail, mend }: Played): void => {
      fail('link')
      mend()
    }
    expect(sorted(refusedBy(mended))).toEqual(sorted(overLink.filter((type) => type !== 'preselect' && type !== 'inquire')))
    for (const type of ['preselect', 'inquire'] as const)
      expect(
        refusedBy((p) => {
          mended(p)
          p.give(orders[type])
        })
      ).toEqual([])
  })

  it('is all but timers, what ends one, and the network when the source is gone before the commit', () => {
    expect(sorted(types.filter((type) => !refusedBy(({ fail }) => fail('source')).includes(type)))).toEqual(['cancel', 'redirect', 'wake'])
  })

  it('is not the resuming of a guest whose ownership has passed, whatever else has failed', () => {
    const committed = (p: Played): void => {
      p.give(orders.pause)
      p.give(orders.commit)
    }
    for (const what of ['link', 'source'] as const)
      expect(
        refusedBy((p) => {
          committed(p)
          p.fail(what)
        })
      ).not.toContain('resume')
    expect(
      refusedBy((p) => {
        committed(p)
        p.fail('target')
      })
    ).toContain('resume')
  })

  it('are the orders about images, always', () => {
    for (const type of Object.keys(orders) as readonly (keyof typeof orders)[])
      if (imageOrders.has(type))
        expect(played().give(orders[type])).toMatchObject({ type: 'refused', reason: 'a data centre keeps no images of its guests' })
  })

  it('is the abandonment of a guest that is at the target', () => {
    expect(refusedBy(switched)).toEqual(['abandon'])
    const p = played()
    p.give(orders.reserve)
    p.give(orders.commit)
    p.fail('link')
    expect(p.give(orders.abandon)).toEqual({ type: 'refused', reason: 'the guest is at the target' })
    expect(p.calls).not.toContain(`dismiss ${PAGES * 4096} at the target`)
    expect(p.conduct.hosts.primary).toBe('target')
  })

  it('is a next hop before the source has let go, or to a host that cannot be reached', () => {
    const p = played()
    switched(p)
    p.give(orders.preselect)
    expect(p.calls).not.toContain('departed')
    p.give(orders.release)
    p.fail('source')
    p.give(orders.preselect)
    expect(p.calls).toContain('departed')
    const unreachable = played()
    switched(unreachable)
    unreachable.give(orders.release)
    unreachable.fail('link')
    expect(unreachable.give(orders.preselect)?.type).toBe('refused')
    // All the same it is the next hop's: the guest is where it was, and that is the source now.
    expect([unreachable.conduct.hosts.primary, unreachable.conduct.hosts.atSource]).toEqual(['source', true])
  })
})

describe('a conduct', () => {
  it('passes ownership at one event, the commit’s arrival, and its answer may be lost', () => {
    const p = played()
    p.give(orders.pause)
    const errand = p.begin(orders.commit)!
    expect([errand.leg, p.conduct.hosts.primary]).toEqual(['out', 'source'])
    const back = conducts.happen(p.conduct, errand, p.port)!
    expect([back.leg, p.conduct.hosts.primary]).toEqual(['back', 'target'])
  })

  it('has a primary that is one, and never runs the guest where it is not, unless it is told to resume there', () => {
    const free = fc.constantFrom(...types.filter((type) => type !== 'resume'))
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            { weight: 6, arbitrary: free },
            { weight: 1, arbitrary: fc.constantFrom('link' as const, 'source' as const, 'target' as const) },
            { weight: 1, arbitrary: fc.constant('mend' as const) }
          ),
          { maxLength: 20 }
        ),
        (steps) => {
          const p = played()
          const parts: readonly string[] = ['link', 'source', 'target']
          for (const step of steps) {
            if (step === 'mend') p.mend()
            else if (parts.includes(step)) p.fail(step as Part)
            else p.give(orders[step as keyof typeof orders])
            expect(p.conduct.hosts.atTarget).toBe(false)
          }
        }
      )
    )
  })

  it('and its copy go their own ways', () => {
    const p = played()
    p.give(orders.reserve)
    const other = conducts.copy(p.conduct)
    switched(p)
    p.fail('link')
    expect([other.hosts.primary, other.hosts.atSource, other.failed, other.severed, other.reserved]).toEqual([
      'source',
      true,
      {},
      undefined,
      PAGES * 4096
    ])
  })

  it('gives back the memory it took: at the target when it abandons, at the host it came from when it goes on', () => {
    const p = played()
    p.give(orders.reserve)
    p.give(orders.abandon)
    expect(p.calls.filter((call) => call.startsWith('dismiss'))).toEqual([`dismiss ${PAGES * 4096} at the target`])
    const q = played()
    for (let hop = 0; hop < 3; hop++) {
      q.give(orders.preselect)
      q.give(orders.reserve)
      switched(q)
      q.give(orders.release)
    }
    expect(q.calls.filter((call) => call.startsWith('dismiss'))).toEqual(Array(2).fill(`dismiss ${PAGES * 4096} at the source`))
  })

  it('tells the faults again behind the answer to an inquiry', () => {
    const p = played()
    switched(p)
    p.calls.length = 0
    expect(p.give(orders.inquire)).toEqual({ type: 'standing', primary: 'target', missing: pageSet.empty(PAGES) })
    expect(p.calls).toEqual(['faultAgain'])
  })

  it('refuses a reservation that the target has no room for', () => {
    const p = played()
    const large = { ...p.port, admit: () => 'too large' }
    const errand = conducts.obey(p.conduct, { order: orders.reserve, to: { migration: 'a', lane: '', tag: 0, n: 0 } }, large)!
    const back = conducts.happen(p.conduct, errand, large)!
    expect([back.answer, p.conduct.reserved]).toEqual([{ type: 'refused', reason: 'too large' }, 0])
  })
})
