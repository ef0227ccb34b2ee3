import type { Subscription } from 'rxjs'
import { slowdown } from '../guest/dependency'
import { speed } from '../guest/hostCosts'
import { selfBallooning } from '../memory/balloon'
import type { Order, Where } from '../protocol/command'
import type { WaitedFor } from '../protocol/signal'
import { read } from '../time/clock'
import type { Time } from '../time/time'
import { ballooning } from './ballooning'
import type { Conduct, Part } from './conduct'
import { type DmaWork, device } from './device'
import { dirtyLimiting } from './dirtyLimiting'
import { diskAccesses, diskOwner } from './diskAccesses'
import { execution } from './execution'
import * as hosts from './hosts'
import type { MachineOptions } from './machineOptions'
import type { Voice } from './voice'

/** A guest that runs on one of its hosts: at its speed, with its faults, and with its own clock. @internal */
export type Running = {
  /** Makes everything that is due happen. */
  readonly look: () => void
  /** Something that decides the guest's speed, or when it must be looked at, may have changed. */
  readonly changed: () => void
  /** Looks if it was to be looked at by now; answers when it is next. */
  readonly wake: () => Time
  readonly advance: (at: Time) => void
  /** Its disk's blocks are read and written up to a time. */
  readonly advanceDisk: (at: Time) => void
  /** A page has been placed at the target: who waits for it goes on. */
  readonly placed: (page: number, at: Time) => void
  readonly setThrottle: (fraction: number) => void
  /** Each virtual CPU at the source is held to what it may dirty, until a throttle of 0 or the switch. */
  readonly limitDirtying: (order: Extract<Order, { readonly type: 'dirtyLimit' }>) => void
  /** The virtual CPUs share so many cores of the source; `null`: any. */
  readonly pin: (cores: number | null) => void
  /** How many cores' worth of virtual CPUs run at the source. */
  readonly busyCores: () => number
  /** The dirty log is read, and the guest stands still meanwhile. */
  readonly heldBySync: () => void
  /** Who tells how many threads compress at the source, and decompress at the target, what is under way. */
  readonly beside: (threads: () => readonly [compressing: number, decompressing: number]) => void
  /** The guest has stopped. */
  readonly stopped: () => void
  /** The guest runs there from now on; at the target its own clock does not show less than `notBeforeNs`. */
  readonly started: (where: Where, notBeforeNs?: number) => void
  /** The target tells again for which pages the guest waits, and whether it has ended. */
  readonly faultAgain: () => void
  /** Something is about to be gone: a host, and the guest with it if it was there, or the link, and every notice on it. */
  readonly failing: (what: Part) => void
  /** The target has become the source of another hop. */
  readonly departed: () => void
  readonly guestNs: () => number
  readonly clockNs: () => number
  /** How long its virtual CPUs have waited for missing pages, where one has. */
  readonly waited: () => WaitedFor | undefined
  readonly stop: () => void
}

/** See `Running`. The guest runs at the source from now on. @internal */
export const running = (options: MachineOptions, conduct: Conduct, { tellAll }: Voice): Running => {
  const { migration, guest, link, costs, fidelity, engine, agenda, transport } = options
  const { settlement } = conduct
  const h = conduct.hosts
  let { clocks } = options
  /** The pages for which a virtual CPU waits, and which. */
  const stalled = new Map<number, number>()
  const notices = new Set<Subscription>()
  const tellFault = (page: number, vcpu: number): void => {
    for (const wanted of engine.backing?.wanted(page, guest.pages) ?? [page])
      if (wanted === page || hosts.isTrapped(h, wanted)) tellAll({ type: 'faulted', page: wanted, vcpu })
  }
  const notify = (page: number, vcpu: number): void => {
    if (conduct.severed !== undefined) return
    const now = agenda.now()
    const notice = agenda.schedule(
      () => {
        notices.delete(notice)
        tellFault(page, vcpu)
      },
      (options.times?.notice() ?? options.held(migration, 'faults', 'back', now + link.latencyNs + costs.target.faultNs)) - now
    )
    notices.add(notice)
  }
  const stall = (page: number, vcpu: number): void => {
    if (!stalled.has(page)) stalled.set(page, vcpu)
    notify(page, vcpu)
  }
  const limiting = dirtyLimiting({
    agenda,
    hosts: h,
    guest,
    costs: costs.source,
    look: () => look(),
    heldBySync: () => heldBySync(),
    changed: () => changed()
  })
  const exec = execution({
    workload: guest.workload,
    key: options.key,
    batchAccesses: options.batchAccesses,
    port: {
      apply: (accesses, n) => hosts.apply(h, accesses, n),
      marks: () => hosts.marksOf(h),
      touch: limiting.touch,
      asleep: limiting.asleep,
      isTrapped: (page) => hosts.isTrapped(h, page),
      onFault: (page, vcpu) => stall(page, vcpu)
    }
  })
  const disk = conduct.disk && diskAccesses(options, conduct.disk)
  let throttle = 0
  let pinned: number | undefined
  /** What the guest's clock shows more than its host's: at the source, and at the target. */
  let ahead = { source: 0, target: 0 }
  let exited = false
  let stops = 0
  let wake: Subscription | undefined
  let wakeAt = Infinity

  let paced = -1
  let pacedOn: number | undefined
  let pacedBeside: readonly [number, number] = [0, 0]
  /** The threads that compress, and that decompress, what is under way. */
  let compressors: () => readonly [number, number] = () => [0, 0]
  /** Sets how fast the guest runs and how closely it must be watched, when something that decides it has changed. */
  const pace = (): void => {
    const atTarget = h.atTarget
    const senders = atTarget ? 0 : transport.senders(migration) + (disk === undefined ? 0 : transport.senders(diskOwner(migration)))
    const traps = h.trapped.count > 0
    const [compressing, decompressing] = compressors()
    const state = (senders * 2 + (atTarget ? 1 : 0)) * 8 + (traps ? 4 : 0) + (h.tracking ? 2 : 0) + (limiting.isOn() ? 1 : 0) + throttle / 2
    if (state === paced && pinned === pacedOn && compressing === pacedBeside[0] && decompressing === pacedBeside[1]) return
    pacedBeside = [compressing, decompressing]
    pacedOn = pinned
    paced = state
    const now = agenda.now()
    const forwarding = atTarget ? slowdown({ forwarded: settlement.forwarded, roundTripNs: 2 * link.latencyNs }) : 0
    const load = {
      vcpus: guest.workload.vcpus,
      senders,
      compressors: atTarget ? decompressing : compressing,
      throttle: atTarget ? 0 : throttle,
      pinned: atTarget ? undefined : pinned,
      useful: guest.usefulCores
    }
    const fraction = speed(atTarget ? costs.target : costs.source, load) * (1 - forwarding)
    exec.setSpeed(now, fraction)
    disk?.setSpeed(now, fraction)
    const pays = !atTarget && h.tracking && (costs.source.firstWriteNs > 0 || costs.source.hugePageSplitNs > 0)
    exec.setCareful(now, pays || traps || limiting.isOn())
  }

  const look = (): void => {
    const now = agenda.now()
    transport.settle(migration, now, fidelity === 'marks' ? undefined : exec.advance)
    exec.advance(now)
    disk?.look(now)
    if (!exited && exec.hasExited()) {
      exited = true
      tellAll({ type: 'exited' })
    }
  }

  /** When a page that the guest waits for may be usable: when it arrives, or another that its backing needs. */
  const usableAt = (page: number): number => {
    const together = hosts.hugePageOf(h, page)
    if (together !== undefined) return transport.lastOf(migration, hosts.stillToCome(h, together))
    if (engine.backing === undefined) return transport.arrivalOf(migration, page)
    return Math.min(...engine.backing.wanted(page, guest.pages).map((one) => transport.arrivalOf(migration, one)))
  }

  /** Looks again when the guest may trap, or when a page it waits for arrives. */
  const arrange = (): void => {
    let at = exec.nextTrapAt()
    for (const page of stalled.keys()) at = Math.min(at, usableAt(page))
    if (at === wakeAt) return
    wake?.unsubscribe()
    wakeAt = at
    wake = at === Infinity ? undefined : agenda.lookAt(Math.max(at, agenda.now()))
  }
  const changed = (): void => {
    pace()
    arrange()
  }

  const heldBySync = (): void => {
    limiting.reap()
    exec.hold(agenda.now(), costs.source.syncNs)
    disk?.hold(agenda.now(), costs.source.syncNs)
  }

  const runsAt = (): Where => (h.atTarget || h.primary === 'target' ? 'target' : 'source')

  const balloon =
    guest.balloon &&
    ballooning({
      decide: selfBallooning(guest.balloon),
      agenda,
      classes: () => {
        look()
        return hosts.classesOf(h)
      },
      set: (classes) => {
        h.classes = classes
      }
    })
  /** Devices wait for missing pages under the numbers behind those of the virtual CPUs. */
  const writing = guest.devices.flatMap(({ dma, movable }, i): readonly DmaWork[] => {
    if (dma === undefined) return []
    const isThere = (): boolean => movable || !h.unplugged
    const waitFor = (page: number): void => stall(page, guest.workload.vcpus + i)
    return [device({ dma, agenda, hosts: h, look: () => look(), stops: () => stops, isThere, waitFor })]
  })

  exec.start(agenda.now())
  disk?.start(agenda.now())
  pace()

  return {
    look,
    changed,
    wake: () => {
      if (wakeAt > agenda.now()) return wakeAt
      wakeAt = Infinity
      look()
      if (h.trapped.count === 0) pace()
      arrange()
      return wakeAt
    },
    advance: exec.advance,
    advanceDisk: (at) => disk?.advance(at),
    placed: (page, at) => {
      if (stalled.size === 0 || !stalled.delete(page)) return
      transport.forget(migration, page)
      exec.arrived(at, page)
      for (const one of writing) one.arrived(page)
    },
    setThrottle: (fraction) => {
      throttle = fraction
      if (fraction === 0) limiting.lift()
      changed()
    },
    limitDirtying: limiting.limit,
    busyCores: () => (h.atSource ? Math.min(pinned ?? Number.POSITIVE_INFINITY, guest.workload.vcpus) * (1 - throttle) : 0),
    pin: (cores) => {
      pinned = cores ?? undefined
      changed()
    },
    heldBySync,
    beside: (threads) => {
      compressors = threads
    },
    stopped: () => {
      stops++
      exec.stop(agenda.now())
      disk?.stop(agenda.now())
      changed()
    },
    started: (where, notBeforeNs = 0) => {
      if (where === 'target') limiting.lift()
      if (where === 'target') ahead = { ...ahead, target: Math.max(0, notBeforeNs - read(clocks.target, agenda.now())) }
      exec.start(agenda.now())
      disk?.start(agenda.now())
      changed()
    },
    faultAgain: () => {
      for (const [page, vcpu] of stalled) tellFault(page, vcpu)
      if (exited) tellAll({ type: 'exited' })
    },
    failing: (what) => {
      if (what === runsAt()) {
        stops++
        exec.stop(agenda.now())
        disk?.stop(agenda.now())
        limiting.lift()
      }
      for (const notice of notices) notice.unsubscribe()
      notices.clear()
    },
    departed: () => {
      clocks = { source: clocks.target, target: clocks.source }
      ahead = { source: ahead.target, target: 0 }
      throttle = 0
      limiting.lift()
      pinned = undefined
      changed()
    },
    guestNs: () => exec.guestNs(agenda.now()),
    clockNs: () => read(clocks[runsAt()], agenda.now()) + ahead[runsAt()],
    waited: exec.waited,
    stop: () => {
      wake?.unsubscribe()
      limiting.lift()
      balloon?.unsubscribe()
      for (const one of writing) one.stop()
    }
  }
}
