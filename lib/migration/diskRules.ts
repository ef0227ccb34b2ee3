import type { Level } from '../memory/pageClasses'
import type { DiskView, GuestView } from '../protocol/pipeline'
import { milliseconds } from '../time/time'
import type { PushRules } from './push'
import { downtimeWithin, or, roundsAtMost } from './stopRule'

/**
 * What decides how a guest's disk comes to the target; whatever it is, the disk is drained while the guest stands still, before ownership passes.
 *
 * - `blocks`: which of them, as the hypervisor, the guest's file system or an application counts (default `all`, what a mirror of the whole image copies).
 * - `mirror`: `continuously` (default): rounds over what was written until the rule stops them, and from then on, while the memory moves, whatever is written next; `rounds`:
 *   what is written after the last round waits in the log for the drain; `paused`: nothing ahead, all of it in the drain.
 * - `start`: `ahead` of the memory (default: libvirt starts QEMU's NBD mirror first, and the migration when every mirror is ready, qemu_migration.c; «recalled,
 *   unverified»), or `beside` it: their first rounds share the link. Where no memory moves before the switch, both are the same.
 * - `until`, `skip`, `pacing`, `remember`, `channels`: rules of a push, on blocks; `until` is by default an expected drain within 300 ms, or 30 rounds, as for a memory.
 * - `intervalNs`: how long a continuous mirror waits when nothing has been written (default 100 ms: BLOCK_JOB_SLICE_TIME of QEMU's block/mirror.c; «recalled, unverified»).
 */
export type DiskRules = Partial<Pick<PushRules, 'until' | 'skip' | 'pacing' | 'remember' | 'channels'>> & {
  readonly blocks?: Blocks
  readonly mirror?: 'continuously' | 'rounds' | 'paused'
  readonly start?: 'ahead' | 'beside'
  readonly intervalNs?: number
}

/** Blocks as somebody counts them: all of the image, those that a file system uses, or those with an application's data. */
export type Blocks = 'all' | 'used' | 'application'

/** The level of a memory that counts as these blocks are counted. */
export const levelOf = (blocks: Blocks): Level => levels[blocks]

const levels = { all: 'hypervisor', used: 'guestOs', application: 'application' } as const

/** The same rules; throws `RangeError` in the name of `caller` unless intervalNs is an integer above 0. @internal */
export const checkedDiskRules = (caller: string, rules: DiskRules): DiskRules => {
  const { intervalNs = 1 } = rules
  if (!(Number.isSafeInteger(intervalNs) && intervalNs > 0))
    throw new RangeError(`${caller}: intervalNs must be an integer above 0 (got ${intervalNs})`)
  return rules
}

/** The rules by which the blocks are pushed. @internal */
export const pushOfBlocks = ({ blocks = 'all', until, skip, pacing, remember, channels }: DiskRules): PushRules => ({
  level: levelOf(blocks),
  until: until ?? or(downtimeWithin(milliseconds(300)), roundsAtMost(30)),
  skip,
  pacing,
  remember,
  channels
})

/** The disk as the memory of a guest: what a phase of blocks knows. @internal */
export const asGuest = (name: string, { blocks, blockBytes }: DiskView): GuestView => ({ name, pages: blocks, pageBytes: blockBytes })
