import { describe, expect, it } from 'vitest'
import { processTimes, slowdown, wastedNs } from '../../lib/metrics/processTimes'
import { runFold } from '../../lib/stream/fold'
import { begunWith, placedAt, threadsAt } from './chipJournals'

const moved = [
  begunWith({ p: { threads: 2, cpuNs: 10e6 } }),
  placedAt(1, 'cc0', 'p', 'running'),
  threadsAt(1, 'cc0', 'p', 2),
  threadsAt(5, 'cc0', 'p', 1),
  placedAt(6, 'cc0', 'p', 'frozen'),
  placedAt(7, 'cc1', 'p', 'arriving'),
  placedAt(9, 'cc1', 'p', 'running'),
  threadsAt(9, 'cc1', 'p', 2),
  placedAt(9, 'cc0', 'p', 'left'),
  placedAt(14.5, 'cc1', 'p', 'exited')
]

describe('processTimes', () => {
  it('has where a process ran, for how long it had cores, and how long it stood still', () => {
    const { p } = runFold(processTimes, moved)
    expect(p).toEqual({
      process: 'p',
      threads: 2,
      wantedNs: 10e6,
      bornAt: 1e6,
      endedAt: 14.5e6,
      coreNs: 20e6,
      stoppedNs: 3e6,
      stays: ['cc0', 'cc1'],
      lost: 0
    })
    expect(slowdown(p)).toBe(1.35)
    expect(wastedNs(p)).toBe(0)
  })
  it('counts what a failure has undone', () => {
    const { p } = runFold(processTimes, [
      begunWith({ p: { threads: 1, cpuNs: 10e6 } }),
      placedAt(0, 'cc0', 'p', 'running'),
      threadsAt(0, 'cc0', 'p', 1),
      placedAt(6, 'cc0', 'p', 'lost'),
      placedAt(8, 'cc1', 'p', 'running'),
      threadsAt(8, 'cc1', 'p', 1),
      placedAt(18, 'cc1', 'p', 'exited')
    ])
    expect([p.lost, p.stoppedNs, p.coreNs, wastedNs(p), slowdown(p)]).toEqual([1, 2e6, 16e6, 6e6, 1.8])
  })
  it('has no slowdown of what has not ended, and knows those that never began', () => {
    const { p, q } = runFold(processTimes, [...moved.slice(0, 5), placedAt(7, 'cc0', 'q', 'running')])
    expect([slowdown(p), p.stoppedNs, q.wantedNs, q.threads]).toEqual([undefined, 1e6, Infinity, 1])
    expect(runFold(processTimes, moved.slice(0, 1)).p.stays).toEqual([])
  })
})
