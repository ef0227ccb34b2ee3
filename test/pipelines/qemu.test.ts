import { firstValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { run } from '../../lib/loop/run'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { milliseconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { qemu72, qemu102 } from '../../pipelines/qemu'

const journalOf = (pipeline: Pipeline, writesPerSecond: number): Promise<readonly Entry[]> =>
  firstValueFrom(
    run(
      pipeline,
      datacentre({
        guests: { a: vm({ pages: 20_000, workload: sweep({ pages: 10_000, writesPerSecond }) }) },
        link: link({ gigabitsPerSecond: 10 }),
        sender: { windowNs: milliseconds(100), sliceNs: milliseconds(51) }
      }),
      { until: milliseconds(20_000) }
    ).pipe(toArray())
  )

const outcome = (journal: readonly Entry[]) => {
  const last = journal.at(-1)
  return last?.type === 'ended' ? last.outcome.type : undefined
}
const throttles = (journal: readonly Entry[]): readonly number[] =>
  journal.flatMap((entry) => (entry.type === 'commanded' && entry.command.order.type === 'throttle' ? [entry.command.order.fraction] : []))

describe('qemu72 and qemu102', () => {
  it('migrate a guest that writes less than they may send', async () => {
    for (const pipeline of [qemu72(), qemu72({ multifd: { channels: 4 }, xbzrle: true }), qemu102({ multifd: true })])
      expect(outcome(await journalOf(pipeline, 5000))).toBe('completed')
  })

  it('do not end while a guest writes more, but with auto-converge, or the dirty limit of 10.2', async () => {
    const maxBandwidth = 20e6
    expect(outcome(await journalOf(qemu72({ maxBandwidth }), 20_000))).toBe('limited')
    const converged = await journalOf(qemu72({ maxBandwidth, autoConverge: { initial: 0.7, increment: 0.2 } }), 20_000)
    expect([outcome(converged), throttles(converged)[0]]).toEqual(['completed', 0.7])
    const limited = await journalOf(qemu102({ maxBandwidth, dirtyLimit: { bytesPerSecond: 5e6, toleranceBytesPerSecond: 1e6 } }), 20_000)
    expect(outcome(limited)).toBe('completed')
    expect(throttles(limited)[0]).toBeGreaterThan(0.7)
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
  })
})
