import { isLeft } from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../lib/codec/config'
import { formatProblems } from '../../lib/codec/decode'
import { encodeEntry } from '../../lib/codec/journal'
import { memoryBytes } from '../../lib/guest/guest'
import { npbGuest } from '../../lib/guest/npb'
import { run } from '../../lib/loop/run'
import { equals } from '../../lib/memory/pageSet'
import { measure } from '../../lib/metrics/metrics'
import { hops } from '../../lib/migration/hops'
import { retried } from '../../lib/migration/retried'
import { xenScanOrder } from '../../lib/migration/scanOrder'
import { downtimeWithin } from '../../lib/migration/stopRule'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import { milliseconds, seconds } from '../../lib/time/time'
import { comparisonText } from '../../pipelines/commands/comparisonText'
import type { Result } from '../../pipelines/commands/runTrials'
import { engineOf } from '../../pipelines/engines'
import { type Experiment, experiment, migrationName, type Trial } from '../../pipelines/experiment/experiment'
import { formatInputErrors } from '../../pipelines/experiment/inputError'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { qemu72 } from '../../pipelines/qemu'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { tlm } from '../../pipelines/tlm'
import { said } from './terminal'

const made = (changes: object): Experiment => {
  const guest = { kind: 'vm', memory: '4 MiB', workload: { type: 'uniform', writesPerSecond: 4000 } }
  const read = readConfig(JSON.stringify({ guest, link: { bandwidth: '200 Mbit/s' }, techniques: [{ type: 'pre-copy' }], ...changes }))
  if (isLeft(read)) throw new Error(formatProblems(read.left))
  const whole = experiment(read.right)
  if (isLeft(whole)) throw new Error(formatInputErrors(whole.left))
  return whole.right
}

const journalOf = ({
  pipeline,
  world,
  seed,
  startAt,
  until
}: Pick<Trial, 'pipeline' | 'world' | 'seed' | 'startAt' | 'until'>): readonly Entry[] => {
  const entries: Entry[] = []
  run(pipeline, world, { seed, startAt, until }).subscribe((entry) => entries.push(entry))
  return entries
}

const metricsOf = (trial: Trial) => runFold(measure(), journalOf(trial))[migrationName]

describe('an experiment in JSON', () => {
  const until = { type: 'downtimeWithin', limit: '5 ms' } as const
  it.each<readonly [what: string, technique: object, pipeline: Pipeline]>([
    ['tlm', { type: 'tlm' }, tlm()],
    [
      'tlm with points of over-commitment',
      { type: 'tlm', interval: '20 ms', overcommit: [{ after: 0.2, cores: 0.5 }] },
      tlm({ intervalNs: milliseconds(20), overcommit: [{ after: 0.2, cores: 0.5 }] })
    ],
    ['TLM.1S', { type: 'tlm', interval: null }, tlm({ intervalNs: null })],
    ['an engine', { type: 'engine', engine: 'xen-2006' }, engineOf('xen-2006').pipeline],
    ['channels', { type: 'stop-and-copy', channels: 3 }, stopAndCopy({ channels: 3 })],
    [
      'the further rules of a push',
      { type: 'pre-copy', until, channels: 2, delta: true, firstThrottle: 0.3, order: 'xen', final: { type: 'fixed', rate: '80 Mbit/s' } },
      precopy({ until: downtimeWithin(5e6), channels: 2, delta: true, firstThrottle: 0.3, order: xenScanOrder, final: () => 10e6 })
    ],
    [
      'a push that is given up',
      { type: 'pre-copy', until, giveUp: { type: 'roundsAtMost', rounds: 1 } },
      precopy({ until: downtimeWithin(5e6), giveUp: () => ({ _tag: 'Some', value: '1 rounds have been made, at most 1' }) })
    ],
    ['hops', { type: 'hops', hops: [{ type: 'pre-copy' }, { type: 'post-copy' }] }, hops([precopy(), postcopy()])],
    [
      'retries',
      { type: 'pre-copy', retries: 2, recovery: '9 s' },
      retried({ times: 2, recovery: { patienceNs: seconds(9) } })(precopy({ recovery: { patienceNs: seconds(9) } }))
    ]
  ])('%s gives the journal of the same in code', (_, technique, pipeline) => {
    const [trial] = made({ techniques: [technique] }).trials
    const [mine, ours] = [journalOf(trial), journalOf({ ...trial, pipeline })]
    expect(mine.length).toBeGreaterThan(10)
    expect(mine.map(encodeEntry)).toEqual(ours.map(encodeEntry))
  })

  it('QEMU migrates in a world whose source keeps to its windows, unless another is stated', () => {
    const technique = { type: 'qemu', version: '7.2', downtimeLimit: '50 ms', autoConverge: true, maxBandwidth: '80 Mbit/s' }
    const sender = { window: '100 ms', slice: '51 ms' }
    const [own] = made({ techniques: [technique] }).trials
    const [stated] = made({ techniques: [technique], sender }).trials
    const [other] = made({ techniques: [technique], sender: { window: '10 ms', slice: '51 ms' } }).trials
    const signals = (trial: Trial): readonly string[] => journalOf(trial).slice(1).map(encodeEntry)
    expect(signals(own)).toEqual(signals(stated))
    expect(signals(own)).not.toEqual(signals(other))
    const pipeline = qemu72({ downtimeLimitNs: milliseconds(50), autoConverge: true, maxBandwidth: 10e6 })
    expect(signals({ ...own, pipeline })).toEqual(signals(own))
    expect(metricsOf(own).outcome?.type).toBe('completed')
    const asked = { ...technique, postcopy: { afterSyncs: 1, reaction: '10 ms', preempt: true } }
    const [switched] = made({ techniques: [asked] }).trials
    const postcopy = { afterSyncs: 1, reactionNs: milliseconds(10), preempt: true }
    const same = qemu72({ downtimeLimitNs: milliseconds(50), autoConverge: true, maxBandwidth: 10e6, postcopy })
    expect(signals({ ...switched, pipeline: same })).toEqual(signals(switched))
    expect(metricsOf(switched).resumeTime).toBeGreaterThan(metricsOf(own).resumeTime!)
  })

  it('a link that is mended aborts a pre-copy, and one that is tried again completes', () => {
    const faults = [{ at: '50 ms', what: 'link', until: '60 ms' }]
    const { trials } = made({
      faults,
      techniques: [
        { type: 'pre-copy', name: 'once' },
        { type: 'pre-copy', name: 'again', retries: 1 }
      ]
    })
    expect(trials.map((trial) => metricsOf(trial).outcome?.type)).toEqual(['aborted', 'completed'])
  })

  it('a recovery without patience loses what one with patience saves', () => {
    const faults = [{ at: '100 ms', what: 'link', until: '300 ms' }]
    const techniques = [
      { type: 'post-copy', name: 'impatient', recovery: '0 s' },
      { type: 'post-copy', name: 'patient', recovery: '1 s' }
    ]
    expect(made({ faults, techniques }).trials.map((trial) => metricsOf(trial).outcome?.type)).toEqual(['lost', 'completed'])
  })

  it('a lane that stands still makes it longer by that time', () => {
    const [plain] = made({ techniques: [{ type: 'stop-and-copy' }] }).trials
    const [stalled] = made({ techniques: [{ type: 'stop-and-copy' }], stalls: [{ from: '50 ms', until: '90 ms', way: 'leaving' }] }).trials
    expect(metricsOf(stalled).totalTime! - metricsOf(plain).totalTime!).toBe(milliseconds(40))
  })

  it('what a sender and a receiver cost is paid', () => {
    const total = (changes: object) => metricsOf(made({ techniques: [{ type: 'stop-and-copy' }], ...changes }).trials[0]).totalTime!
    const free = total({})
    for (const field of ['sendPage', 'freshPage']) expect(total({ source: { [field]: '400 us' } })).toBeGreaterThan(2 * free)
    expect(total({ target: { receivePage: '400 us' } })).toBeGreaterThan(2 * free)
  })

  it("a guest's network is a column of its own, and absent without one", async () => {
    const guest = { kind: 'vm', memory: '4 MiB', network: '80 Mbit/s', workload: { type: 'uniform', writesPerSecond: 4000 } }
    const { guestThroughput } = metricsOf(made({ guest }).trials[0])
    expect(guestThroughput).toBeGreaterThan(1e6)
    expect(guestThroughput).toBeLessThan(10e6)
    const { out } = await said('run', '--workload', 'idle', '--memory', '1MiB', '--start-at', '1ms', '--no-journals')
    expect(out).not.toMatch(/^technique .* network/m)
  })

  it('a benchmark has the memory, and the pages in use, of its guest in code', () => {
    const { guest } = made({ guest: { kind: 'vm', workload: { type: 'npb', benchmark: 'BT', scale: 0.001 } } })
    const same = npbGuest('BT', { scale: 0.001 })
    expect(guest.usefulCores).toBe(same.usefulCores)
    const few = { kind: 'vm', usefulCores: 2, workload: { type: 'npb', benchmark: 'BT', scale: 0.001 } } as const
    expect(made({ guest: few }).guest.usefulCores).toBe(2)
    expect(memoryBytes(guest)).toBe(memoryBytes(same))
    for (const level of ['hypervisor', 'guestOs', 'zero'] as const) expect(equals(guest.classes[level], same.classes[level])).toBe(true)
  })

  it('a regime works on all of the memory', () => {
    const { guest } = made({ guest: { kind: 'vm', memory: '16 MiB', workload: { type: 'regime', regime: 'highUpdateHighLocality' } } })
    expect(guest.pages).toBe(4096)
    expect(guest.workload.vcpus).toBe(8)
  })

  it('a regime is said with its ratio, of the rate that dtx is guaranteed to the dirty rate', () => {
    const guest = { kind: 'vm', memory: '16 MiB', workload: { type: 'regime', regime: 'highUpdateHighLocality' } }
    const { regime } = made({ guest, link: { bandwidth: '8.192 MB/s', pageHeader: '0 B' } })
    // A thousand pages of 4,096 bytes a second for dtx, which has half of the link.
    expect(regime).toMatch(/: 118 pages\/s dirtied, 90 % of them again in the next second; dtx : dirty = 8\.47 /)
    expect(made({}).regime).toBeUndefined()
  })

  it("the steps of a container's move are timed", () => {
    const technique = { type: 'dump-and-restore' } as const
    const steps = { fileSystem: 3e9, preDumps: 0, drain: 2e6, dump: 5e6, transfer: 7e6, restart: 11e6 }
    const series = { from: 0, to: 0, points: [], downtimes: [], switched: undefined, rounds: [], faults: 0 }
    const metrics = metricsOf(made({}).trials[0])
    const result: Result = { name: 'c', metrics, series, technique, journal: undefined, journalBytes: 0, stages: [], steps }
    expect(comparisonText(undefined, [result], { charts: [] })).toContain(
      '\nc: its file system 3 s while it ran and 2 ms frozen, dump 5 ms, transfer 7 ms, restart 11 ms\n'
    )
  })

  it('a time-bounded technique has its bound, keeps it, and says so beforehand; none where the link breaks', async () => {
    const [trial] = made({ techniques: [{ type: 'tlm', interval: '20 ms' }] }).trials
    expect(metricsOf(trial).totalTime!).toBeLessThanOrEqual(trial.bound!.totalNs)
    expect(trial.forecast.boundNs).toBe(trial.bound!.totalNs)
    const [broken] = made({ techniques: [{ type: 'tlm' }], faults: [{ at: '1 s', what: 'link' }] }).trials
    expect(broken.bound).toBeUndefined()
    expect(broken.unbounded).toBe('something breaks meanwhile')
    expect(made({ techniques: [{ type: 'tlm', retries: 1 }] }).trials[0].unbounded).toBe('it may begin anew')
    const { out } = await said('compare', '--technique', 'tlm,pre-copy', '--no-journals')
    expect(out).toMatch(
      /^tlm: bound computed beforehand, whatever the guest writes: [\d.]+ ms in all, [\d.]+ ms live and [\d.]+ ms down \(an update every 20 ms\)$/m
    )
    expect(out).not.toMatch(/^pre-copy: bound/m)
  })

  it('the bound of a time-bounded technique has the disk that moves in it, or says why there is none', () => {
    const disk = { size: '16 MiB', blockSize: '1 MiB', workload: { type: 'sweep', pages: 8, writesPerSecond: 2000 } }
    const guest = { kind: 'vm', memory: '4 MiB', workload: { type: 'uniform', writesPerSecond: 4000 }, disk }
    const of = (rules?: object, more: object = {}) =>
      made({ techniques: [{ type: 'tlm', ...(rules && { disk: rules }) }], guest, ...more }).trials[0]
    const usual = of()
    expect(usual.bound!.disk).toMatchObject({ rounds: 30 })
    expect(metricsOf(usual).totalTime!).toBeLessThanOrEqual(usual.bound!.totalNs)
    const rounds = (of: object) => ({ until: { type: 'or', rules: [{ type: 'downtimeWithin', limit: '1 ms' }, of] } })
    expect(of(rounds({ type: 'roundsAtMost', rounds: 3 })).bound!.disk!.rounds).toBe(3)
    expect(of(rounds({ type: 'notShrinking' })).unbounded).toBe(
      'nothing limits the rounds of its disk, and what the guest writes there may keep them going for ever'
    )
    expect(of({ mirror: 'paused' }).bound!.disk!.rounds).toBe(0)
    const paced = of({ pacing: { type: 'fixed', rate: '100 Mbit/s' } })
    expect(paced.bound!.totalNs).toBeGreaterThan(usual.bound!.totalNs)
    expect(of({ pacing: { type: 'fixed', rate: '100 Mbit/s' } }, { sender: { window: '100 ms', slice: '50 ms' } }).unbounded).toBe(
      'its disk keeps to a rate in windows of the sender'
    )
  })

  it('what is further named is compared when it is named, with its sentence, and not otherwise', async () => {
    const { out } = await said('compare', '--technique', 'tlm-1s,xen-today', '--no-journals')
    expect(out).toMatch(/^xen-today +five rounds at most/m)
    expect((await said('compare', '--workload', 'idle', '--memory', '64kB', '--no-journals', '--format', 'csv')).out).not.toContain(
      'xen-today'
    )
  })
})
