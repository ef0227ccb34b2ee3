import type { Guest } from '../guest/guest'
import { type HostCosts, idealHost, laneRate } from '../guest/hostCosts'
import type { Link } from '../network/link'
import type { Command } from '../protocol/command'
import type { ImageFact } from '../protocol/imageOrder'
import type { Signal } from '../protocol/signal'
import type { Key } from '../random/random'
import type { Agenda } from './agenda'
import { type CheckpointStanding, checkpointErrands } from './checkpointErrands'
import { checkpointGuest } from './checkpointGuest'
import { checkpointMoments } from './checkpointMoments'
import { checkpointOrders } from './checkpointOrders'
import type { Freight } from './freight'
import type { Fidelity } from './hosts'
import { imageKeeper } from './imageKeeper'
import type { Reached } from './stores'
import { voice } from './voice'

/** What a guest whose images are kept is made of. @internal */
export type CheckpointMachineOptions = {
  readonly migration: string
  readonly guest: Guest
  readonly link: Link
  readonly costs: HostCosts
  readonly copyPageNs: number
  readonly fidelity: Fidelity
  readonly batchAccesses: number
  readonly batchPages: number
  readonly key: Key
  readonly agenda: Agenda
  readonly freight: Freight
  readonly stores: ReadonlyMap<string, Reached>
  readonly used: () => Omit<Extract<ImageFact, { readonly type: 'storesUsed' }>, 'type'>
  readonly emit: (signal: Signal) => void
}

/** One guest on its host, and its images: obeys commands and answers every one of them. @internal */
export type CheckpointMachine = {
  readonly obey: (command: Command) => void
  /** Something has arrived, or never will. */
  readonly landed: () => void
  readonly hostFails: (reason: string) => void
  readonly linkFails: (reason: string) => void
  readonly linkMended: () => void
  readonly storeFails: (store: string, reason: string) => void
}

/** See `CheckpointMachine`. A kernel; all its state is born here. @internal */
export const checkpointMachine = (options: CheckpointMachineOptions): CheckpointMachine => {
  const { migration, guest, link, costs, agenda, freight, stores } = options
  const speaks = voice(migration, agenda, options.emit)
  const { tellAll } = speaks
  const { pages, pageBytes } = guest
  const own = checkpointGuest({ ...options, now: agenda.now })
  const standing: CheckpointStanding = { host: undefined, link: undefined, open: undefined }

  const look = (): void => {
    if (standing.host === undefined && own.look()) tellAll({ type: 'exited' })
  }
  const keeper = imageKeeper({
    guest: migration,
    shape: { pages, pageBytes, fidelity: options.fidelity },
    hosts: own.hosts,
    contextBytes: guest.contextBytes,
    batchPages: options.batchPages,
    senderBytesPerSecond: laneRate({ source: costs, target: idealHost }, { pages: 1, zeros: 0, bytes: pageBytes + link.headerBytes }),
    freight,
    stores,
    now: agenda.now,
    look,
    isRunning: own.isRunning,
    point: own.point
  })
  const errands = checkpointErrands({ migration, latencyNs: link.latencyNs, agenda, freight, stores, keeper, standing, voice: speaks })
  const moments = checkpointMoments({ agenda, own, keeper, standing, used: options.used, voice: speaks, look })
  const act = checkpointOrders({
    pages,
    costs,
    copyPageNs: options.copyPageNs,
    stores,
    own,
    keeper,
    standing,
    errands,
    moments,
    voice: speaks
  })

  return {
    obey: ({ order, to }) => {
      look()
      act(to, order)
    },
    landed: errands.landed,
    hostFails: (reason) => {
      if (standing.host !== undefined) return
      look()
      own.stop()
      standing.host = reason
      errands.dropBarriers()
      keeper.hostFailed(reason)
      tellAll({ type: 'failed', what: 'source', reason })
      for (const { type, name, survives } of stores.values())
        if (type === 'file' && !survives) tellAll({ type: 'storeFailed', store: name, reason })
      moments.tellHosts('source')
      errands.giveUp('source', reason)
      freight.fail({ owner: migration }, reason)
    },
    linkFails: (reason) => {
      look()
      standing.link = reason
      keeper.linkFailed(reason)
      tellAll({ type: 'failed', what: 'link', reason })
      errands.giveUp('link', reason)
    },
    linkMended: () => {
      look()
      standing.link = undefined
      tellAll({ type: 'mended', what: 'link' })
    },
    storeFails: (store, reason) => {
      look()
      keeper.storeFailed(store, reason)
      tellAll({ type: 'storeFailed', store, reason })
      errands.landed()
    }
  }
}
