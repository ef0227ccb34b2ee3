import { disk } from '../../lib/guest/disk'
import { container, vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { idle } from '../../lib/guest/idle'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { zipf } from '../../lib/guest/zipf'
import { run } from '../../lib/loop/run'
import type { DiskRules } from '../../lib/migration/diskRules'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { fixed } from '../../lib/migration/pacing'
import { downtimeWithin, or, residualBelow, roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { key, split } from '../../lib/random/random'
import { milliseconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { dumpAndRestore } from '../../pipelines/dumpAndRestore'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { qemu72, qemu72Windows, qemuDisk } from '../../pipelines/qemu'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { tlm } from '../../pipelines/tlm'
import { chances } from './chances'
import type { Followed } from './forecastSwarm'
import { forecastsOf } from './forecastsOf'

/** The techniques of the swarm of guests whose disk moves; `files` is dump-and-restore, with pre-dumps or without. */
export const withDisk = ['pre-copy', 'hybrid', 'post-copy', 'tlm', 'stop-and-copy', 'windows', 'files'] as const

type Technique = (typeof withDisk)[number]

/**
 * Migrations with a moving disk over worlds drawn at random: 2 to 16 MiB of memory and a disk from a quarter to eight times of that, six kinds of workload for each, devices of a rate or none, and rules of
 * every kind: ahead or beside, continuously, in rounds or paused. Those that did not complete in time are left out.
 */
export const followedDisks = (seed: number, count: number, technique: Technique): readonly Followed[] =>
  Array.from({ length: count }, (_, i) => followed(seed, i, technique)).filter((one) => one !== undefined)

const followed = (seed: number, i: number, technique: Technique): Followed | undefined => {
  const stream = split(split(key(seed), withDisk.indexOf(technique)), i)
  const { chance, between, scaled, half, one } = chances(stream)

  const pages = Math.round(scaled(512, 4096))
  const blockBytes = one(4096, 65_536)
  const blocks = Math.max(4, Math.round((pages * 4096 * scaled(0.25, 8)) / blockBytes))
  const bytesPerSecond = Math.round(scaled(12.5e6, 1.25e9) / (technique === 'windows' ? 25 : 1))
  const memoryNs = Math.round((pages * 4104e9) / bytesPerSecond)
  const diskNs = Math.round((blocks * (blockBytes + 8) * 1e9) / bytesPerSecond)
  const spanNs = memoryNs + diskNs
  const workload = (all: number, bytes: number, from: number, to: number): Workload => {
    const rate = bytesPerSecond / bytes
    const rated = { pages: all, writesPerSecond: Math.max(1, Math.round(rate * scaled(from, to))), readsPerSecond: 0 }
    const region = Math.max(1, Math.round(all * scaled(0.02, 1)))
    return one(
      () => uniform(rated),
      () => uniform({ ...rated, pages: region }),
      () => hotCold({ ...rated, hotPages: between(0.05, 0.3), hotAccesses: between(0.5, 0.99) }),
      () => zipf({ ...rated, exponent: between(0.6, 1.2) }),
      () => sweep({ ...rated, pages: region }),
      () => idle({})
    )()
  }
  const device = (): number => Math.round(bytesPerSecond * scaled(0.3, 3))
  const made = {
    pages,
    workload: workload(pages, 4096, 0.02, 1),
    disk: disk({
      blocks,
      blockBytes,
      workload: workload(blocks, blockBytes, 0.005, 0.3),
      ...(chance() < 0.3 && { readBytesPerSecond: device() }),
      ...(chance() < 0.3 && { writeBytesPerSecond: device() })
    })
  }
  const limitNs = Math.round(memoryNs * scaled(0.02, 0.3))
  const until = technique === 'hybrid' ? roundsAtMost(one(1, 1, 2)) : or(downtimeWithin(limitNs), roundsAtMost(one(3, 5, 10)))
  const rules: DiskRules = {
    mirror: one('continuously', 'continuously', 'rounds', 'paused'),
    start: one('ahead', 'ahead', 'beside'),
    until: one(
      or(downtimeWithin(Math.round(diskNs * scaled(0.01, 0.2))), roundsAtMost(8)),
      or(residualBelow({ pages: 2 }), roundsAtMost(10))
    ),
    intervalNs: Math.round(spanNs * between(0.005, 0.05)),
    ...(chance() < 0.2 && { pacing: fixed(Math.round(bytesPerSecond * scaled(0.2, 1))) })
  }
  const intervalNs = chance() < 0.2 ? null : Math.round(memoryNs * scaled(0.05, 0.5))
  const qemu = { downtimeLimitNs: limitNs, maxBandwidth: Math.round(bytesPerSecond * scaled(0.2, 2)) }
  const [dumps, rebuilds] = [half(), half()].map((is) => (is ? Math.round(bytesPerSecond * scaled(0.3, 10)) : undefined))
  const preDump = half() ? or(residualBelow({ pages: Math.ceil(pages / 20) }), roundsAtMost(one(1, 3, 5))) : undefined
  const mirrors = { ...rules, mirror: rules.mirror === 'paused' ? ('rounds' as const) : rules.mirror }
  const drawnOf: Readonly<Record<Technique, () => readonly [Pipeline, ForecastOptions]>> = {
    'pre-copy': () => [precopy({ until, disk: rules }), { rules: { until }, disk: rules }],
    hybrid: () => [hybrid({ until, disk: rules }), { rules: { until }, follows: 'pull', disk: rules }],
    'post-copy': () => [postcopy({ disk: mirrors }), { pushes: false, follows: 'pull', disk: mirrors }],
    tlm: () => [tlm({ intervalNs, disk: rules }), { timeBounded: { intervalNs }, disk: rules }],
    'stop-and-copy': () =>
      half() ? [stopAndCopy({ disk: mirrors }), { pushes: false, disk: mirrors }] : [stopAndCopy(), { pushes: false }],
    windows: () => [
      qemu72({ ...qemu, disk: { start: rules.start } }),
      { windows: qemu72Windows(qemu), disk: { ...qemuDisk, start: rules.start } }
    ],
    files: () => [
      dumpAndRestore({ fileSystem: { until: rules.until }, ...(preDump && { preDump }) }),
      {
        files: {},
        disk: { mirror: 'rounds', blocks: 'used', until: rules.until },
        ...(preDump === undefined ? { pushes: false } : { rules: { until: preDump } })
      }
    ]
  }
  const [pipeline, options] = drawnOf[technique]()
  const application = half() ? 0 : bytesPerSecond * between(0, 0.8)
  const world = datacentre({
    guests: { guest: technique === 'files' ? container(made) : vm(made) },
    link: link({ bytesPerSecond, latencyNs: Math.round(scaled(5_000, 200_000)), applicationBytesPerSecond: application }),
    fidelity: 'marks',
    ...(technique === 'files' && { source: { dumpBytesPerSecond: dumps }, target: { rebuildBytesPerSecond: rebuilds } }),
    ...(technique === 'windows' && { sender: { windowNs: milliseconds(100), sliceNs: milliseconds(51) } }),
    progressNs: Math.round(spanNs / between(20, 60))
  })
  const entries: Entry[] = []
  run(pipeline, world, { seed: i, startAt: Math.round(spanNs * between(0, 0.5)), until: spanNs * 60 }).subscribe((entry) =>
    entries.push(entry)
  )
  const forecasts = forecastsOf(entries, options)
  const end = entries.at(-1)
  if (end?.type !== 'ended' || end.outcome.type !== 'completed') return undefined
  const released = entries.find((entry) => entry.type === 'signalled' && entry.signal.type === 'released')
  return { technique: `${technique} with a disk`, forecasts, overAt: (released ?? end).at, entries }
}
