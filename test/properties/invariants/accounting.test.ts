import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { empty, fromPages, full } from '../../../lib/memory/pageSet'
import { bytesTransferred } from '../../../lib/metrics/bytesTransferred'
import { pagesTransferred } from '../../../lib/metrics/pagesTransferred'
import type { Journal } from '../../../lib/protocol/journal'
import { runFold } from '../../../lib/stream/fold'
import { shippedPipelines } from '../../../properties/arbitraries/pipelineArbitraries'
import { untilOf, worldOf, worldPlans } from '../../../properties/arbitraries/worldPlan'
import { accounting } from '../../../properties/invariants/accounting'
import { linkNotOverused } from '../../../properties/invariants/linkNotOverused'
import { memoryNotOverused } from '../../../properties/invariants/memoryNotOverused'
import { storeNotOverused } from '../../../properties/invariants/storeNotOverused'
import { journalOf } from '../../../properties/journalOf'
import { problems, telling } from './entries'

const all = full(8)
const some = fromPages(8, [2, 5])
const none = empty(8)
const link = { bytesPerSecond: 32_832e9, latencyNs: 0, headerBytes: 8, zeroPageBytes: 9, applicationBytesPerSecond: 0 }
const on = (world: Parameters<typeof telling>[1] = { world: 'datacentre', link }) => telling(8, world)
const send = { type: 'send', pages: all, place: 'always' } as const
const sent = (pages = all, bytes = pages.count * 4104, skipped = none) => ({ type: 'sent', pages, skipped, bytes }) as const
const cancel = { type: 'cancel', tag: 0 } as const

describe('accounting', () => {
  it('holds where pages sent, left out and unsent are those ordered, whichever answer comes first', () => {
    expect(problems(accounting, on().asked(send, sent()).completed())).toEqual([])
    const rest = fromPages(8, [0, 1, 3, 4, 6, 7])
    expect(
      problems(
        accounting,
        on()
          .asked(send, sent(some, 18, rest))
          .completed()
      )
    ).toEqual([])
    const cut = () => on().order(send).order(cancel)
    expect(problems(accounting, cut().answer(sent(some), 0).answer({ type: 'cancelled', unsent: rest }, 1).completed())).toEqual([])
    expect(problems(accounting, cut().answer({ type: 'cancelled', unsent: rest }, 1).answer(sent(some), 0).completed())).toEqual([])
    expect(problems(accounting, on().asked(send, sent()).asked(cancel, { type: 'cancelled', unsent: none }).completed())).toEqual([])
  })

  it('names pages that are missing from the account, or too many', () => {
    expect(problems(accounting, on().asked(send, sent(some)).completed())).toEqual(['2 pages sent and 0 left out, of 8 ordered'])
    expect(
      problems(
        accounting,
        on()
          .asked(send, sent(all, 32832, some))
          .completed()
      )
    ).toEqual(['8 pages sent and 2 left out, of 8 ordered'])
    const cut = on().order(send).order(cancel).answer(sent(some), 0)
    expect(problems(accounting, cut.answer({ type: 'cancelled', unsent: none }, 1).completed())).toEqual([
      '0 pages unsent by a cancellation, and its send left 6'
    ])
  })

  it('names bytes that are not those of the pages, where the world says what a page takes', () => {
    for (const bytes of [72, 32832]) expect(problems(accounting, on().asked(send, sent(all, bytes)).completed())).toEqual([])
    expect(problems(accounting, on().asked(send, sent(all, 71)).completed())).toEqual(['8 pages took 71 bytes, and a page takes 9 to 4104'])
    expect(problems(accounting, on().asked(send, sent(all, 32833)).completed())).toEqual([
      '8 pages took 32833 bytes, and a page takes 9 to 4104'
    ])
    expect(problems(accounting, on(null).asked(send, sent(all, 1)).completed())).toEqual([])
    expect(
      problems(
        accounting,
        on()
          .asked({ ...send, encoding: 'delta' }, sent(all, 0))
          .completed()
      )
    ).toEqual([])
  })

  it('numbers rounds from 1 on, from every attempt’s first, and hears of each once', () => {
    const round = (n: number) => ({ type: 'round', round: n, pages: 8 }) as const
    const one = () =>
      on()
        .order({ ...send, round: 1 })
        .fact(round(1))
        .answer(sent())
    expect(
      problems(
        accounting,
        one()
          .order({ ...send, round: 2 })
          .fact(round(2))
          .answer(sent())
          .completed()
      )
    ).toEqual([])
    expect(
      problems(
        accounting,
        one()
          .order({ ...send, round: 3 })
          .answer(sent())
          .completed()
      )
    ).toEqual(['round 3 is ordered after round 1'])
    expect(problems(accounting, one().fact(round(1)).completed())).toEqual(['round 1 begins, and was not ordered or has begun before'])
    expect(
      problems(
        accounting,
        one()
          .abandoned()
          .prepared()
          .order({ ...send, round: 1 })
          .answer(sent())
          .completed()
      )
    ).toEqual([])
  })

  it('progress never goes back, nor below what was answered, nor above what was ordered', () => {
    const told = (pages: number, bytes: number) =>
      on().asked(send, sent()).fact({ type: 'progress', pages: 8, bytes: 32832 }).fact({ type: 'progress', pages, bytes })
    expect(problems(accounting, told(8, 40000).completed())).toEqual([])
    expect(problems(accounting, told(9, 40000).completed())).toEqual(['9 pages have left, of 8 ordered'])
    expect(problems(accounting, told(7, 40000).completed())).toEqual([
      '7 pages and 40000 bytes have left, and before that 8 and 32832',
      '7 pages and 40000 bytes have left, and 8 and 32832 were answered as sent'
    ])
  })

  it('what is answered as sent is what the metrics count: pages and bytes of all sends', () => {
    fc.assert(
      fc.property(shippedPipelines, worldPlans, ({ pipeline }, plan) => {
        const journal: Journal = journalOf(pipeline, worldOf({ ...plan, second: undefined }), {
          seed: plan.seed,
          until: untilOf(plan),
          maxEntries: 5000
        })
        let memory = accounting.rule.init(journal[0] as never, 'guest')
        const pending = new Map<number, Extract<Journal[number], { type: 'commanded' }>>()
        for (const entry of journal.slice(1)) {
          const n = entry.type === 'signalled' && 'to' in entry.signal ? entry.signal.to.n : -1
          if (entry.type === 'commanded') pending.set(entry.command.to.n, entry)
          memory = accounting.rule.step(memory, entry, () => {}, { pending, answered: pending.get(n) })
          if (n >= 0) pending.delete(n)
        }
        const { pagesAnswered, bytesAnswered } = memory as { pagesAnswered: number; bytesAnswered: number }
        expect([pagesAnswered, bytesAnswered]).toEqual([runFold(pagesTransferred, journal), runFold(bytesTransferred, journal)])
      }),
      { numRuns: 100, seed: 1 }
    )
  })
})

describe('linkNotOverused', () => {
  const slow = { world: 'delayed', maxDelayNs: 0, of: { world: 'datacentre', link: { ...link, bytesPerSecond: 1e9 } } }

  it('allows what the link carries, and a page', () => {
    expect(problems(linkNotOverused, on().asked(send, sent()).completed())).toEqual([])
    expect(
      problems(
        linkNotOverused,
        on(slow)
          .asked({ ...send, pages: some }, sent(some, 4105))
          .completed()
      )
    ).toEqual([])
  })

  it('names a send that was faster than the link, whatever stands around the world', () => {
    expect(problems(linkNotOverused, on(slow).asked(send, sent(all, 4106)).completed())).toEqual(['4106 bytes left in 1 ns, and 1 could'])
  })

  it('and one that was faster than its own limit, or all sends since the link was idle, or they with the applications', () => {
    const limited = { ...send, bytesPerSecond: 2e9 }
    expect(problems(linkNotOverused, on().asked(limited, sent(all, 4107)).completed())).toEqual(['4107 bytes left in 1 ns, and 2 could'])
    const both = on(slow).order(send).order(send).answer(sent(some, 4000), 0).answer(sent(some, 4000), 1)
    expect(problems(linkNotOverused, both.completed())).toEqual(['8000 bytes left in 3 ns, and 3 could'])
    const used = { type: 'linkUsed', applicationBytes: 200, applicationDemandBytes: 200 } as const
    expect(problems(linkNotOverused, on(slow).asked(send, sent(all, 4000)).fact(used).completed())).toEqual([
      'with the applications’ traffic, 4200 bytes left in 2 ns, and 2 could'.replace('’', "'")
    ])
  })

  it('and progress that is faster, where signals come in order', () => {
    const fast = (world: Parameters<typeof telling>[1]) =>
      on(world).order(send).fact({ type: 'progress', pages: 1, bytes: 5000 }).completed()
    expect(problems(linkNotOverused, fast(slow.of))).toEqual(['5000 bytes left in 1 ns, and 1 could'])
    expect(problems(linkNotOverused, fast(slow))).toEqual([])
  })
})

describe('memoryNotOverused', () => {
  it('adds up what is reserved and not given back', () => {
    const reserved = (bytes: number) => ({ type: 'reserved', bytes }) as const
    const target = { world: 'datacentre', targetMemoryBytes: 10 }
    expect(problems(memoryNotOverused, on(target).asked({ type: 'reserve' }, reserved(10)).completed())).toEqual([])
    expect(problems(memoryNotOverused, on(target).asked({ type: 'reserve' }, reserved(11)).completed())).toEqual([
      '11 bytes are reserved at the target, which has 10'
    ])
    const again = on(target).asked({ type: 'reserve' }, reserved(10)).abandoned().asked({ type: 'reserve' }, reserved(10))
    expect(problems(memoryNotOverused, again.completed())).toEqual([])
    expect(problems(memoryNotOverused, on(null).asked({ type: 'reserve' }, reserved(11)).completed())).toEqual([])
  })
})

describe('storeNotOverused', () => {
  it('adds up the disks that must move with what is reserved and not given back', () => {
    const of = (storage: string, targetDiskBytes: number) =>
      on({ world: 'datacentre', targetDiskBytes, guests: { m: { disk: { bytes: 11, storage } } } })
        .asked({ type: 'reserve' }, { type: 'reserved', bytes: 1 })
        .completed()
    expect(problems(storeNotOverused, of('local', 11))).toEqual([])
    expect(problems(storeNotOverused, of('shared', 10))).toEqual([])
    expect(problems(storeNotOverused, of('local', 10))).toEqual(['disks of 11 bytes are to come to the target, whose store has 10'])
  })
})
