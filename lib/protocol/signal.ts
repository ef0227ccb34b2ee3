import type { PageSet } from '../memory/pageSet'
import type { Time } from '../time/time'
import type { ChipAnswer, ChipAnswerKind, ChipFact } from './chip'
import type { ClusterAnswer, ClusterAnswerKind, ClusterFact } from './cluster'
import type { Address, Of, Order, Pages, Where } from './command'
import type { ImageAnswer, ImageAnswerKind, ImageFact } from './imageOrder'
import type { KernelAnswer, KernelAnswerKind, KernelFact } from './process'
import type { ThreadActed, ThreadAnswerKind, ThreadFact } from './threadOrder'

/**
 * What a world answers to the lane that asked. `guestNs` is how long the guest has run so far, in nanoseconds at full speed (its progress, not its
 * clock); `clockNs` is what its own clock shows.
 *
 * - `sent`: the last byte has left (not: has been acknowledged; that is `flush`), or been written to a connection whose buffer lies ahead of the wire. `pages` were transmitted, `skipped` were left out, `bytes` is on the wire.
 * - `refused`: the world will not or cannot; the reason is a sentence. `sent`: of a send that was given up when some of it had left, as much as had (absent: nothing).
 * - `standing`: at the target, whose the guest is and which of its pages are missing; pages on their way when the link broke are missing again.
 * - `released`: the source has dropped the guest; `needs` names what the target still needs it for (residual dependencies; empty is the aim); `waited`, where it has, how long the
 *   guest has waited for missing pages.
 */
export type Answer =
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly reason: string; readonly sent?: SentInPart }
  | { readonly type: 'preselected'; readonly host: string; readonly guestNs: number }
  | { readonly type: 'reserved'; readonly bytes: number }
  | { readonly type: 'selected'; readonly pages: PageSet; readonly nonPageable: PageSet; readonly of?: Of }
  | { readonly type: 'sent'; readonly pages: Pages; readonly skipped: PageSet; readonly bytes: number; readonly of?: Of }
  | { readonly type: 'cancelled'; readonly unsent: PageSet }
  | { readonly type: 'suspended'; readonly guestNs: number; readonly clockNs: number }
  | { readonly type: 'redirected' }
  | { readonly type: 'committed' }
  | { readonly type: 'activated'; readonly where: Where; readonly guestNs: number; readonly clockNs: number }
  | { readonly type: 'standing'; readonly primary: Where; readonly missing: PageSet }
  | { readonly type: 'released'; readonly needs: readonly string[]; readonly guestNs: number; readonly waited?: WaitedFor }
  | ClusterAnswer
  | ChipAnswer
  | KernelAnswer
  | ThreadActed
  | ImageAnswer

/** Pages that left as a whole before their send was given up, and their bytes on the wire; `of: 'disk'`: blocks of the guest's disk. Whether they arrived nobody can say. */
export type SentInPart = { readonly pages: number; readonly bytes: number; readonly of?: Of }

/**
 * What a world tells every lane of a migration.
 *
 * - `synced`: the dirty log was read and cleared; a page unheard here is a page lost, so every lane hears it; `to` names who asked.
 * - `round`: the first page of a round is about to leave. `progress`: bytes on the wire and pages transmitted so far.
 * - `faulted`: the guest, at the target, has stopped at its first access to a missing page. `exited`: the guest has ended.
 * - `device`: something has been done with a device of the guest, which took `ns`: its state of `bytes` was `saved` at the source, or `loaded` at the target, or the device was
 *   `unplugged` or `plugged` in again. Told when it is done.
 * - `failed`: a host or the link is gone. `mended`: the link is back; what was on its way is lost (`source`: a machine of a cluster is back, without its guest). `wound`: (from a combinator, not a world) wind down and end.
 * - `of: 'disk'` on `synced`, `round`, `progress` and `compared` (and on the answers `selected` and `sent`): they speak of blocks of the guest's disk.
 * - `compared`: the oracle's word, for journals and invariants and not for decisions: at activation at the target and at release (of a disk, which must have been
 *   drained by then, at the commit too), `lost` are the pages whose
 *   content at the target is not what it must be and that nobody owes, `regressed` those that were overwritten by something older, `misread` those that the
 *   guest used there before they had arrived, `owed` those still missing.
 * - `hosts`: the oracle's word whenever it changes: whose copy counts, and where the guest runs. `linkUsed`: the application traffic that got through on
 *   the link since the migration's first command, and what wanted to, in bytes.
 */
export type Fact =
  | { readonly type: 'synced'; readonly dirty: PageSet; readonly to: Address; readonly of?: Of }
  | { readonly type: 'round'; readonly round: number; readonly pages: number; readonly of?: Of }
  | { readonly type: 'progress'; readonly bytes: number; readonly pages: number; readonly of?: Of }
  | { readonly type: 'faulted'; readonly page: number; readonly vcpu: number }
  | { readonly type: 'device'; readonly device: string; readonly done: DeviceWork; readonly bytes: number; readonly ns: Time }
  | { readonly type: 'exited' }
  | { readonly type: 'failed'; readonly what: 'link' | Where; readonly reason: string }
  | { readonly type: 'mended'; readonly what: 'link' | 'source' }
  | { readonly type: 'wound' }
  | { readonly type: 'hosts'; readonly primary: Where; readonly running: readonly Where[] }
  | {
      readonly type: 'compared'
      readonly when: 'committed' | 'activated' | 'released'
      readonly lost: PageSet
      readonly regressed: PageSet
      readonly misread: PageSet
      readonly owed: number
      readonly of?: Of
    }
  | { readonly type: 'linkUsed'; readonly applicationBytes: number; readonly applicationDemandBytes: number }
  | ClusterFact
  | ChipFact
  | KernelFact
  | ThreadFact
  | ImageFact

/**
 * How long a guest has waited at the target for missing pages: so long all its virtual CPUs at once (`postcopy-blocktime` of QEMU), and each of them (`postcopy-vcpu-blocktime`), in
 * ticks.
 */
export type WaitedFor = { readonly all: Time; readonly vcpus: readonly Time[] }

/** What is done with a device of a guest that moves. */
export type DeviceWork = 'saved' | 'loaded' | 'unplugged' | 'plugged'

/** A signal: past tense, what happened, with the time in ticks of the origin's clock at which the source's side learnt of it. */
export type Signal = (Answer & { readonly at: Time; readonly to: Address }) | (Fact & { readonly at: Time; readonly migration: string })

/** The kind of answer each order gets when it is not `refused`. Every order but `sync` is answered to its lane; `sync` by the fact `synced`. */
export type AnswerKind = ImageAnswerKind & {
  preselect: 'preselected'
  reserve: 'reserved'
  select: 'selected'
  track: 'done'
  sync: 'synced'
  send: 'sent'
  discard: 'done'
  flush: 'done'
  plug: 'done'
  dump: 'done'
  rebuild: 'done'
  pause: 'suspended'
  sendContext: 'done'
  redirect: 'redirected'
  commit: 'committed'
  resume: 'activated'
  release: 'released'
  inquire: 'standing'
  throttle: 'done'
  dirtyLimit: 'done'
  pin: 'done'
  wake: 'done'
  cancel: 'cancelled'
  abandon: 'done'
} & ClusterAnswerKind &
  ChipAnswerKind &
  KernelAnswerKind &
  ThreadAnswerKind

/** The signal that answers an order of type `K`. */
export type AnswerTo<K extends Order['type']> = Extract<Signal, { readonly type: AnswerKind[K] }>

/** The migration a signal speaks of. */
export const migrationOf = (signal: Signal): string => ('to' in signal ? signal.to.migration : signal.migration)
