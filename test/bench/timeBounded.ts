import { npbGuest } from '../../lib/guest/npb'
import { npbArrays } from '../../lib/guest/npbArrays'
import { npbThousands } from '../../lib/guest/npbSeries'
import { accessesUntil } from '../../lib/guest/regularTimes'
import { run } from '../../lib/loop/run'
import { seconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { calibrated, tlmHost } from '../../pipelines/reproduce/tlmHost'
import { kvmMigration } from '../../pipelines/reproduce/tlmKvm'
import type { Measured } from '../../pipelines/reproduce/tlmRuns'
import { tlm } from '../../pipelines/tlm'
import { cpuNs } from './cpu'
import { hashOfCounts, median, rounded } from './figures'
import type { BenchResult } from './timeline'

/**
 * MG of class D, 36 GiB at its published dirty rates, on the hosts of the reproduction: TLM and kvm 1.6 with auto-converge side by side, each against a plain loop over the same
 * page writes. All report the pages found dirty at every reading of the log, and must agree. Processor time.
 */
export const benchTimeBounded = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const scale = smoke ? 1 / 256 : 1
  const repeats = smoke ? 1 : 5
  const hashes: string[] = []
  const figures: Record<string, number> = {}
  const techniques = { TLM: { pipeline: tlm() }, 'kvm 1.6': kvmMigration({ kvm: '1.6', limitS: 8, autoConverge: true }) }
  for (const [name, technique] of Object.entries(techniques)) {
    const ours: number[] = []
    const plain: number[] = []
    const seen = new Set<string>()
    let migrated: Migrated | undefined
    for (let repeat = 0; repeat < repeats; repeat++) {
      ours.push(cpuNs(() => (migrated = migrate(technique, scale))))
      let counted: readonly number[] = []
      const { due, dirtied } = migrated!
      plain.push(cpuNs(() => (counted = plainLoop(scale, due))))
      seen.add(hashOfCounts(dirtied)).add(hashOfCounts(counted))
    }
    hashes.push(seen.size === 1 ? [...seen][0] : `differs: ${[...seen].join(' ')}`)
    const { due, liveNs, downNs } = migrated!
    const mine = median(ours)
    figures[`${name}: page writes`] = VCPUS * due[due.length - 1]
    figures[`${name}: live, s`] = rounded(liveNs / 1e9)
    figures[`${name}: down, s`] = rounded(downNs / 1e9)
    figures[`${name}: processor time, s (target below 2)`] = rounded(mine / 1e9)
    figures[`${name}: writes per second of the plain loop`] = rounded(median(ours.map((one, repeat) => plain[repeat] / one)))
  }
  return {
    name: 'timebounded',
    figures,
    hash: hashes.some((hash) => hash.startsWith('differs'))
      ? hashes.join('; ')
      : hashOfCounts(hashes.map((hash) => Number.parseInt(hash, 16)))
  }
}

/** `due[k]` are the writes that each virtual CPU has made by the k-th reading of the log, `dirtied[k]` the pages it named. */
type Migrated = { readonly due: readonly number[]; readonly dirtied: readonly number[]; readonly liveNs: number; readonly downNs: number }

const migrate = ({ pipeline, sender }: Pick<Measured, 'pipeline' | 'sender'>, scale: number): Migrated => {
  const guest = npbGuest('MG', { scale })
  const host = tlmHost(calibrated(), guest.pages)
  const part = { ...host, link: { ...host.link, bytesPerSecond: host.link.bytesPerSecond * scale } }
  const costs = { ...part.source, freshPageNs: part.source.freshPageNs! / scale, sendPageNs: part.source.sendPageNs! / scale }
  const world = datacentre({ guests: { guest }, link: part.link, source: costs, sender, fidelity: 'marks' })
  const rate = guest.workload.open({ a: 1, b: 1 }, 0).accessesPerSecond!
  const due = [0]
  const dirtied: number[] = []
  let [guestNs, since, speed, suspendedAt, activatedAt] = [0, 0, 1, 0, 0]
  const passTo = (at: number): void => {
    if (suspendedAt === 0) guestNs += Math.max(0, Math.floor((at - since) * speed))
    since = Math.max(since, at)
  }
  run(pipeline, world, { until: seconds(1243) }).subscribe((entry) => {
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type === 'throttle') {
        passTo(entry.at)
        speed = 1 - order.fraction
      } else if (order.type === 'track') due[0] = accessesUntil(rate, entry.at)
      else if (order.type === 'sync') {
        passTo(entry.at)
        due.push(accessesUntil(rate, guestNs))
        if (suspendedAt === 0) since = entry.at + costs.syncNs!
      }
    } else if (entry.type === 'signalled' && entry.signal.type === 'synced') dirtied.push(entry.signal.dirty.count)
    else if (entry.type === 'signalled' && entry.signal.type === 'suspended') {
      passTo(entry.at)
      suspendedAt = entry.at
    } else if (entry.type === 'signalled' && entry.signal.type === 'activated') activatedAt = entry.at
  })
  return { due, dirtied, liveNs: suspendedAt, downNs: activatedAt - suspendedAt }
}

const VCPUS = 8

/** Every write of every virtual CPU by itself: its page, a mark in an Int32Array, a count of the newly marked, and fresh words at each reading. */
const plainLoop = (scale: number, due: readonly number[]): readonly number[] => {
  const series = npbThousands('MG').map((thousands) => Math.round(thousands * 1000 * scale))
  const perSecond = Math.ceil(100_000 * scale)
  const [u, , r] = npbArrays.MG.map(({ pages }) => Math.round(pages * scale))
  const words = new Int32Array(Math.ceil((r + u) / 32))
  const share = (pages: number, vcpu: number): number => Math.floor((vcpu * pages) / VCPUS)
  const cursors = Array.from({ length: VCPUS }, () => ({ before: 0, second: 0 }))
  const counts: number[] = []
  for (let reading = 1; reading < due.length; reading++) {
    words.fill(0)
    let newly = 0
    for (let vcpu = 0; vcpu < VCPUS; vcpu++) {
      const cursor = cursors[vcpu]
      const [inR, inU] = [share(r, vcpu + 1) - share(r, vcpu), share(u, vcpu + 1) - share(u, vcpu)]
      for (let k = due[reading - 1]; k < due[reading]; ) {
        const second = Math.floor(k / perSecond)
        while (cursor.second < second) {
          const last = series[cursor.second++ % series.length]
          cursor.before += share(last, vcpu + 1) - share(last, vcpu)
        }
        const pages = series[second % series.length]
        const own = share(pages, vcpu + 1) - share(pages, vcpu)
        const end = Math.min(due[reading], (second + 1) * perSecond)
        const first = second * perSecond
        for (; k < end; k++) {
          const place = (cursor.before + Math.floor(((k - first) * own) / perSecond)) % (inR + inU)
          const page = place < inR ? share(r, vcpu) + place : r + share(u, vcpu) + place - inR
          const old = words[page >> 5]
          const now = old | (1 << page)
          words[page >> 5] = now
          newly = (newly + ((old ^ now) >>> page)) | 0
        }
      }
    }
    counts.push(newly)
  }
  return counts
}
