import { Observable, type Subscription } from 'rxjs'
import { blocksAsPages } from '../guest/blocksAsPages'
import { deviceState } from '../guest/device'
import type { Disk } from '../guest/disk'
import type { Guest } from '../guest/guest'
import { memoryBytes } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import { hostCosts } from '../guest/hostCosts'
import type { Link } from '../network/link'
import { link as linkOf } from '../network/link'
import type { Where } from '../protocol/command'
import type { Data } from '../protocol/data'
import type { GuestView } from '../protocol/pipeline'
import type { Signal } from '../protocol/signal'
import type { Ports, World } from '../protocol/world'
import { key, split } from '../random/random'
import type { Clock } from '../time/clock'
import { clock } from '../time/clock'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import { diskOwner } from './diskAccesses'
import type { Engine } from './engine'
import { front } from './front'
import type { Fidelity } from './hosts'
import type { Machine } from './machine'
import { machine } from './machine'
import { room } from './room'
import { checkedStalls, held, type Stall } from './stalls'
import { type Timetable, times } from './timetable'
import { transport } from './transport'
import { checkedSender, type Sender } from './windows'

/** Something that breaks at a time: the link, or a host of the hop that each migration is on. A link is mended at `until` (absent: never); a host does not come back. */
export type Fault = { readonly at: Time; readonly what: 'link' | Where; readonly until?: Time; readonly reason?: string }

/**
 * A data centre of two hosts and a link between them; and of more hosts for a guest that goes on from its target to another (`preselect` after a `release`). Then
 * `source` and `target` are those of its hop.
 *
 * - `guests`: who runs at the source, by migration name; several share the link. `link`: default 10 Gbit/s, 28 us.
 * - `source`, `target`: what the two hosts of any hop cost a guest (default nothing). `clocks`: the hosts' clocks (default exact); on its next hop a guest goes from a
 *   host with the target's clock to one with the source's, and so on in turn.
 * - `targetMemoryBytes`: what each target can still take (default: no limit); a reservation beyond it is refused. A migration that is abandoned gives it back, and a
 *   guest that has gone on when its old host lets go.
 * - `targetDiskBytes`: what each target's store can still take of disks that move (default: no limit); it is reserved and given back with the memory.
 * - `fidelity`: how much of a page's content is kept: `versions` (default up to 2^20 pages), `marks` (default above), `bytes`. With `marks` a guest's `clears` and the
 *   sending of differences are not there: pages are zero until they are written.
 * - `redirectNs`: from the order to redirect the network to the first frame at the target, besides the link's latency. Default 0; Clark et al. do it with one
 *   unsolicited ARP reply and see packets in flight lost (NSDI 2005, §3.2); a switch or a client that ignores it takes longer.
 * - `batchAccesses`: accesses generated at a time (default 4,096, in the first-level cache); any number gives the same run. `batchPages`: pages looked at
 *   together by a sender (default 1,024, as Xen of 2006: MAX_BATCH_SIZE, xc_linux_save.c).
 * - `progressNs`: time between `progress` facts while something is sent (default 0: none).
 * - `sender`: how a source keeps to the rate of a send (default: evenly; QEMU does in windows, see `Sender`).
 * - `faults`: what breaks, and when (default nothing): the link, at `until` mended again, or a host for good. As with TCP, with the link the connection is gone: what was
 *   on its way never arrives, and after the mending nothing is carried until an `inquire` or a `preselect` has begun a new one.
 * - `stalls`: lanes that stand still for a while (default none). `engine`: parts of the data plane in place of the world's own (default none; only where `versions`
 *   or `bytes` are kept). `timetables`: by migration, when everything of it comes, one by one (default none; pages one at a time: `batchPages` 1).
 */
export type DatacentreOptions = {
  readonly guests: Readonly<Record<string, Guest>>
  readonly link?: Link
  readonly source?: Partial<HostCosts>
  readonly target?: Partial<HostCosts>
  readonly clocks?: { readonly source?: Clock; readonly target?: Clock }
  readonly targetMemoryBytes?: number
  readonly targetDiskBytes?: number
  readonly fidelity?: Fidelity
  readonly redirectNs?: Time
  readonly batchAccesses?: number
  readonly batchPages?: number
  readonly progressNs?: Time
  readonly sender?: Sender
  readonly faults?: readonly Fault[]
  readonly stalls?: readonly Stall[]
  readonly engine?: Engine
  readonly timetables?: Readonly<Record<string, Timetable>>
}

/**
 * The simulated data centre: a world that moves pages, and not RAM divided by bandwidth. Guests run and write lazily, pages are read when they are
 * transmitted, lanes and migrations share the link, and every command is answered. Errors: `RangeError` naming the option.
 */
export const datacentre = (options: DatacentreOptions): World => {
  const checked = withDefaults(options)
  const { guests, link } = checked
  return {
    guests: mapValues(guests, viewOf),
    description: describe(checked),
    signals: ({ commands, timeline, seed }: Ports) =>
      new Observable<Signal>((subscriber) => {
        const machines = new Map<string, Machine>()
        /** Of each memory and each disk on the link. */
        const owners = new Map(Object.keys(guests).flatMap((name) => [name, diskOwner(name)].map((owner) => [owner, name] as const)))
        const machineOf = (owner: string): Machine => machines.get(owners.get(owner)!)!
        const { emit, drain, obey } = front(subscriber, timeline)
        /** No guest is to be looked at before this time. */
        let soonest = Infinity
        /**
         * Looks at the guests that may have come to a trapped page by now. It comes ahead of whatever else happens at this time, because until when nothing
         * can trap is known sooner or later by how many accesses are generated at a time, and nothing else must depend on that.
         */
        const wakeUp = (): void => {
          if (timeline.now() < soonest) return
          soonest = Infinity
          for (const one of machines.values()) soonest = Math.min(soonest, one.wake())
          drain()
        }
        const schedule: Agenda['schedule'] = (work, delayNs) =>
          timeline.schedule(() => {
            wakeUp()
            work()
            drain()
          }, delayNs)
        const agenda: Agenda = {
          now: () => timeline.now(),
          schedule,
          lookAt: (at) => {
            soonest = Math.min(soonest, at)
            return schedule(() => {}, at - timeline.now())
          }
        }
        const holding = held(checked.stalls)
        const timed = mapValues(checked.timetables, times)
        const wires = transport({
          link,
          agenda,
          stalls: checked.stalls,
          held: holding,
          migrationOf: (owner) => owners.get(owner)!,
          times: (owner) => timed[owner],
          look: (owner) => machineOf(owner).look(),
          changed: (owner) => machineOf(owner).changed()
        })
        const memory = room(checked.targetMemoryBytes, { place: 'the target', what: 'the guest' })
        const disks = room(checked.targetDiskBytes, { place: "the target's store", what: "the guest's disk" })
        for (const [migration, guest] of Object.entries(guests))
          machines.set(
            migration,
            machine({
              ...checked,
              migration,
              guest,
              costs: { source: checked.source, target: checked.target },
              key: split(key(seed), migration),
              agenda,
              transport: wires,
              held: holding,
              times: timed[migration],
              admit: (hop, bytes) =>
                memory.admit(hop, bytes) ?? undone(disks.admit(hop, diskBytes(guest)), () => memory.dismiss(hop, bytes)),
              dismiss: (hop, bytes) => {
                memory.dismiss(hop, bytes)
                disks.dismiss(hop, diskBytes(guest))
              },
              emit
            })
          )
        let hostsLost = 0
        let linkBroken = 0
        const faults: Subscription[] = checked.faults.map(({ at, what, reason = `the ${what} failed` }) =>
          agenda.schedule(
            () => {
              if (what === 'link') linkBroken++
              else hostsLost++
              for (const one of machines.values()) one.look()
              wires.fail(reason)
              for (const one of machines.values()) one.fail(what, reason)
            },
            Math.max(0, at - timeline.now())
          )
        )
        for (const { what, until } of checked.faults)
          if (what === 'link' && until !== undefined)
            faults.push(
              agenda.schedule(
                () => {
                  if (--linkBroken > 0) return
                  if (hostsLost === 0) wires.mend()
                  for (const one of machines.values()) one.mend()
                },
                Math.max(0, until - timeline.now())
              )
            )
        const obeying = obey(commands, machines, wakeUp)
        return () => {
          obeying.unsubscribe()
          for (const fault of faults) fault.unsubscribe()
          for (const one of machines.values()) one.stop()
        }
      })
  }
}

/** What of the target's store a guest needs: all blocks of a disk that moves. */
const diskBytes = (guest: Guest): number => memoryBytes(blocksAsPages(guest) ?? { pages: 0, pageBytes: 0 })

/** A reason, behind which what was taken ahead of it is given back. */
const undone = (reason: string | undefined, giveBack: () => void): string | undefined => {
  if (reason !== undefined) giveBack()
  return reason
}

/** A disk on storage that both hosts share does not move, and no pipeline needs to know of it; nor does a device that must be unplugged first. */
const viewOf = (guest: Guest): GuestView => {
  const { name, pages, pageBytes, hugePages, devices } = guest
  const { bytes } = deviceState(devices.filter(({ movable }) => movable))
  const state = bytes > 0 ? { deviceStateBytes: bytes } : {}
  const disk = blocksAsPages(guest)
  const together = hugePages !== undefined && hugePages.splitNs === undefined ? { hugePages: hugePages.pages } : {}
  return { name, pages, pageBytes, ...together, ...state, ...(disk && { disk: { blocks: disk.pages, blockBytes: disk.pageBytes } }) }
}

type Checked = Required<Omit<DatacentreOptions, 'source' | 'target' | 'clocks' | 'sender'>> & {
  readonly sender: Sender | undefined
  readonly source: HostCosts
  readonly target: HostCosts
  readonly clocks: { readonly source: Clock; readonly target: Clock }
}

const withDefaults = (options: DatacentreOptions): Checked => {
  const names = Object.keys(options.guests)
  if (names.length === 0) throw new RangeError('datacentre: guests must not be empty (got none)')
  const largest = Math.max(...Object.values(options.guests).map((guest) => Math.max(guest.pages, blocksAsPages(guest)?.pages ?? 0)))
  const checked: Checked = {
    guests: options.guests,
    link: options.link ?? linkOf({ gigabitsPerSecond: 10 }),
    source: hostCosts(options.source),
    target: hostCosts(options.target),
    clocks: { source: options.clocks?.source ?? clock(), target: options.clocks?.target ?? clock() },
    targetMemoryBytes: options.targetMemoryBytes ?? Number.POSITIVE_INFINITY,
    targetDiskBytes: options.targetDiskBytes ?? Number.POSITIVE_INFINITY,
    fidelity: options.fidelity ?? (largest > VERSIONS_AT_MOST ? 'marks' : 'versions'),
    redirectNs: options.redirectNs ?? 0,
    batchAccesses: options.batchAccesses ?? 4096,
    batchPages: options.batchPages ?? 1024,
    progressNs: options.progressNs ?? 0,
    sender: checkedSender(options.sender),
    faults: options.faults ?? [],
    stalls: checkedStalls(options.stalls ?? []),
    engine: options.engine ?? {},
    timetables: options.timetables ?? {}
  }
  for (const name of ['redirectNs', 'progressNs'] as const) whole(name, checked[name], 0)
  for (const name of ['batchAccesses', 'batchPages'] as const) whole(name, checked[name], 1)
  for (const { migration } of checked.stalls)
    if (migration !== undefined && !names.includes(migration))
      throw new RangeError(`datacentre: stalls: migration must be one of ${names.join(', ')} (got ${migration})`)
  for (const { at, what, until } of checked.faults) {
    whole('faults: at', at, 0)
    if (until !== undefined) whole('faults: until', until, at)
    if (until !== undefined && what !== 'link') throw new RangeError(`datacentre: faults: until is for the link only (got the ${what})`)
  }
  if (checked.fidelity === 'marks' && Object.keys(checked.engine).length > 0)
    throw new RangeError('datacentre: an engine needs fidelity versions or bytes (got marks)')
  if (Object.keys(checked.timetables).length > 0 && checked.batchPages > 1)
    throw new RangeError(`datacentre: batchPages must be 1 with timetables (got ${checked.batchPages})`)
  for (const name of Object.keys(checked.timetables))
    if (options.guests[name]?.disk !== undefined)
      throw new RangeError(`datacentre: timetables must be of guests without a disk (got ${name})`)
  for (const name of ['targetMemoryBytes', 'targetDiskBytes'] as const)
    if (!(checked[name] >= 0)) throw new RangeError(`datacentre: ${name} must not be negative (got ${checked[name]})`)
  return checked
}

/** Above this many pages (4 GiB of 4 KiB pages) the default fidelity keeps no page versions: a version costs 8 bytes a page and a store per write. */
const VERSIONS_AT_MOST = 2 ** 20

const whole = (name: string, value: number, least: number): void => {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`datacentre: ${name} must be an integer from ${least} on (got ${value})`)
}

const describe = ({
  guests,
  link,
  source,
  target,
  fidelity,
  redirectNs,
  targetMemoryBytes,
  targetDiskBytes,
  progressNs,
  sender,
  faults,
  stalls,
  engine,
  timetables
}: Checked): Data => ({
  world: 'datacentre',
  guests: mapValues(
    guests,
    (guest): Data => ({
      kind: guest.kind,
      pages: guest.pages,
      pageBytes: guest.pageBytes,
      memoryBytes: memoryBytes(guest),
      contextBytes: guest.contextBytes,
      workload: guest.workload.description as Data,
      ...(guest.classes.zero.count === 0 ? {} : { zeroPages: guest.classes.zero.count }),
      ...(guest.clears === undefined ? {} : { clears: guest.clears }),
      ...(guest.hugePages === undefined ? {} : { hugePages: { ...guest.hugePages } }),
      ...(guest.compressionRatio === undefined ? {} : { compressionRatio: guest.compressionRatio }),
      ...(guest.devices.length === 0 ? {} : { devices: guest.devices.map((one): Data => ({ ...one, dma: one.dma && { ...one.dma } })) }),
      ...(guest.network === undefined ? {} : { network: { ...guest.network } }),
      ...(guest.disk === undefined ? {} : { disk: diskInData(guest.disk) }),
      dependencies: guest.dependencies.map(({ kind, name, policy }): Data => ({ kind, name, policy: { ...policy } }))
    })
  ),
  link: { ...link },
  source: described(source),
  target: described(target),
  fidelity,
  redirectNs,
  targetMemoryBytes: Number.isFinite(targetMemoryBytes) ? targetMemoryBytes : null,
  ...(Number.isFinite(targetDiskBytes) ? { targetDiskBytes } : {}),
  progressNs,
  ...(sender === undefined ? {} : { sender: { ...sender } }),
  faults: faults.map(({ at, what, until, reason }): Data => ({ at, what, ...(until === undefined ? {} : { until }), reason })),
  ...(stalls.length === 0 ? {} : { stalls: stalls.map((stall): Data => ({ ...stall })) }),
  ...(Object.keys(engine).length === 0 ? {} : { engine: partsOf(engine) }),
  ...(Object.keys(timetables).length === 0 ? {} : { timetables: timetables as Data })
})

const diskInData = ({ blocks, blockBytes, storage, workload, needed, readBytesPerSecond, writeBytesPerSecond }: Disk): Data => ({
  blocks,
  blockBytes,
  bytes: blocks * blockBytes,
  storage,
  workload: workload.description as Data,
  ...(needed === undefined ? {} : { needed }),
  ...(readBytesPerSecond === undefined ? {} : { readBytesPerSecond }),
  ...(writeBytesPerSecond === undefined ? {} : { writeBytesPerSecond })
})

/** Senders and receivers that cost nothing are not spoken of. */
const described = ({
  compressorCores,
  scanPageNs,
  sendPageNs,
  freshPageNs,
  crowding,
  receivePageNs,
  dumpBytesPerSecond,
  rebuildBytesPerSecond,
  firstTouchNs,
  faultNs,
  ...costs
}: HostCosts): Data => ({
  ...costs,
  ...(compressorCores === 0 ? {} : { compressorCores }),
  ...(scanPageNs === 0 ? {} : { scanPageNs }),
  ...(sendPageNs === 0 ? {} : { sendPageNs }),
  ...(freshPageNs === 0 ? {} : { freshPageNs }),
  ...(crowding === 0 ? {} : { crowding }),
  ...(receivePageNs === 0 ? {} : { receivePageNs }),
  ...(firstTouchNs === 0 ? {} : { firstTouchNs }),
  ...(faultNs === 0 ? {} : { faultNs }),
  ...(dumpBytesPerSecond === undefined ? {} : { dumpBytesPerSecond }),
  ...(rebuildBytesPerSecond === undefined ? {} : { rebuildBytesPerSecond })
})

const partsOf = ({ log, coding, backing, usedTarget }: Engine): Data => ({
  log: log?.name,
  coding: coding?.name,
  backing: backing?.name,
  usedTarget
})

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (a: A) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([name, a]) => [name, f(a)]))
