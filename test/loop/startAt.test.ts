import { describe, expect, it } from 'vitest'
import { process } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { run } from '../../lib/loop/run'
import { measure } from '../../lib/metrics/metrics'
import type { Entry } from '../../lib/protocol/journal'
import { runFold } from '../../lib/stream/fold'
import { milliseconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { stopAndCopy } from '../../pipelines/stopAndCopy'

const journal = (startAt?: number): readonly Entry[] => {
  const world = datacentre({ guests: { m: process({ workload: sweep({ pages: 64, writesPerSecond: 1e6 }) }) } })
  const entries: Entry[] = []
  run(stopAndCopy(), world, { startAt }).subscribe((entry) => entries.push(entry))
  return entries
}

describe('startAt of run', () => {
  it('the guest runs from 0 on and the first command leaves at startAt', () => {
    const entries = journal(milliseconds(5))
    expect(entries[0]).toMatchObject({ type: 'began', at: 0 })
    expect(entries.find(({ type }) => type === 'commanded')!.at).toBe(milliseconds(5))
    const suspended = entries.flatMap((entry) => (entry.type === 'signalled' && entry.signal.type === 'suspended' ? [entry.signal] : []))
    expect(suspended.map(({ at, guestNs }) => guestNs - at)).toEqual([0])
  })

  it('the metrics of a guest without chance are those of a start at 0', () =>
    expect(runFold(measure(), journal(milliseconds(5)))).toEqual(runFold(measure(), journal())))

  it('a time that is no integer from 0 on is refused', () => {
    expect(() => journal(-1)).toThrow('run: startAt must be an integer from 0 on (got -1)')
    expect(() => journal(0.5)).toThrow('run: startAt must be an integer from 0 on (got 0.5)')
  })
})
