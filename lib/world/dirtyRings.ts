import { noSleeps, type RingSleeps, ringSleeps } from '../guest/ringSleeps'
import * as bitmap from '../memory/bitmap'
import type { Order } from '../protocol/command'
import type { Time } from '../time/time'

/** The dirty rings of a guest's virtual CPUs, under a limit: a kernel that follows each write. @internal */
export type DirtyRings = {
  /** A virtual CPU writes a page. Answers how long it sleeps besides; -1 where the page was not protected, and nobody notes the write. */
  readonly wrote: (vcpu: number, page: number) => Time
  /** All rings are emptied and their pages protected again, as at a dirty-log sync. */
  readonly reap: () => void
  /** A period ends: the rates of it decide how long who sleeps in the next. */
  readonly sample: () => void
  readonly periodNs: Time
  /** How long each virtual CPU sleeps when its ring is full, in nanoseconds. */
  readonly sleepsNs: () => readonly Time[]
}

/** What a limit is told of the guest. */
type Setting = { readonly vcpus: number; readonly pages: number; readonly pageBytes: number }

/**
 * See `DirtyRings`. KVM's dirty rings as QEMU uses them (accel/kvm/kvm-all.c): a page that is write-protected is made writable at its first write and noted in the ring of the virtual
 * CPU that wrote; a ring that is full stops that virtual CPU alone (KVM_EXIT_DIRTY_RING_FULL), its pages are taken out of it and protected again, and it sleeps
 * (`dirtylimit_vcpu_execute`). Who only reads fills none. The entries that the kernel keeps in reserve are not modelled. @internal
 */
export const dirtyRings = (
  { bytesPerSecond, ringPages, periodNs }: Extract<Order, { readonly type: 'dirtyLimit' }>,
  { vcpus, pages, pageBytes }: Setting
): DirtyRings => {
  const writable = bitmap.bitmap(pages)
  const rings = Array.from({ length: vcpus }, () => ({ pages: new Int32Array(ringPages), used: 0, noted: 0 }))
  const next = ringSleeps({ mebibytesPerSecond: Math.floor(bytesPerSecond / 2 ** 20), ringPages, pageBytes })
  let sleeps: RingSleeps = noSleeps(vcpus)
  const empty = (vcpu: number): void => {
    const ring = rings[vcpu]
    for (let i = 0; i < ring.used; i++) bitmap.clear(writable, ring.pages[i])
    ring.used = 0
  }
  return {
    wrote: (vcpu, page) => {
      if (!bitmap.mark(writable, page)) return -1
      const ring = rings[vcpu]
      ring.pages[ring.used++] = page
      ring.noted++
      if (ring.used < ringPages) return 0
      empty(vcpu)
      return sleeps.sleepUs[vcpu] * 1000
    },
    reap: () => {
      for (let vcpu = 0; vcpu < vcpus; vcpu++) empty(vcpu)
    },
    sample: () => {
      const rates = rings.map(({ noted }) => Math.floor((Math.floor((noted * pageBytes) / 2 ** 20) * 1e9) / periodNs))
      for (const ring of rings) ring.noted = 0
      sleeps = next(sleeps, rates)
    },
    periodNs,
    sleepsNs: () => sleeps.sleepUs.map((us) => us * 1000)
  }
}
