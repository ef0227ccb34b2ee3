import { type Account, checkpointAccounts } from '../lib/checkpoint/accounts'
import type { ImagingMethod } from '../lib/checkpoint/imaging'
import type { Staggering } from '../lib/checkpoint/staggering'
import { type Guest, memoryBytes, vm } from '../lib/guest/guest'
import { hotCold } from '../lib/guest/hotCold'
import { perMigration } from '../lib/metrics/perMigration'
import { link } from '../lib/network/link'
import type { ImageFact } from '../lib/protocol/imageOrder'
import type { Entry } from '../lib/protocol/journal'
import type { Pipeline } from '../lib/protocol/pipeline'
import type { World } from '../lib/protocol/world'
import { combine, type Fold, fold, mapFold } from '../lib/stream/fold'
import { seconds, type Time } from '../lib/time/time'
import { checkpointing } from '../lib/world/checkpointing'
import type { Store } from '../lib/world/stores'
import { checkpointed } from './checkpointed'

/**
 * Many guests on hosts of their own, all checkpointed to the same few memory servers. `memoryBytes`, `writesPerSecond`: of each guest (9 of 10 writes to a tenth of its
 * pages). `cardBytesPerSecond`: of each host and server. `linkBytesPerSecond`: what lies between all of them. `copies`: servers that have each page (default 1). `times`: checkpoints of
 * each guest (default 1), `every` so long (default a minute). `fullEvery`: see `checkpointed`.
 */
export type FleetOptions = {
  readonly guests: number
  readonly memoryBytes: number
  readonly writesPerSecond: number
  readonly servers: number
  readonly cardBytesPerSecond: number
  readonly linkBytesPerSecond: number
  readonly copies?: number
  readonly times?: number
  readonly every?: Time
  readonly fullEvery?: number
  readonly method?: ImagingMethod
}

/** A fleet made ready: its world, and a pipeline for each guest by a rule that says when each begins. */
export type Fleet = { readonly world: World; readonly pipelines: (rule: Staggering) => Readonly<Record<string, Pipeline>> }

/** See `FleetOptions`. Throws `RangeError` naming the option, as its bricks do. */
export const fleet = (options: FleetOptions): Fleet => {
  const {
    guests: count,
    servers,
    cardBytesPerSecond,
    linkBytesPerSecond,
    copies = 1,
    times = 1,
    every = seconds(60),
    fullEvery,
    method
  } = options
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`fleet: guests must be an integer from 1 on (got ${count})`)
  if (!Number.isInteger(servers) || servers < 1) throw new RangeError(`fleet: servers must be an integer from 1 on (got ${servers})`)
  const names = Array.from({ length: count }, (_, i) => `guest ${i + 1}`)
  const stores = Object.fromEntries(
    Array.from({ length: servers }, (_, i): [string, Store] => [`m${i + 1}`, { type: 'server', bytesPerSecond: cardBytesPerSecond }])
  )
  const guest = guestOf(options)
  return {
    world: checkpointing({
      guests: Object.fromEntries(names.map((name) => [name, guest])),
      stores,
      link: link({ bytesPerSecond: linkBytesPerSecond }),
      cardBytesPerSecond,
      fidelity: 'marks'
    }),
    pipelines: (rule) =>
      Object.fromEntries(
        names.map((name, index) => [
          name,
          checkpointed({ to: { stores: Object.keys(stores), copies }, first: rule({ index, count }), times, every, fullEvery, method })
        ])
      )
  }
}

const guestOf = ({ memoryBytes: bytes, writesPerSecond }: FleetOptions): Guest => {
  const pages = bytes / 4096
  return writesPerSecond === 0 ? vm({ memoryBytes: bytes }) : vm({ memoryBytes: bytes, workload: hotCold({ pages, writesPerSecond }) })
}

/** The time in which one image of every guest goes through the cards of the servers, or the link, if nothing is written meanwhile. */
export const bareNs = (options: FleetOptions): Time => {
  const { guests, servers, cardBytesPerSecond, linkBytesPerSecond, copies = 1 } = options
  const bytes = guests * copies * memoryBytes({ pages: options.memoryBytes / 4096, pageBytes: 4104 })
  return Math.ceil((bytes * 1e9) / Math.min(servers * cardBytesPerSecond, linkBytesPerSecond))
}

/**
 * What came of a fleet: images made and failed attempts, from the first one's beginning until the last was sealed; how many were under way together at most; and of each image how long it took, of its
 * guest how long it stood still for it (together, and in one piece); the bytes that were written; and for how much of that time the servers and the link were busy, and full.
 */
export type FleetFigures = {
  readonly images: number
  readonly failed: number
  readonly untilNs: Time
  readonly together: number
  readonly imageNs: Mean
  readonly stoppedNs: Mean
  readonly longestStopNs: Mean
  readonly hashShare: number
  readonly bytes: number
  readonly servers: { readonly busy: number; readonly full: number; readonly heldBytes: number }
  readonly link: { readonly busy: number; readonly full: number }
}

/** A mean, and the most. */
export type Mean = { readonly mean: number; readonly most: number }

type Used = Extract<ImageFact, { readonly type: 'storesUsed' }>

const used: Fold<Entry, Used | undefined> = fold<Entry, Used | undefined, Used | undefined>({
  init: () => undefined,
  step: (before, entry) => (entry.type === 'signalled' && entry.signal.type === 'storesUsed' ? entry.signal : before),
  done: (last) => last
})

const refusedSeals: Fold<Entry, number> = fold<Entry, number, number>({
  init: () => 0,
  step: (n, entry) => (entry.type === 'ended' && entry.outcome.type !== 'completed' ? n + 1 : n),
  done: (n) => n
})

/** Reads the figures of a fleet off its journal. */
export const fleetFigures: Fold<Entry, FleetFigures> = mapFold(
  ({
    accounts,
    last,
    failed
  }: {
    accounts: Readonly<Record<string, readonly Account[]>>
    last: Used | undefined
    failed: number
  }): FleetFigures => {
    const all = Object.values(accounts).flat()
    const from = Math.min(...all.map((one) => one.from))
    const untilNs = all.length === 0 ? 0 : Math.max(...all.map((one) => one.to)) - from
    const stores = Object.values(last?.stores ?? {})
    const share = (ns: number): number => (untilNs === 0 ? 0 : ns / untilNs)
    const each = <A extends readonly { readonly busyNs: number; readonly fullNs: number }[]>(of: A) => ({
      busy: share(meanOf(of.map(({ busyNs }) => busyNs)).mean),
      full: share(meanOf(of.map(({ fullNs }) => fullNs)).mean)
    })
    const pages = all.reduce((sum, { workingSet }) => sum + workingSet, 0)
    return {
      images: all.length,
      failed,
      untilNs,
      together: togetherAtMost(all),
      imageNs: meanOf(all.map((one) => one.to - one.from)),
      stoppedNs: meanOf(all.map((one) => one.stoppedNs)),
      longestStopNs: meanOf(all.map((one) => one.longestStopNs)),
      hashShare: pages === 0 ? 0 : all.reduce((sum, { hash }) => sum + hash, 0) / pages,
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      servers: { ...each(stores), heldBytes: stores.reduce((sum, { heldBytes }) => sum + heldBytes, 0) },
      link: last === undefined ? { busy: 0, full: 0 } : each([last.link])
    }
  }
)(combine({ accounts: perMigration(checkpointAccounts), last: used, failed: refusedSeals }))

const meanOf = (values: readonly number[]): Mean =>
  values.length === 0
    ? { mean: 0, most: 0 }
    : { mean: values.reduce((sum, value) => sum + value, 0) / values.length, most: Math.max(...values) }

const togetherAtMost = (all: readonly Account[]): number =>
  Math.max(0, ...all.map(({ from }) => all.filter((other) => other.from <= from && from < other.to).length))
