import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { disk } from '../../lib/guest/disk'
import { container, vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { type Forecast, forecast } from '../../lib/migration/forecast'
import { hops } from '../../lib/migration/hops'
import { downtimeWithin, or, residualBelow, roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { forecastText } from '../../lib/report/forecastText'
import { milliseconds, seconds } from '../../lib/time/time'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { dumpAndRestore } from '../../pipelines/dumpAndRestore'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { held } from '../bench/forecast'
import { followedDisks, withDisk } from './forecastSwarmDisk'
import { forecastsOf } from './forecastsOf'

const pages = 2_048
const blocks = 512
const blockBytes = 65_536
const wire = link({ gigabitsPerSecond: 1 })
/** What memory and disk take on the wire. */
const [memoryNs, diskNs] = [(pages * 4_104e9) / 125e6, (blocks * (blockBytes + 8) * 1e9) / 125e6]

const journalOf = (pipeline: Pipeline, writesPerSecond = 200, kind = vm, more: Partial<DatacentreOptions> = {}): readonly Entry[] => {
  const entries: Entry[] = []
  const made = kind({
    workload: uniform({ pages, writesPerSecond: 1_000 }),
    contextBytes: 4_096,
    disk: disk({ blocks, blockBytes, workload: uniform({ pages: blocks, writesPerSecond }) })
  })
  const world = datacentre({ guests: { m: made }, link: wire, progressNs: milliseconds(5), ...more })
  run(pipeline, world, { until: seconds(20) }).subscribe((entry) => entries.push(entry))
  return entries
}

const timeOf = (entries: readonly Entry[], type: string): number =>
  entries.find((entry) => entry.type === 'signalled' && entry.signal.type === type)!.at
const until = or(downtimeWithin(milliseconds(5)), roundsAtMost(10))
const ratio = (entries: readonly Entry[], { at, remaining }: Forecast): number => remaining!.likelyNs / (timeOf(entries, 'released') - at)

describe('forecast with a disk that moves', () => {
  it('four of five intervals hold for every technique, while the disk is mirrored, kept up and drained, and none is left out', () => {
    for (const technique of withDisk) {
      const runs = Number(process.env.RUNS ?? (technique === 'windows' ? 12 : 24))
      const of = followedDisks(3, runs, technique)
      expect(of.length, technique).toBeGreaterThan(0.75 * runs)
      expect(held(of), technique).toBeGreaterThan(0.8)
      const said = of.flatMap(({ forecasts }) => forecasts)
      // QEMU's windows without a throttle end only where the guest lets them.
      const timed = said.filter(({ remaining }) => remaining !== undefined)
      expect(timed.filter(({ remaining }) => remaining!.highNs === Infinity).length / timed.length, technique).toBeLessThan(
        technique === 'windows' ? 0.2 : 0.01
      )
      expect(said.some(({ disk, remaining }) => disk?.stage === 'mirrored' && remaining !== undefined)).toBe(true)
      for (const { stage, remaining, unforeseen } of said)
        expect(remaining !== undefined || stage === 'preparing' || unforeseen === 'nothing has been sent yet', technique).toBe(true)
    }
  })

  it('ahead of the memory: its rounds, then the memory as if it began, and one fraction of both', () => {
    const entries = journalOf(precopy({ until }))
    const said = forecastsOf(entries, { rules: { until } })
    const first = said.find(({ bytes, remaining }) => bytes > 0 && remaining !== undefined)!
    expect(first.disk).toMatchObject({ stage: 'mirrored', round: 1 })
    expect(first.remaining!.likelyNs).toBeGreaterThan(0.9 * (memoryNs + diskNs))
    expect(forecastText(first)).toMatch(/^disk round 1, \d+ %, 125\.0 MB\/s, down .* left$/)
    const came = timeOf(entries, 'released') - first.at
    expect(first.remaining!.lowNs).toBeLessThan(came)
    expect(first.remaining!.highNs).toBeGreaterThan(came)
    const begun = said.find(({ pagesLeft }) => pagesLeft !== undefined && pagesLeft < pages / 2)!
    expect(begun.disk!.stage).toBe('keptUp')
    expect(begun.fraction!).toBeGreaterThan(diskNs / (diskNs + memoryNs))
    expect(begun.bytes).toBeGreaterThan(blocks * blockBytes)
    expect(said.at(-1)).toMatchObject({ stage: 'over', fraction: 1, bytes: expect.any(Number) })
  })

  it('the drain is a part of the downtime', () => {
    const rules = { mirror: 'rounds', until: residualBelow({ pages: 8 }) } as const
    const entries = journalOf(precopy({ until, disk: rules }), 600)
    const down = timeOf(entries, 'activated') - timeOf(entries, 'suspended')
    const alone = journalOf(precopy({ until, disk: rules }), 1)
    expect(down).toBeGreaterThan(1.5 * (timeOf(alone, 'activated') - timeOf(alone, 'suspended')))
    const last = forecastsOf(entries, { rules: { until }, disk: rules })
      .filter(({ stage }) => stage === 'pushing')
      .at(-1)!
    expect(last.expectedDowntimeNs! / down).toBeCloseTo(1, 0)
    const copied = journalOf(stopAndCopy())
    const whole = forecastsOf(copied, { pushes: false }).find(({ stage, remaining }) => stage === 'stopped' && remaining !== undefined)!
    expect(whole.expectedDowntimeNs! / (timeOf(copied, 'activated') - timeOf(copied, 'suspended'))).toBeCloseTo(1, 2)
  })

  it('beside the memory: both share the link, and the slower of them decides', () => {
    const rules = { start: 'beside', until: residualBelow({ pages: 8 }) } as const
    const entries = journalOf(precopy({ until, disk: rules }))
    const said = forecastsOf(entries, { rules: { until }, disk: rules })
    const both = said.filter(({ stage, disk, bytes }) => stage === 'pushing' && disk?.stage === 'mirrored' && bytes > 4e6)
    expect(both[0].bytesPerSecond! / 125e6).toBeCloseTo(1, 1)
    expect(forecastText(both[0])).toMatch(/^round 1, disk round 1, /)
    expect(ratio(entries, both[0])).toBeCloseTo(1, 0)
    const middle = both[Math.floor(both.length / 2)]
    expect(middle.remaining!.lowNs).toBeLessThan(timeOf(entries, 'released') - middle.at)
    expect(middle.remaining!.highNs).toBeGreaterThan(timeOf(entries, 'released') - middle.at)
  })

  it('a post-copy has its disk ahead of the switch, and of hops each has its own', () => {
    const entries = journalOf(postcopy())
    const options = { pushes: false, follows: 'pull' } as const
    const said = forecastsOf(entries, options)
    const first = said.find(({ bytes, remaining }) => bytes > 0 && remaining !== undefined)!
    expect(ratio(entries, first)).toBeGreaterThan(0.8)
    const twice = journalOf(hops([postcopy(), postcopy()]))
    const journey = forecastsOf(twice, { hops: [options, options] }).find(({ bytes, hop }) => bytes > 0 && hop?.whole === true)!
    expect(journey.remaining!.likelyNs).toBeGreaterThan(1.8 * (memoryNs + diskNs))
  })

  const source = { dumpBytesPerSecond: 50e6 }
  const target = { rebuildBytesPerSecond: 25e6 }
  const fileSystem = { mirror: 'rounds', blocks: 'used', until: or(residualBelow({ bytes: 2 ** 20 }), roundsAtMost(8)) } as const
  const filesNs = (pages * 4_096e9) / 50e6 + (pages * 4_096e9) / 25e6

  it("dump-and-restore: the file system's rounds, then the file written, sent and made a guest again, at the rates that the hosts state", () => {
    const entries = journalOf(dumpAndRestore({ fileSystem }), 20, container, { source, target })
    const said = forecastsOf(entries, { files: {}, pushes: false, disk: fileSystem })
    const first = said.find(({ bytes, remaining }) => bytes > 0 && remaining !== undefined)!
    expect(first.expectedDowntimeNs!).toBeGreaterThan(filesNs + memoryNs)
    const down = timeOf(entries, 'activated') - timeOf(entries, 'suspended')
    for (const { expectedDowntimeNs } of said.filter(({ stage, bytes }) => stage === 'stopped' && bytes > 0))
      expect(expectedDowntimeNs! / down).toBeCloseTo(1, 1)
    const preDump = roundsAtMost(2)
    const more = journalOf(dumpAndRestore({ fileSystem, preDump }), 20, container, { source, target })
    const ahead = forecastsOf(more, { files: {}, rules: { until: preDump }, disk: fileSystem }).filter(({ stage }) => stage === 'pushing')
    for (const { at, remaining } of ahead.filter(({ disk }) => disk?.stage === 'keptUp')) {
      expect(remaining!.lowNs).toBeLessThan(timeOf(more, 'released') - at)
      expect(remaining!.highNs).toBeGreaterThan(timeOf(more, 'released') - at)
    }
  })

  it('where nobody states how fast hosts write and read files, no end is named until they have', () => {
    const entries = journalOf(dumpAndRestore({ fileSystem }), 20, container, { source, target })
    const guests = entries[0].type === 'began' ? entries[0].guests : {}
    const signals = entries.flatMap((entry) => (entry.type === 'signalled' ? [entry.signal] : []))
    const said: Forecast[] = []
    from(signals)
      .pipe(forecast({ files: {}, pushes: false, disk: fileSystem, guests, bytesPerSecond: 125e6 }))
      .subscribe((one) => said.push(one))
    const stopped = said.filter(({ stage, remaining }) => stage === 'stopped' && remaining !== undefined)
    expect(stopped[0].remaining!.highNs).toBe(Infinity)
    expect(Number.isFinite(stopped.at(-1)!.remaining!.highNs)).toBe(true)
    for (const { at, remaining } of stopped) expect(remaining!.lowNs).toBeLessThanOrEqual(timeOf(entries, 'released') - at)
  })
})
