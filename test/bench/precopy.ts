import { vm } from '../../lib/guest/guest'
import { accessesUntil } from '../../lib/guest/regularTimes'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { downtimeWithin } from '../../lib/migration/stopRule'
import { autoConverge } from '../../lib/migration/throttle'
import { link } from '../../lib/network/link'
import { key, split } from '../../lib/random/random'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { cpuNs } from './cpu'
import { hashOfCounts, median, rounded } from './figures'
import type { BenchResult } from './timeline'

/**
 * Pre-copy through the public API, against a plain loop over the same page writes: 36 GiB of 4 KiB pages, 600,000 uniform writes per second, 10 Gbit/s,
 * throttled as QEMU's auto-converge does so that it converges. Both report the newly dirtied pages of every round, and must agree. Processor time.
 */
export const benchPrecopy = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const pages = smoke ? 1 << 18 : 9_437_184
  const writesPerSecond = smoke ? 60_000 : 600_000
  const repeats = smoke ? 1 : 9
  const ours: number[] = []
  const plain: number[] = []
  const hashes = new Set<string>()
  let writes = 0
  let rounds = 0
  let virtualNs = 0
  let peak = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    let migrated: Migrated | undefined
    ours.push(cpuNs(() => (migrated = migrate({ pages, writesPerSecond, batchAccesses: 4096 }))))
    peak = Math.max(peak, process.memoryUsage().rss)
    const { due, dirtied, endedAt } = migrated!
    let counted: readonly number[] = []
    plain.push(cpuNs(() => (counted = plainLoop(pages, due))))
    hashes.add(hashOfCounts(dirtied))
    hashes.add(hashOfCounts(counted))
    writes = due[due.length - 1]
    rounds = due.length - 1
    virtualNs = endedAt
  }
  // The rounds are the same whatever the batch size: that is part of the result, and not of the time.
  for (const batchAccesses of [1000, 65_536]) hashes.add(hashOfCounts(migrate({ pages, writesPerSecond, batchAccesses }).dirtied))
  const [mine, base] = [median(ours), median(plain)]
  const ratio = median(ours.map((one, repeat) => plain[repeat] / one))
  return {
    name: 'precopy',
    figures: {
      pages,
      writes,
      rounds,
      'virtual time, s': Math.round(virtualNs / 1e6) / 1e3,
      'times faster than real time': Math.round(virtualNs / mine),
      'migration, ns per write': rounded(mine / writes),
      'plain loop, ns per write': rounded(base / writes),
      'writes per second of the plain loop (target at least 0.6)': rounded(ratio),
      'resident memory, MB (target below 200)': Math.round(peak / 1e6)
    },
    hash: hashes.size === 1 ? [...hashes][0] : `differs: ${[...hashes].join(' ')}`
  }
}

type Options = { readonly pages: number; readonly writesPerSecond: number; readonly batchAccesses: number }
/** `due[k]` are the writes made by the k-th read of the dirty log, `dirtied[k]` the pages it named. */
type Migrated = { readonly due: readonly number[]; readonly dirtied: readonly number[]; readonly endedAt: number }

const migrate = ({ pages, writesPerSecond, batchAccesses }: Options): Migrated => {
  const guest = vm({ pages, workload: uniform({ pages, writesPerSecond }) })
  const world = datacentre({ guests: { guest }, link: link({ gigabitsPerSecond: 10 }), fidelity: 'marks', batchAccesses })
  const due = [0]
  const dirtied: number[] = []
  let endedAt = 0
  let guestNs = 0
  let since = 0
  let speed = 1
  let paused = false
  const passTo = (at: number): void => {
    if (!paused) guestNs += Math.floor((at - since) * speed)
    since = at
  }
  run(precopy({ throttle: autoConverge(), until: downtimeWithin(300e6) }), world).subscribe((entry) => {
    if (entry.type === 'commanded' && entry.command.order.type === 'throttle') {
      passTo(entry.at)
      speed = 1 - entry.command.order.fraction
    } else if (entry.type === 'commanded' && entry.command.order.type === 'track') {
      due[0] = accessesUntil(writesPerSecond, entry.at)
    } else if (entry.type === 'signalled' && entry.signal.type === 'synced') {
      if (!paused) passTo(entry.at)
      due.push(accessesUntil(writesPerSecond, guestNs))
      dirtied.push(entry.signal.dirty.count)
    } else if (entry.type === 'signalled' && entry.signal.type === 'suspended') {
      passTo(entry.at)
      paused = true
    } else if (entry.type === 'ended') endedAt = entry.at
  })
  return { due, dirtied, endedAt }
}

/**
 * The best plain loop we know: a random page (the generator of `uniform`, written out), a mark in an Int32Array, a count of the newly marked, and fresh
 * words at each round. No objects, no calls, no time.
 */
const plainLoop = (pages: number, due: readonly number[]): readonly number[] => {
  const stream = split(split(key(1), 'guest'), 0)
  const scale = pages / 4294967296
  const golden = 0x9e3779b9 | 0
  const [a, b] = [stream.a | 0, stream.b | 0]
  const words = new Int32Array(Math.ceil(pages / 32))
  const counts: number[] = []
  for (let round = 1; round < due.length; round++) {
    words.fill(0)
    let newly = 0
    let weyl = (a + Math.imul(due[round - 1] | 0, golden)) | 0
    for (let i = due[round - 1]; i < due[round]; i++) {
      let x = Math.imul(weyl ^ (weyl >>> 17), 0xed5ad4bb | 0)
      x = Math.imul(x ^ (x >>> 11) ^ b, 0xac4c1b51 | 0)
      x = Math.imul(x ^ (x >>> 15), 0x31848bab | 0)
      const page = (((x ^ (x >>> 14)) >>> 0) * scale) | 0
      weyl = (weyl + golden) | 0
      const old = words[page >> 5]
      const now = old | (1 << page)
      words[page >> 5] = now
      newly = (newly + ((old ^ now) >>> page)) | 0
    }
    counts.push(newly)
  }
  return counts
}
