import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { allToAll, ring } from '../../lib/guest/communication'
import type { Command, Order } from '../../lib/protocol/command'
import type { Signal } from '../../lib/protocol/signal'
import { milliseconds, seconds } from '../../lib/time/time'
import { timeline as newTimeline } from '../../lib/time/timeline'
import { cluster } from '../../lib/world/cluster'
import type { ClusterOptions } from '../../lib/world/clusterOptions'

const options: ClusterOptions = {
  members: { a: { memoryBytes: 4096 }, b: { memoryBytes: 4096 } },
  communication: ring({ computeNs: milliseconds(1), bytes: 1000, iterations: 100 }),
  network: { bytesPerSecond: 1e6, latencyNs: milliseconds(1), headerBytes: 0, messageBytes: 1000 },
  costs: { saveBytesPerSecond: 4096, loadBytesPerSecond: 4096 }
}

/** Orders given at times of a world, and all that it says, with the time in milliseconds. */
const said = (given: readonly (readonly [atMs: number, who: string, order: Order])[], more: Partial<ClusterOptions> = {}) => {
  const timeline = newTimeline()
  const commands = new Subject<Command>()
  const heard: (Signal & { readonly ms: number })[] = []
  cluster({ ...options, ...more })
    .signals({ commands, timeline, seed: 1 })
    .subscribe((signal) => heard.push({ ...signal, ms: timeline.now() / 1e6 }))
  for (const [n, [atMs, migration, order]] of given.entries())
    timeline.schedule(() => commands.next({ order, to: { migration, lane: '', tag: n, n } }), milliseconds(atMs))
  timeline.run(seconds(20))
  return heard
}
const words = (heard: ReturnType<typeof said>) =>
  heard.map((s) => `${s.ms} ${'to' in s ? s.to.migration : s.migration} ${s.type}${s.type === 'refused' ? `: ${s.reason}` : ''}`)

describe('a cluster', () => {
  it('carries messages in a latency and their time on both links, and a final frame behind the frames before it', () => {
    const tell = (closing?: number): Order => ({ type: 'tell', whom: 'b', message: 'x', ...(closing === undefined ? {} : { closing }) })
    const told = (order: Order) => said([[1.5, 'a', order]]).flatMap((s) => (s.type === 'told' ? [s.ms] : []))
    expect(told(tell())).toEqual([4.5])
    // The guest of a has sent a frame just before.
    expect(told(tell(1))).toEqual([5])
  })

  it('refuses what makes no sense, in a sentence', () => {
    const heard = said([
      [0, 'coordinator', { type: 'pause' }],
      [0, 'a', { type: 'keep', what: 'state', checkpoint: 1 }],
      [0, 'a', { type: 'settle', checkpoint: 7, as: 'sealed' }],
      [0, 'a', { type: 'load', checkpoint: 7, incarnation: 1 }],
      [0, 'a', { type: 'commit' }],
      [0, 'a', { type: 'tell', whom: 'nobody', message: null }],
      [0, 'a', { type: 'wake', afterNs: -1 }],
      [0, 'coordinator', { type: 'wake', afterNs: Number.NaN }]
    ])
    expect(heard.flatMap((s) => (s.type === 'refused' ? [s.reason] : []))).toEqual([
      'the coordinator has no guest',
      'the guest runs',
      'there is no image of checkpoint 7',
      'there is no complete image of checkpoint 7',
      'commit is for the migration of a guest, and this is a cluster',
      'there is no machine called nobody',
      'a wake must be after a whole number of nanoseconds (got -1)',
      'a wake must be after a whole number of nanoseconds (got NaN)'
    ])
  })

  it('keeps what comes while a guest stands, and gives it first when it goes on: the end is the same', () => {
    const ends = (heard: ReturnType<typeof said>) => heard.flatMap((s) => (s.type === 'finished' ? [[s.migration, s.digest]] : [])).sort()
    const paused = said([
      [10, 'b', { type: 'pause' }],
      [50, 'b', { type: 'resume', where: 'source' }]
    ])
    expect(ends(paused)).toEqual(ends(said([])))
    expect(ends(paused)).toHaveLength(2)
    expect(paused.some((s) => s.type === 'misdelivered')).toBe(false)
    expect(paused[paused.length - 1].ms).toBeGreaterThan(said([]).at(-1)!.ms + 30)
  })

  it('refuses what a machine has under way when it breaks down, and all until it is back', () => {
    const heard = said(
      [
        [10, 'a', { type: 'pause' }],
        [20, 'a', { type: 'keep', what: 'state', checkpoint: 1 }],
        [600, 'a', { type: 'list' }],
        [900, 'a', { type: 'list' }],
        [950, 'a', { type: 'resume', where: 'source' }]
      ],
      { faults: [{ at: milliseconds(500), host: 'a', until: milliseconds(800) }] }
    )
    expect(words(heard)).toEqual([
      '10 a suspended',
      '500 a failed',
      '500 a refused: the machine has broken down',
      '600 a refused: the machine has broken down',
      '800 a mended',
      '900 a listed',
      '950 a refused: the machine has no guest'
    ])
    expect(heard.find((s) => s.type === 'listed')).toMatchObject({ complete: [0], sealed: 0 })
  })

  it('sends again what was on a link that stood still', () => {
    const heard = said([[1, 'a', { type: 'tell', whom: 'b', message: 'x' }]], { faults: [{ at: 0, link: 'b', until: milliseconds(70) }] })
    expect(heard.flatMap((s) => (s.type === 'told' ? [s.ms] : []))).toEqual([71])
    expect(said([[1, 'a', { type: 'tell', whom: 'b', message: 'x' }]], { faults: [{ at: 0, link: 'b' }] }).map(({ type }) => type)).toEqual(
      ['done']
    )
  })

  it('names an option that is out of range', () => {
    const rule = (more: Partial<ClusterOptions>) => () => cluster({ ...options, ...more })
    expect(rule({ members: {} })).toThrow('cluster: members must not be empty')
    expect(rule({ members: { a: { memoryBytes: 5 } } })).toThrow(
      'cluster: members.a.memoryBytes must be a positive multiple of 4096 (got 5)'
    )
    expect(rule({ coordinator: 'a' })).toThrow('cluster: coordinator must not be one of the members (got a)')
    expect(rule({ network: { bytesPerSecond: 0 } })).toThrow('cluster: network.bytesPerSecond must be a positive number (got 0)')
    expect(rule({ faults: [{ at: 0, host: 'z' }] })).toThrow('cluster: faults must name a machine of the cluster (got z)')
    expect(rule({ faults: [{ at: 5, link: 'a', until: 5 }] })).toThrow(
      'cluster: faults must be at whole times from 0 on and end later (got 5 until 5)'
    )
    expect(rule({ faults: [{ at: 5, host: 'coordinator', until: 9 }] })).toThrow('does not come back')
    expect(() => allToAll({ computeNs: 1, bytes: 0 })).toThrow('allToAll: bytes must be an integer from 1 on (got 0)')
  })
})
