import { Observable, type Subscription } from 'rxjs'
import type { Guest } from '../guest/guest'
import { memoryBytes } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import { hostCosts } from '../guest/hostCosts'
import type { Link } from '../network/link'
import { link as linkOf } from '../network/link'
import type { Data } from '../protocol/data'
import type { ImageFact, Used } from '../protocol/imageOrder'
import type { Signal } from '../protocol/signal'
import type { Ports, World } from '../protocol/world'
import { key, split } from '../random/random'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import { type CheckpointMachine, checkpointMachine } from './checkpointMachine'
import { freight } from './freight'
import { front } from './front'
import type { Fidelity } from './hosts'
import { checkedStore, LINK, type Store, wiring } from './stores'

/**
 * Something that breaks at a time: the link (mended at `until`; absent: never), a guest's host, or a store, by name. Hosts and stores do not come back; a guest whose host is
 * gone may be restored on another.
 */
export type Breakdown =
  | { readonly at: Time; readonly what: 'link'; readonly until?: Time; readonly reason?: string }
  | { readonly at: Time; readonly what: 'host' | 'store'; readonly name: string; readonly reason?: string }

/**
 * A world that keeps images of its guests.
 *
 * - `guests`: by migration name, each on a host of its own; a spare one is there for each that is restored. `host`: what a host costs a guest (default nothing);
 *   `sendPageNs` bounds what one write carries.
 * - `stores`: where images lie, by name. `link`: what lies between hosts and memory servers, shared by all (default 10 Gbit/s, 28 us). `cardBytesPerSecond`: what each
 *   host's card carries each way (default: as much as the link).
 * - `copyPageNs`: to copy one page into an image's table (default 1,000: a page at 4 GB/s; our assumption).
 * - `fidelity`: how much of a page's content is kept: `versions` (default up to 2^16 pages), `marks` (default above), `bytes`.
 * - `batchPages`: pages read together, when the first of them begins to leave (default 1 up to 2^12 pages, 1,024 above). `batchAccesses`: accesses generated at a time (default
 *   4,096; any number gives the same run).
 * - `breakdowns`: what breaks, and when (default nothing).
 */
export type CheckpointingOptions = {
  readonly guests: Readonly<Record<string, Guest>>
  readonly stores: Readonly<Record<string, Store>>
  readonly link?: Link
  readonly cardBytesPerSecond?: number
  readonly host?: Partial<HostCosts>
  readonly copyPageNs?: number
  readonly fidelity?: Fidelity
  readonly batchAccesses?: number
  readonly batchPages?: number
  readonly breakdowns?: readonly Breakdown[]
}

/**
 * A world in which guests run on hosts and images of them go to stores: a file at the host, or the memories of servers. It moves pages: each is read when it begins to
 * leave, writes after it count as dirty, cards, link and stores are shared fairly, and what fails takes with it what it held.
 *
 *     checkpointing({ guests: { db: vm({ ... }) }, stores: { m1: { type: 'server' }, m2: { type: 'server' } } })
 *
 * Orders that move a guest are refused. Errors: `RangeError` naming the option. Cost: two events a batch of pages, and that of the guests' accesses.
 */
export const checkpointing = (options: CheckpointingOptions): World => {
  const checked = withDefaults(options)
  const { guests, link, stores } = checked
  const names = Object.keys(guests)
  return {
    guests: mapValues(guests, ({ name, pages, pageBytes }) => ({ name, pages, pageBytes })),
    description: describe(checked),
    signals: ({ commands, timeline, seed }: Ports) =>
      new Observable<Signal>((subscriber) => {
        const machines = new Map<string, CheckpointMachine>()
        const { emit, drain, obey } = front(subscriber, timeline)
        const schedule: Agenda['schedule'] = (work, delayNs) =>
          timeline.schedule(() => {
            work()
            drain()
          }, delayNs)
        const agenda: Agenda = { now: () => timeline.now(), schedule, lookAt: (at) => schedule(() => undefined, at - timeline.now()) }
        const { capacities, reached } = wiring({ link, cardBytesPerSecond: checked.cardBytesPerSecond, guests: names, stores })
        const carrying = freight({
          capacities,
          agenda,
          landed: (owner) => machines.get(owner)?.landed()
        })
        const usedBy = (own: ReturnType<typeof reached>): Omit<Extract<ImageFact, { readonly type: 'storesUsed' }>, 'type'> => {
          const now = timeline.now()
          const all = (of: readonly number[]): Used => of.map((one) => carrying.used(one, now)).reduce(sum)
          return {
            link: all([LINK, LINK + 1]),
            stores: Object.fromEntries([...own].map(([name, store]) => [name, { ...all(store.own), heldBytes: store.standing.heldBytes }]))
          }
        }
        for (const migration of names)
          machines.set(
            migration,
            checkpointMachine({
              ...checked,
              migration,
              guest: guests[migration],
              costs: checked.host,
              key: split(key(seed), migration),
              agenda,
              freight: carrying,
              stores: reached(migration),
              used: () => usedBy(reached(migration)),
              emit
            })
          )
        const breaking: Subscription[] = []
        const at = (time: Time, work: () => void): unknown => breaking.push(schedule(work, Math.max(0, time - timeline.now())))
        let links = 0
        for (const one of checked.breakdowns) {
          if (one.what === 'link') {
            at(one.at, () => {
              links++
              const reason = one.reason ?? 'the link failed'
              for (const machine of machines.values()) machine.linkFails(reason)
              carrying.fail({ way: 'link' }, reason)
            })
            if (one.until !== undefined)
              at(one.until, () => {
                if (--links === 0) for (const machine of machines.values()) machine.linkMended()
              })
          } else if (one.what === 'host')
            at(one.at, () => machines.get(one.name)!.hostFails(one.reason ?? `the host of ${one.name} failed`))
          else
            at(one.at, () => {
              const reason = one.reason ?? `${one.name} failed`
              for (const name of names) {
                const { standing } = reached(name).get(one.name)!
                standing.gone ??= reason
              }
              for (const machine of machines.values()) machine.storeFails(one.name, reason)
              carrying.fail({ way: one.name }, reason)
            })
        }
        const obeying = obey(commands, machines)
        return () => {
          obeying.unsubscribe()
          for (const one of breaking) one.unsubscribe()
        }
      })
  }
}

const sum = (a: Used, b: Used): Used => ({ bytes: a.bytes + b.bytes, busyNs: a.busyNs + b.busyNs, fullNs: a.fullNs + b.fullNs })

type Checked = Required<Omit<CheckpointingOptions, 'host'>> & { readonly host: HostCosts }

const withDefaults = (options: CheckpointingOptions): Checked => {
  const names = Object.keys(options.guests)
  if (names.length === 0) throw new RangeError('checkpointing: guests must not be empty (got none)')
  if (Object.keys(options.stores).length === 0) throw new RangeError('checkpointing: stores must not be empty (got none)')
  for (const [name, store] of Object.entries(options.stores)) checkedStore(name, store)
  const largest = Math.max(...Object.values(options.guests).map(({ pages }) => pages))
  const link = options.link ?? linkOf({ gigabitsPerSecond: 10 })
  const checked: Checked = {
    guests: options.guests,
    stores: options.stores,
    link,
    cardBytesPerSecond: options.cardBytesPerSecond ?? link.bytesPerSecond,
    host: hostCosts(options.host),
    copyPageNs: options.copyPageNs ?? 1000,
    fidelity: options.fidelity ?? (largest > VERSIONS_AT_MOST ? 'marks' : 'versions'),
    batchAccesses: options.batchAccesses ?? 4096,
    batchPages: options.batchPages ?? (largest > ONE_BY_ONE_AT_MOST ? 1024 : 1),
    breakdowns: options.breakdowns ?? []
  }
  if (link.applicationBytesPerSecond > 0)
    throw new RangeError(
      `checkpointing: the link must have no application traffic (got ${link.applicationBytesPerSecond} bytes per second)`
    )
  if (!(checked.cardBytesPerSecond > 0 && checked.cardBytesPerSecond < Number.POSITIVE_INFINITY))
    throw new RangeError(`checkpointing: cardBytesPerSecond must be positive and finite (got ${checked.cardBytesPerSecond})`)
  if (!(checked.copyPageNs >= 0 && checked.copyPageNs < Number.POSITIVE_INFINITY))
    throw new RangeError(`checkpointing: copyPageNs must be at least 0 and finite (got ${checked.copyPageNs})`)
  for (const name of ['batchAccesses', 'batchPages'] as const) whole(name, checked[name], 1)
  for (const one of checked.breakdowns) {
    whole('breakdowns: at', one.at, 0)
    if (one.what === 'link' && one.until !== undefined) whole('breakdowns: until', one.until, one.at)
    const known = one.what === 'host' ? names : Object.keys(options.stores)
    if (one.what !== 'link' && !known.includes(one.name))
      throw new RangeError(`checkpointing: breakdowns: a ${one.what} must be one of ${known.join(', ')} (got ${one.name})`)
  }
  return checked
}

/** Above this many pages (256 MiB of 4 KiB pages) the default fidelity keeps no versions: each image would have a copy of them. */
const VERSIONS_AT_MOST = 2 ** 16
const ONE_BY_ONE_AT_MOST = 2 ** 12

const whole = (name: string, value: number, least: number): void => {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`checkpointing: ${name} must be an integer from ${least} on (got ${value})`)
}

const describe = ({ guests, stores, link, cardBytesPerSecond, host, copyPageNs, fidelity, batchPages, breakdowns }: Checked): Data => ({
  world: 'checkpointing',
  guests: mapValues(
    guests,
    (guest): Data => ({
      kind: guest.kind,
      pages: guest.pages,
      pageBytes: guest.pageBytes,
      memoryBytes: memoryBytes(guest),
      contextBytes: guest.contextBytes,
      workload: guest.workload.description as Data
    })
  ),
  stores: mapValues(stores, (store): Data => ({ ...store })),
  link: { ...link },
  cardBytesPerSecond,
  host: { ...host },
  copyPageNs,
  fidelity,
  batchPages,
  breakdowns: breakdowns.map((one): Data => ({ ...one }))
})

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (a: A) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([name, a]) => [name, f(a)]))
