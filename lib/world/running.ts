import type { Subscription } from 'rxjs'
import type { Settlement } from '../guest/dependency'
import { slowdown } from '../guest/dependency'
import { speed } from '../guest/hostCosts'
import { selfBallooning } from '../memory/balloon'
import type { Where } from '../protocol/command'
import { read } from '../time/clock'
import type { Time } from '../time/time'
import { ballooning } from './ballooning'
import { execution } from './execution'
import type { Hosts } from './hosts'
import { hosts as hostsOf } from './hosts'
import type { MachineOptions } from './machineOptions'
import type { Voice } from './voice'

/** A guest that runs on one of its hosts: at its speed, with its faults, and with its own clock. @internal */
export type Running = {
  readonly hosts: Hosts
  /** Makes everything that is due happen. */
  readonly look: () => void
  /** Something that decides the guest's speed, or when it must be looked at, may have changed. */
  readonly changed: () => void
  /** Looks if it was to be looked at by now; answers when it is next. */
  readonly wake: () => Time
  readonly advance: (at: Time) => void
  /** A page has been placed at the target: who waits for it goes on. */
  readonly placed: (page: number, at: Time) => void
  readonly setThrottle: (fraction: number) => void
  /** The guest stands still for a while. */
  readonly hold: (ns: Time) => void
  readonly pause: () => void
  /** The guest runs there from now on; at the target its own clock does not show less than `notBeforeNs`. */
  readonly start: (where: Where, notBeforeNs?: number) => void
  /** A host is gone, and the guest with it if it was there. */
  readonly crash: (where: Where) => void
  readonly guestNs: () => number
  readonly clockNs: () => number
  readonly stop: () => void
}

/** See `Running`. The guest runs at the source from now on. @internal */
export const running = (options: MachineOptions, settlement: Settlement, { tellAll }: Voice): Running => {
  const { migration, guest, link, costs, clocks, fidelity, agenda, transport } = options
  const hosts = hostsOf({ guest, costs: costs.source, fidelity })
  const stalled = new Set<number>()
  const exec = execution({
    workload: guest.workload,
    key: options.key,
    batchAccesses: options.batchAccesses,
    port: {
      apply: hosts.apply,
      marks: hosts.marks,
      touch: hosts.touch,
      isTrapped: hosts.isTrapped,
      onFault: (page, vcpu) => {
        stalled.add(page)
        tellAll({ type: 'faulted', page, vcpu }, link.latencyNs)
      }
    }
  })
  let throttle = 0
  let clockAhead = 0
  let exited = false
  let wake: Subscription | undefined
  let wakeAt = Infinity

  let paced = -1
  /** Sets how fast the guest runs and how closely it must be watched, when something that decides it has changed. */
  const pace = (): void => {
    const atTarget = hosts.running().includes('target')
    const senders = atTarget ? 0 : transport.senders(migration)
    const traps = hosts.trappedPages() > 0
    const state = (senders * 2 + (atTarget ? 1 : 0)) * 4 + (traps ? 2 : 0) + (hosts.isTracking() ? 1 : 0) + throttle / 2
    if (state === paced) return
    paced = state
    const now = agenda.now()
    const forwarding = atTarget ? slowdown({ forwarded: settlement.forwarded, roundTripNs: 2 * link.latencyNs }) : 0
    const load = { vcpus: guest.workload.vcpus, senders, throttle: atTarget ? 0 : throttle }
    exec.setSpeed(now, speed(atTarget ? costs.target : costs.source, load) * (1 - forwarding))
    const pays = !atTarget && hosts.isTracking() && (costs.source.firstWriteNs > 0 || costs.source.hugePageSplitNs > 0)
    exec.setCareful(now, pays || traps)
  }

  const look = (): void => {
    const now = agenda.now()
    transport.settle(migration, now, fidelity === 'marks' ? undefined : exec.advance)
    exec.advance(now)
    if (!exited && exec.hasExited()) {
      exited = true
      tellAll({ type: 'exited' })
    }
  }

  /** Looks again when the guest may trap, or when a page it waits for arrives. */
  const arrange = (): void => {
    let at = exec.nextTrapAt()
    for (const page of stalled) at = Math.min(at, transport.arrivalOf(migration, page))
    if (at === wakeAt) return
    wake?.unsubscribe()
    wakeAt = at
    wake = at === Infinity ? undefined : agenda.lookAt(Math.max(at, agenda.now()))
  }
  const changed = (): void => {
    pace()
    arrange()
  }

  const runsAt = (): Where => (hosts.running().includes('target') || hosts.primary() === 'target' ? 'target' : 'source')

  const balloon =
    guest.balloon &&
    ballooning({
      decide: selfBallooning(guest.balloon),
      agenda,
      classes: () => {
        look()
        return hosts.classes()
      },
      set: hosts.setClasses
    })

  exec.start(agenda.now())
  pace()

  return {
    hosts,
    look,
    changed,
    wake: () => {
      if (wakeAt > agenda.now()) return wakeAt
      wakeAt = Infinity
      look()
      if (hosts.trappedPages() === 0) pace()
      arrange()
      return wakeAt
    },
    advance: exec.advance,
    placed: (page, at) => {
      if (stalled.size === 0 || !stalled.delete(page)) return
      transport.forget(migration, page)
      exec.arrived(at, page)
    },
    setThrottle: (fraction) => {
      throttle = fraction
      changed()
    },
    hold: (ns) => exec.hold(agenda.now(), ns),
    pause: () => {
      hosts.pause()
      exec.stop(agenda.now())
      changed()
    },
    start: (where, notBeforeNs = 0) => {
      if (where === 'target') clockAhead = Math.max(0, notBeforeNs - read(clocks.target, agenda.now()))
      hosts.resume(where)
      exec.start(agenda.now())
      changed()
    },
    crash: (where) => {
      if (runsAt() === where) exec.stop(agenda.now())
      hosts.crash(where)
    },
    guestNs: () => exec.guestNs(agenda.now()),
    clockNs: () => read(clocks[runsAt()], agenda.now()) + clockAhead,
    stop: () => {
      wake?.unsubscribe()
      balloon?.unsubscribe()
    }
  }
}
