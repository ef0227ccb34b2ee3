import { describe, expect, it } from 'vitest'
import { type Guest, vm } from '../../lib/guest/guest'
import type { HostCosts } from '../../lib/guest/hostCosts'
import { sweep } from '../../lib/guest/sweep'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { exactly } from '../pipelines/exactly'
import { Driving } from './driving'

const PAGES = 64

/** Each virtual CPU writes once in a microsecond, to the pages one after the other. */
const writing = (vcpus = 1): Guest =>
  vm({ pages: PAGES, contextBytes: 0, workload: sweep({ pages: PAGES, writesPerSecond: vcpus * 1e6, vcpus }) })

const driven = (source: Partial<HostCosts>, guest = writing(), target: Partial<HostCosts> = {}) =>
  new Driving(
    datacentre({
      guests: { a: guest },
      link: link({ bytesPerSecond: 4104e6, latencyNs: 0 }),
      source,
      target,
      fidelity: 'versions'
    })
  )

/** How long the guest has run when it is paused at once. */
const ranNs = (driving: Driving): number => {
  const answer = driving.ask({ type: 'pause' })
  if (answer.type !== 'suspended') throw new Error(answer.type)
  return answer.guestNs
}

const dirty = (driving: Driving): number => {
  driving.order({ type: 'sync' })
  const answer = driving.heard('synced').at(-1)
  if (answer === undefined) throw new Error('the log was not read')
  return answer.dirty.count
}

describe('an ideal host', () => {
  it('runs the guest at full speed, logged or not, sent or not', () => {
    const driving = driven({}).order({ type: 'track', on: true })
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' }).run(10_000)
    expect(dirty(driving)).toBe(10)
    expect(ranNs(driving)).toBe(10_000)
  })
})

describe('firstWriteNs', () => {
  it('is lost at each first write to a page since the last sync, while the log is on', () => {
    const driving = driven({ firstWriteNs: 500 }).run(10_000)
    expect(ranNs(driven({ firstWriteNs: 500 }).run(10_000))).toBe(10_000)
    driving.order({ type: 'track', on: true })
    // From 10,000 on a write and 500 ns each: at 11,000, 12,500, ... 29,000 is the 13th.
    driving.run(29_000)
    expect(dirty(driving)).toBe(13)
    expect(ranNs(driving)).toBe(10_000 + 13 * 1000)
  })

  it('costs nothing at a second write to the same page, and again after a sync', () => {
    const workload = exactly(
      PAGES,
      [1000, 2000, 3000, 4000].map((at) => ({ page: 7, at, write: true }))
    )
    const driving = driven({ firstWriteNs: 500 }, vm({ pages: PAGES, contextBytes: 0, workload })).order({ type: 'track', on: true })
    driving.run(3000)
    expect(dirty(driving)).toBe(1)
    // 500 ns were lost at 1,000; the write of guest time 3,000 is at 3,500 and loses another 500.
    driving.run(10_000)
    expect(dirty(driving)).toBe(1)
    expect(ranNs(driving)).toBe(10_000 - 2 * 500)
  })

  it('costs a reader nothing', () => {
    const workload = exactly(
      PAGES,
      [1000, 2000, 3000].map((at, page) => ({ page, at, write: false }))
    )
    const driving = driven({ firstWriteNs: 500 }, vm({ pages: PAGES, contextBytes: 0, workload })).order({ type: 'track', on: true })
    expect(ranNs(driving.run(5000))).toBe(5000)
  })

  it('is lost by the virtual CPU that writes: several lose side by side', () => {
    for (const vcpus of [1, 2, 4]) {
      const driving = driven({ firstWriteNs: 500 }, writing(vcpus)).order({ type: 'track', on: true }).run(15_000)
      // Each writes at 1,000, 2,500, 4,000 ... 14,500: ten pages of its own.
      expect(dirty(driving)).toBe(10 * vcpus)
      expect(ranNs(driving)).toBe(10_000)
    }
  })
})

describe('hugePageSplitNs', () => {
  it('is lost once for each huge page, besides the first write, as long as the log stays on', () => {
    const driving = driven({ hugePageSplitNs: 3000, firstWriteNs: 500, hugePagePages: 16 }).order({ type: 'track', on: true })
    // Twenty writes: two huge pages.
    driving.run(20_000 + 2 * 3000 + 20 * 500)
    expect(dirty(driving)).toBe(20)
    expect(ranNs(driving)).toBe(20_000)
  })

  it('is not lost again after a sync, and is after the log has been off', () => {
    const at = [1000, 2000, 3000, 4000, 5000, 6000]
    const workload = exactly(
      PAGES,
      at.map((ns, page) => ({ page, at: ns, write: true }))
    )
    const driving = driven({ hugePageSplitNs: 100 }, vm({ pages: PAGES, contextBytes: 0, workload })).order({ type: 'track', on: true })
    driving.run(2500).order({ type: 'sync' }).run(4500)
    driving.order({ type: 'track', on: false }).order({ type: 'track', on: true })
    expect(ranNs(driving.run(10_000))).toBe(10_000 - 2 * 100)
  })
})

describe('cores', () => {
  it('are shared by the virtual CPUs and each sender under way', () => {
    const driving = driven({ cores: 2, senderCores: 1 }, writing(2))
    // Two virtual CPUs on two cores: full speed. With one sender, two thirds; with two, half.
    driving.run(3000)
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' }, { lane: 'x' }).run(3000 + 6000)
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' }, { lane: 'y' }).run(3000 + 6000 + 4000)
    expect(ranNs(driving)).toBe(3000 + 4000 + 2000)
  })

  it('given back when a sender has ended', () => {
    const driving = driven({ cores: 1, senderCores: 1 }).order({ type: 'send', pages: pageSet.fromPages(PAGES, [0, 1]), place: 'always' })
    expect(ranNs(driving.run(5000))).toBe(1000 + 3000)
  })

  it('that are fewer than the virtual CPUs slow them without any sender', () => {
    expect(ranNs(driven({ cores: 1 }, writing(4)).run(8000))).toBe(2000)
  })

  it('slow the writes as they slow the guest', () => {
    const driving = driven({ cores: 1 }, writing(4)).order({ type: 'track', on: true }).run(8000)
    expect(dirty(driving)).toBe(4 * 2)
  })
})

describe('throttle', () => {
  it('takes its share of the time of the guest, and of its writes', () => {
    const driving = driven({}).order({ type: 'track', on: true }).order({ type: 'throttle', fraction: 0.75 }).run(16_000)
    expect(dirty(driving)).toBe(4)
    driving.order({ type: 'throttle', fraction: 0 }).run(20_000)
    expect(dirty(driving)).toBe(4)
    expect(ranNs(driving)).toBe(4000 + 4000)
  })

  it('takes it of what the senders have left', () => {
    const driving = driven({ cores: 1, senderCores: 1 }).order({ type: 'throttle', fraction: 0.5 })
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' })
    expect(ranNs(driving.run(8000))).toBe(2000)
  })
})

describe('pinned virtual CPUs', () => {
  it('share the cores they are given, until they are let go', () => {
    const driving = driven({}, writing(4)).order({ type: 'track', on: true }).order({ type: 'pin', cores: 1 }).run(8000)
    expect(dirty(driving)).toBe(4 * 2)
    driving.order({ type: 'pin', cores: null }).run(10_000)
    expect(dirty(driving)).toBe(4 * 2)
    expect(ranNs(driving)).toBe(2000 + 2000)
  })

  it('are throttled besides', () => {
    const driving = driven({}, writing(4)).order({ type: 'pin', cores: 2 }).order({ type: 'throttle', fraction: 0.5 })
    expect(ranNs(driving.run(8000))).toBe(2000)
  })
})

describe('what sender and receiver do with a page', () => {
  const sentAt = (source: Partial<HostCosts>, target: Partial<HostCosts>, guest: Guest): number => {
    const driving = driven(source, guest, target)
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' }).run(1e9)
    return driving.heard('sent')[0].at
  }

  it('bounds what a lane carries: 64 pages at 5 us each where the wire takes one', () => {
    expect(sentAt({ scanPageNs: 2000, sendPageNs: 3000 }, {}, writing())).toBe(64 * 5000)
    expect(sentAt({ scanPageNs: 2000, sendPageNs: 3000 }, { receivePageNs: 7000 }, writing())).toBe(64 * 7000)
    expect(sentAt({ scanPageNs: 200, sendPageNs: 300 }, {}, writing())).toBe(64 * 1000)
  })

  it('is only the look for a page of zeros', () => {
    const zero = vm({ pages: PAGES, contextBytes: 0, classes: pageClasses({ size: PAGES, zero: pageSet.full(PAGES) }) })
    expect(sentAt({ scanPageNs: 2000, sendPageNs: 3000 }, { receivePageNs: 7000 }, zero)).toBe(64 * 2000)
  })
})

describe('syncNs', () => {
  it('lets the guest stand still that long at each sync, and the answer takes as long', () => {
    const driving = driven({ syncNs: 700 }, writing(2)).order({ type: 'track', on: true }).run(5000)
    for (let n = 1; n <= 3; n++) {
      const asked = driving.now()
      expect(driving.ask({ type: 'sync' })).toMatchObject({ type: 'synced', at: asked + 700 })
      driving.run(asked + 700 + 2000)
    }
    expect(driving.heard('synced').map((s) => s.dirty.count)).toEqual([10, 4, 4])
    expect(ranNs(driving)).toBe(5000 + 3 * 2000)
  })

  it('takes nothing from a guest that stands still, nor from one that runs at the target', () => {
    const driving = driven({ syncNs: 700 }).order({ type: 'track', on: true }).run(5000)
    const ran = ranNs(driving)
    driving.ask({ type: 'sync' })
    expect(driving.ask({ type: 'resume', where: 'source' })).toMatchObject({ guestNs: ran })
    expect(ranNs(driving.run(driving.now() + 3000))).toBe(ran + 3000)
  })

  it('is not slowed by a throttle', () => {
    const driving = driven({ syncNs: 700 }).order({ type: 'track', on: true }).order({ type: 'throttle', fraction: 0.5 }).run(4000)
    driving.ask({ type: 'sync' })
    expect(ranNs(driving.run(4700 + 2000))).toBe(2000 + 1000)
  })

  it('comes on top of what a first write still costs', () => {
    const workload = exactly(PAGES, [{ page: 0, at: 1000, write: true }])
    const driving = driven({ syncNs: 700, firstWriteNs: 500 }, vm({ pages: PAGES, contextBytes: 0, workload }))
    driving.order({ type: 'track', on: true }).run(1200).order({ type: 'sync' })
    // Until 1,500 it pays for the write, then it stands still until 2,200.
    expect(ranNs(driving.run(5000))).toBe(5000 - 500 - 700)
  })
})

describe('suspendNs and resumeNs', () => {
  it('the guest runs on until the last virtual CPU has stopped, and is told to have stopped then', () => {
    const driving = driven({ suspendNs: 300 }).run(1000)
    expect(driving.ask({ type: 'pause' })).toMatchObject({ type: 'suspended', at: 1300, guestNs: 1300 })
  })

  it('what is written before the last virtual CPU has stopped is in the log', () => {
    const driving = driven({ suspendNs: 3000 }).order({ type: 'track', on: true }).run(1000)
    driving.ask({ type: 'pause' })
    expect(dirty(driving)).toBe(4)
  })

  it('from the order to run until the first instruction the guest stands still', () => {
    const driving = driven({ resumeNs: 400 }, writing(), { resumeNs: 900 }).run(1000)
    driving.ask({ type: 'pause' })
    expect(driving.ask({ type: 'resume', where: 'source' })).toMatchObject({ at: 1400, guestNs: 1000 })
    driving.ask({ type: 'pause' })
    driving.ask({ type: 'commit' })
    expect(driving.ask({ type: 'resume', where: 'target' })).toMatchObject({ at: 2300, guestNs: 1000 })
    driving.run(3300)
    expect(driving.ask({ type: 'release' })).toMatchObject({ guestNs: 2000 })
  })

  it('a host asked to suspend and to resume at once does neither sooner', () => {
    const driving = driven({ suspendNs: 300, resumeNs: 400 }).run(1000)
    driving.ask({ type: 'pause' })
    driving.ask({ type: 'resume', where: 'source' })
    expect(driving.now()).toBe(1700)
    expect(ranNs(driving)).toBe(1300 + 300)
  })
})

describe('costs of the target', () => {
  it('a page that is missing stops the guest at its first access, though accesses had been looked at before one by one for what they cost', () => {
    const workload = exactly(
      PAGES,
      Array.from({ length: 10 }, (_, i) => ({ page: i, at: 1000 * (i + 1), write: true }))
    )
    const driving = driven({ firstWriteNs: 100 }, vm({ pages: PAGES, contextBytes: 0, workload }))
      .order({ type: 'track', on: true })
      .run(3500)
    driving.ask({ type: 'pause' })
    driving.ask({ type: 'commit' })
    driving.ask({ type: 'resume', where: 'target', missing: pageSet.full(PAGES) })
    // It has run 3,200 ns, so that the write to page 3 is due in 800.
    driving.run(1e9)
    expect(driving.heard('faulted')).toMatchObject([{ page: 3, at: 3500 + 800 }])
  })

  it("are those of its own cores; the source's throttle and log stay behind", () => {
    const driving = driven({ firstWriteNs: 500 }, writing(2), { cores: 1 })
    driving.order({ type: 'track', on: true }).order({ type: 'throttle', fraction: 0.9 })
    const ran = ranNs(driving)
    driving.ask({ type: 'commit' })
    driving.ask({ type: 'resume', where: 'target' })
    driving.run(driving.now() + 8000)
    expect(driving.ask({ type: 'release' })).toMatchObject({ guestNs: ran + 4000 })
  })
})
