import { firstValueFrom, interval, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { runInRealTime } from '../../lib/time/realTime'
import { milliseconds, seconds } from '../../lib/time/time'
import { timeline } from '../../lib/time/timeline'

const closed = async (drive: { readonly closed: boolean }): Promise<void> => {
  while (!drive.closed) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('runInRealTime', () => {
  it('runs a timeline a thousand times as fast, in order, up to its end', async () => {
    const line = timeline()
    const seen: number[] = []
    interval(seconds(1), line).subscribe(() => seen.push(line.now()))
    const began = process.hrtime.bigint()
    await closed(runInRealTime(line, { speed: 1000, until: seconds(20) }))
    const realMs = Number(process.hrtime.bigint() - began) / 1e6
    expect([line.now(), seen]).toEqual([seconds(20), Array.from({ length: 20 }, (_, i) => seconds(i + 1))])
    expect(realMs).toBeGreaterThanOrEqual(19.9)
  })

  it('catches up with actions that took longer than their time', async () => {
    const line = timeline()
    const seen: number[] = []
    interval(1000, line)
      .pipe(take(2000))
      .subscribe(() => seen.push(line.now()))
    await closed(runInRealTime(line, { speed: 1, until: milliseconds(2), sleepAtMostMs: 1 }))
    expect([seen.length, seen[0], seen[1999]]).toEqual([2000, 1000, 2_000_000])
  })

  it('stops when unsubscribed, with the rest still pending', async () => {
    const line = timeline()
    const ticks = firstValueFrom(interval(milliseconds(1), line).pipe(take(3), toArray()))
    interval(seconds(3600), line).subscribe()
    const drive = runInRealTime(line)
    expect(await ticks).toEqual([0, 1, 2])
    drive.unsubscribe()
    const at = line.now()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect([line.now(), line.pending]).toEqual([at, 1])
  })

  it('refuses options out of range', () => {
    expect(() => runInRealTime(timeline(), { speed: 0 })).toThrow('runInRealTime: speed must be positive and finite (got 0)')
    expect(() => runInRealTime(timeline({ start: 9 }), { until: 8 })).toThrow(
      'runInRealTime: until must be an integer not before now = 9 (got 8)'
    )
    expect(() => runInRealTime(timeline(), { sleepAtMostMs: 0 })).toThrow('runInRealTime: sleepAtMostMs must be positive (got 0)')
  })
})
