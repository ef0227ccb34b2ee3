import type { Address } from '../protocol/command'
import type { Answer } from '../protocol/signal'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import type { Freight } from './freight'
import type { ImageKeeper } from './imageKeeper'
import { type Pending, pendingAnswers } from './pendingAnswers'
import type { Reached } from './stores'
import type { Voice } from './voice'

/** A part of what a guest's images need: its host, or the link to their servers. @internal */
export type Part = Pending['needs'][number]

/** What has failed around a guest whose images are kept, and the image being made. Written to in place. @internal */
export type CheckpointStanding = { host: string | undefined; link: string | undefined; open: string | undefined }

/** What takes time before it is answered where images are kept. @internal */
export type CheckpointErrands = {
  /** Happens after a while, unless what it needs has failed by then. */
  readonly after: (to: Address, needs: readonly Part[], ns: Time, happens: () => void) => Pending
  /** There and back, with what happens there; of an image's stores, or of all. */
  readonly errand: (to: Address, image: string | undefined, there: () => Answer | string) => void
  /** A barrier: it is answered when nothing is on its way any more and what the image being made has is durable. */
  readonly flush: (to: Address) => void
  /** Something has arrived, or never will: barriers may end. */
  readonly landed: () => void
  readonly hurry: (lane: string, tag: number) => void
  /** The host is gone: no barrier will end. */
  readonly dropBarriers: () => void
  /** Whoever waits for what needs the part that failed is refused. */
  readonly giveUp: (what: Part, reason: string) => void
}

/** The needs of what only the guest's host must outlive. @internal */
export const atSource: readonly Part[] = ['source']
const overLink: readonly Part[] = ['link', 'source']
const linkOnly: readonly Part[] = ['link']

/** The needs of what nothing can stop. @internal */
export const nothing: readonly Part[] = []

/** See `CheckpointErrands`. A kernel. @internal */
export const checkpointErrands = (of: {
  readonly migration: string
  readonly latencyNs: Time
  readonly agenda: Agenda
  readonly freight: Freight
  readonly stores: ReadonlyMap<string, Reached>
  readonly keeper: ImageKeeper
  readonly standing: CheckpointStanding
  readonly voice: Voice
}): CheckpointErrands => {
  const { migration, freight, stores, keeper, standing } = of
  const { tell, refuse } = of.voice
  const pending = pendingAnswers(of.agenda)
  const hasServers = [...stores.values()].some(({ type }) => type === 'server')
  /** Barriers that wait until nothing is on its way any more. */
  const barriers: { readonly to: Address; readonly wait: Pending; readonly image: string | undefined }[] = []

  const flushed = (to: Address, image: string | undefined): void => {
    const reason = image === undefined ? undefined : keeper.broken(image)
    if (reason === undefined) keeper.synced()
    tell(to, reason === undefined ? { type: 'done' } : { type: 'refused', reason })
  }
  const landed = (): void => {
    if (freight.inFlight(migration) || freight.leaving(migration) > 0) return
    for (const { to, wait, image } of barriers.splice(0)) {
      const at = image === undefined ? [] : keeper.storesOf(image)
      const ns = typeof at === 'string' ? 0 : at.reduce((most, { latencyNs, syncNs }) => Math.max(most, latencyNs, syncNs), 0)
      pending.end(wait, ns, () => flushed(to, image))
    }
  }
  return {
    after: (to, needs, ns, happens) => {
      const wait = pending.wait(to, needs)
      pending.end(wait, ns, happens)
      return wait
    },
    errand: (to, image, there) => {
      const at = image === undefined ? [...stores.values()] : keeper.storesOf(image)
      if (typeof at === 'string') {
        refuse(to, at)
        return
      }
      const remote = at.some(({ type }) => type === 'server')
      if (remote && standing.link !== undefined) {
        refuse(to, standing.link)
        return
      }
      const needs = image === undefined ? (remote ? linkOnly : nothing) : remote ? overLink : atSource
      const way = remote ? of.latencyNs : 0
      const wait = pending.wait(to, needs)
      const longest = image === undefined ? way : at.reduce((most, { syncNs }) => Math.max(most, syncNs), way)
      pending.next(wait, longest, () => {
        const answer = there()
        pending.end(wait, way, () => tell(to, typeof answer === 'string' ? { type: 'refused', reason: answer } : answer))
      })
    },
    flush: (to) => {
      if (standing.link !== undefined && hasServers && standing.open === undefined) {
        refuse(to, standing.link)
        return
      }
      barriers.push({ to, wait: pending.wait(to, atSource), image: standing.open })
      landed()
    },
    landed,
    hurry: pending.hurry,
    dropBarriers: () => {
      barriers.length = 0
    },
    giveUp: (what, reason) => {
      for (const to of pending.fail(what)) refuse(to, reason)
    }
  }
}
