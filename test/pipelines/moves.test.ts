import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../lib/codec/config'
import { measure } from '../../lib/metrics/metrics'
import { restartSteps } from '../../lib/metrics/restartSteps'
import { runFold } from '../../lib/stream/fold'
import { experiment } from '../../pipelines/experiment/experiment'
import { journalOf } from '../../properties/journalOf'

/** The journals of a configuration's techniques. */
const journals = (config: object) => {
  const read = readConfig(JSON.stringify(config))
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left))
  const made = experiment(read.right)
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  return made.right.trials.map(({ pipeline, world, seed, until }) => journalOf(pipeline, world, { seed, until }))
}

const workload = { type: 'sweep', writesPerSecond: 10_000 }
const link = { bandwidth: '1 GB/s', latency: '10 us' }

describe('what else moves, in a configuration', () => {
  it('devices: presets and others, their DMA, and those that are unplugged first', () => {
    const guest = {
      kind: 'vm',
      memory: '4 MiB',
      workload,
      devices: [
        { preset: 'virtio-net', name: 'eth0', dma: { interval: '1 ms', pages: 2, from: 8, mapped: 16 } },
        { name: 'nic', state: '10 MiB', save: '100 ms', load: '50 ms', parallel: true },
        { preset: 'passthrough', name: 'gpu', unplug: '1 s' }
      ]
    }
    const [refused, moved] = journals({
      guest,
      link,
      techniques: [
        { type: 'pre-copy', name: 'as it is' },
        { type: 'pre-copy', unplug: true }
      ]
    })
    expect(refused.at(-1)).toMatchObject({
      outcome: { type: 'aborted', reason: 'device gpu cannot move: it is a device of its host, given to the guest as it is' }
    })
    expect(moved.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
    const done = moved.flatMap((e) =>
      e.type === 'signalled' && e.signal.type === 'device' ? [`${e.signal.device} ${e.signal.done} ${e.signal.ns}`] : []
    )
    expect(done).toEqual(['gpu unplugged 1000000000', 'eth0 saved 0', 'nic saved 100000000', 'eth0 loaded 0', 'nic loaded 50000000'])
    expect(runFold(measure(), moved).guest.downtime).toBeGreaterThan(150_000_000)
  })

  it('huge pages at the target, whole and split', () => {
    const of = (split?: string) =>
      journals({
        guest: { kind: 'vm', memory: '8 MiB', context: '0 B', workload, hugePages: { size: '2 MiB', ...(split && { split }) } },
        link,
        techniques: [{ type: 'post-copy', prepaging: { type: 'demandOnly' } }]
      })[0]
    expect(runFold(measure(), of()).guest.faults).toBe(4)
    expect(runFold(measure(), of('10 us')).guest.faults).toBe(2048)
  })

  it('compression, to the guest’s ratio or its own', () => {
    const [own, guests] = journals({
      guest: { kind: 'vm', memory: '4 MiB', workload: { type: 'idle' }, compressionRatio: 0.5 },
      link,
      techniques: [
        { type: 'stop-and-copy', name: 'own', compression: { rate: '10 GB/s', ratio: 0.25, threads: 2 } },
        { type: 'stop-and-copy', compression: { rate: '10 GB/s', decompressionRate: '20 GB/s' } }
      ]
    }).map((journal) => runFold(measure(), journal).guest.bytesTransferred)
    expect([own, guests]).toEqual([1024 * (1024 + 8), 1024 * (2048 + 8)])
  })

  it('a container by dump and restore, at its hosts’ rates', () => {
    const [journal, ahead] = journals({
      guest: { kind: 'container', memory: '4 MiB', workload },
      link,
      source: { dumpRate: '400 MB/s' },
      target: { rebuildRate: '800 MB/s' },
      techniques: [{ type: 'dump-and-restore' }, { type: 'dump-and-restore', name: 'ahead', preDump: { type: 'roundsAtMost', rounds: 2 } }]
    })
    for (const one of [journal, ahead]) expect(one.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
    expect(runFold(restartSteps, journal).dump).toBe((4 * 2 ** 20 * 1e9) / 400e6)
    expect(runFold(restartSteps, ahead).dump).toBeLessThan(runFold(restartSteps, journal).dump)
  })

  it('is refused where it makes no sense, with its path', () => {
    const wrong = readConfig(
      JSON.stringify({ guest: { workload, devices: [{ preset: 'toaster' }] }, link, techniques: [{ type: 'pre-copy' }] })
    )
    expect(wrong).toMatchObject({ left: [{ path: 'guest.devices[0].preset' }] })
  })
})
