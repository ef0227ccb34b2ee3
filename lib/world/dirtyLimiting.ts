import type { Subscription } from 'rxjs'
import type { Guest } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import type { Order } from '../protocol/command'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import { type DirtyRings, dirtyRings } from './dirtyRings'
import * as hosts from './hosts'

/** A dirty limit in force on a guest, or none. @internal */
export type DirtyLimiting = {
  /**
   * One access of a virtual CPU; answers what it costs. Under a limit a write to a protected page is noted in a ring, costs what the first one to a page does, and may put its
   * virtual CPU to sleep.
   */
  readonly touch: (access: number, vcpu: number) => number
  /** How long the virtual CPU of the last `touch` sleeps. */
  readonly asleep: () => Time
  readonly limit: (order: Extract<Order, { readonly type: 'dirtyLimit' }>) => void
  readonly lift: () => void
  readonly isOn: () => boolean
  /** The dirty log is read. */
  readonly reap: () => void
}

/** What a limit needs of the running guest. */
type Port = {
  readonly agenda: Agenda
  readonly hosts: hosts.Hosts
  readonly guest: Guest
  readonly costs: HostCosts
  readonly look: () => void
  readonly heldBySync: () => void
  readonly changed: () => void
}

/** See `DirtyLimiting`. Once a period the rings are read (`global_dirty_log_sync` of migration/dirtyrate.c), and what is found decides who sleeps. @internal */
export const dirtyLimiting = ({ agenda, hosts: h, guest, costs, look, heldBySync, changed }: Port): DirtyLimiting => {
  let rings: DirtyRings | undefined
  let sampling: Subscription | undefined
  let sleepNs = 0
  const lift = (): void => {
    sampling?.unsubscribe()
    rings = undefined
  }
  const sampleAfter = (ns: Time): void => {
    sampling = agenda.schedule(() => {
      look()
      heldBySync()
      rings!.sample()
      changed()
      sampleAfter(ns)
    }, ns)
  }
  return {
    touch: (access, vcpu) => {
      const cost = hosts.touch(h, access)
      sleepNs = 0
      if (rings === undefined || (access & 1) === 0) return cost
      const ns = rings.wrote(vcpu, access >> 1)
      if (ns < 0) return cost
      sleepNs = ns
      return Math.max(cost, costs.firstWriteNs)
    },
    asleep: () => sleepNs,
    limit: (order) => {
      lift()
      rings = dirtyRings(order, { vcpus: guest.workload.vcpus, pages: guest.pages, pageBytes: guest.pageBytes })
      sampleAfter(order.periodNs)
      changed()
    },
    lift,
    isOn: () => rings !== undefined,
    reap: () => rings?.reap()
  }
}
