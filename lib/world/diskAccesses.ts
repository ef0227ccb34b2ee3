import { split } from '../random/random'
import type { Time } from '../time/time'
import type { Execution } from './execution'
import { execution } from './execution'
import type { Hosts } from './hosts'
import * as hosts from './hosts'
import type { MachineOptions } from './machineOptions'

/** What the link knows a guest's disk by, beside the guest's memory: block 5 is not page 5. @internal */
export const diskOwner = (migration: string): string => `${migration}\u0000disk`

/**
 * The I/O threads of a guest, which read and write the blocks of its disk while it runs, in its time: slowed, paused and moved with its virtual CPUs, and never held up by
 * a missing page. `look` brings the disk up to now, what of it is on the link included.
 * @internal
 */
export type DiskAccesses = Pick<Execution, 'start' | 'stop' | 'setSpeed' | 'hold' | 'advance'> & { readonly look: (now: Time) => void }

/** See `DiskAccesses`. @internal */
export const diskAccesses = (options: MachineOptions, h: Hosts): DiskAccesses => {
  const { migration, fidelity, transport } = options
  const owner = diskOwner(migration)
  const { start, stop, setSpeed, hold, advance } = execution({
    workload: h.setting.guest.workload,
    key: split(options.key, 'disk'),
    batchAccesses: options.batchAccesses,
    port: {
      apply: (accesses, n) => hosts.apply(h, accesses, n),
      marks: () => hosts.marksOf(h),
      touch: (access) => hosts.touch(h, access),
      isTrapped: () => false,
      onFault: () => {}
    }
  })
  return {
    start,
    stop,
    setSpeed,
    hold,
    advance,
    look: (now) => {
      transport.settle(owner, now, fidelity === 'marks' ? undefined : advance)
      advance(now)
    }
  }
}
