import { firstValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { run } from '../../lib/loop/run'
import { looking } from '../../lib/migration/looks'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { milliseconds } from '../../lib/time/time'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { qemu72, qemu102 } from '../../pipelines/qemu'

const journalOf = (pipeline: Pipeline, writesPerSecond: number, more: Partial<DatacentreOptions> = {}): Promise<readonly Entry[]> =>
  firstValueFrom(
    run(
      pipeline,
      datacentre({
        guests: { a: vm({ pages: 20_000, workload: sweep({ pages: 10_000, writesPerSecond }) }) },
        link: link({ gigabitsPerSecond: 10 }),
        sender: { windowNs: milliseconds(100), sliceNs: milliseconds(51) },
        ...more
      }),
      { until: milliseconds(20_000) }
    ).pipe(toArray())
  )

const outcome = (journal: readonly Entry[]) => {
  const last = journal.at(-1)
  return last?.type === 'ended' ? last.outcome.type : undefined
}
const isLimit = (e: Entry): boolean => e.type === 'commanded' && e.command.order.type === 'dirtyLimit'
const limits = (journal: readonly Entry[]): readonly unknown[] =>
  journal.flatMap((e) => (e.type === 'commanded' && isLimit(e) ? [e.command.order] : []))
const throttles = (journal: readonly Entry[]): readonly number[] =>
  journal.flatMap((entry) => (entry.type === 'commanded' && entry.command.order.type === 'throttle' ? [entry.command.order.fraction] : []))

describe('qemu72 and qemu102', () => {
  it('migrate a guest that writes less than they may send', async () => {
    for (const pipeline of [qemu72(), qemu72({ multifd: { channels: 4 }, xbzrle: true }), qemu102({ multifd: true })])
      expect(outcome(await journalOf(pipeline, 5000))).toBe('completed')
  })

  it('do not end while a guest writes more, but with auto-converge', async () => {
    const maxBandwidth = 20e6
    expect(outcome(await journalOf(qemu72({ maxBandwidth }), 20_000))).toBe('limited')
    const converged = await journalOf(qemu72({ maxBandwidth, autoConverge: { initial: 0.7, increment: 0.2 } }), 20_000)
    expect([outcome(converged), throttles(converged)[0]]).toEqual(['completed', 0.7])
  })

  it('hold each virtual CPU to what it may dirty: 10.2 from the second strike on, by its capability, both from the beginning, by a command', async () => {
    const maxBandwidth = 60e6
    expect(outcome(await journalOf(qemu102({ maxBandwidth }), 20_000))).toBe('limited')
    const limited = await journalOf(qemu102({ maxBandwidth, dirtyLimit: { bytesPerSecond: 2 ** 23 } }), 20_000)
    expect([outcome(limited), throttles(limited)]).toEqual(['completed', []])
    expect(limits(limited)).toEqual([{ type: 'dirtyLimit', bytesPerSecond: 2 ** 23, ringPages: 4096, periodNs: 1e9 }])
    const syncs = limited.slice(0, limited.findIndex(isLimit)).filter((e) => e.type === 'signalled' && e.signal.type === 'synced')
    expect(syncs.length).toBeGreaterThan(2)
    for (const engine of [qemu72, qemu102]) {
      const told = await journalOf(engine({ maxBandwidth, vcpuDirtyLimit: { bytesPerSecond: 2 ** 23, ringPages: 1024 } }), 20_000)
      expect(outcome(told)).toBe('completed')
      const before = told.slice(0, told.findIndex(isLimit))
      expect(before.some((e) => e.type === 'commanded' && e.command.order.type === 'send')).toBe(false)
    }
  })

  it('give what they took back to a guest that they give up', async () => {
    const journal = await journalOf(qemu72({ maxBandwidth: 60e6, vcpuDirtyLimit: { bytesPerSecond: 2 ** 23 } }), 20_000, {
      faults: [{ at: milliseconds(500), what: 'target' }]
    })
    expect(outcome(journal)).toBe('aborted')
    expect(limits(journal)).toHaveLength(1)
    expect(throttles(journal)).toEqual([0])
  })

  it('are given up by whoever watches them, at the first look of the source behind his own', async () => {
    const looks = looking(milliseconds(700), ({ elapsedNs }) =>
      elapsedNs > milliseconds(3000) ? { giveUp: 'three seconds have passed' } : {}
    )
    const journal = await journalOf(qemu72({ maxBandwidth: 20e6, looks }), 20_000)
    const last = journal.at(-1)!
    expect(last).toMatchObject({ outcome: { type: 'aborted', reason: 'given up: three seconds have passed', running: 'source' } })
    expect(last.at).toBeGreaterThanOrEqual(milliseconds(3500))
    expect(last.at).toBeLessThan(milliseconds(3610))
  })

  it('end when a limit that rises is met, and go on with post-copy when he asks for it', async () => {
    const rising = looking(milliseconds(400), ({ elapsedNs }) => ({ downtimeLimitNs: elapsedNs / 4 }))
    const journal = await journalOf(qemu102({ maxBandwidth: 60e6, looks: rising }), 20_000)
    expect(outcome(journal)).toBe('completed')
    expect(outcome(await journalOf(qemu102({ maxBandwidth: 60e6 }), 20_000))).toBe('limited')
    const asking = looking(milliseconds(400), ({ syncs }) => ({ postcopy: syncs > 2 }))
    const asked = await journalOf(qemu102({ maxBandwidth: 60e6, looks: asking }), 20_000)
    expect(outcome(asked)).toBe('completed')
    expect(asked.some((e) => e.type === 'signalled' && e.signal.type === 'faulted')).toBe(true)
  })

  it('go on with post-copy once it is asked for, and pull what is left within its limit', async () => {
    const postcopy = { afterSyncs: 2, maxBandwidth: 40e6 }
    for (const pipeline of [qemu72({ maxBandwidth: 40e6, postcopy }), qemu102({ maxBandwidth: 40e6, postcopy })]) {
      const journal = await journalOf(pipeline, 20_000)
      expect(outcome(journal)).toBe('completed')
      const syncs = journal.filter((entry) => entry.type === 'signalled' && entry.signal.type === 'synced')
      expect(syncs).toHaveLength(3)
      expect(journal.some((entry) => entry.type === 'signalled' && entry.signal.type === 'faulted')).toBe(true)
      const rates = journal.flatMap((entry) =>
        entry.type === 'commanded' && entry.command.order.type === 'send' && entry.command.order.place === 'ifAbsent'
          ? [entry.command.order.bytesPerSecond]
          : []
      )
      expect(rates[0]).toBe(40e6)
    }
  })

  it('take either auto-converge or the dirty limit', () => {
    expect(() => qemu102({ dirtyLimit: true, autoConverge: true })).toThrow(
      'qemu102: dirtyLimit and autoConverge must not both be given (got both)'
    )
    expect(() => qemu102({ dirtyLimit: true, vcpuDirtyLimit: { bytesPerSecond: 2 ** 20 } })).toThrow(
      'qemu102: dirtyLimit and vcpuDirtyLimit must not both be given (got both)'
    )
  })
})
