import type * as pageSet from '../memory/pageSet'
import type { Address } from '../protocol/command'
import type { ImageFact } from '../protocol/imageOrder'
import type { Answer } from '../protocol/signal'
import type { Agenda } from './agenda'
import type { CheckpointStanding } from './checkpointErrands'
import type { CheckpointGuest } from './checkpointGuest'
import type { ImageKeeper } from './imageKeeper'
import type { Carried } from './imageTransfers'
import type { Voice } from './voice'

/** What happens to a guest and its images when the time that an order takes is over, and what is told of it. @internal */
export type CheckpointMoments = {
  readonly tellHosts: (where: 'source' | 'target') => void
  readonly activated: (where: 'source' | 'target') => Answer
  readonly stopped: (to: Address) => void
  readonly goOnAtSource: (to: Address) => void
  /** As the guest of the image that was put together, on a host that is whole. */
  readonly goOnAtTarget: (to: Address) => void
  readonly sealing: (image: string) => Answer | string
  /** A write shares the host with its guest until it has ended; to be called with what became of it. */
  readonly writing: (to: Address) => (result: Carried) => void
}

/** See `CheckpointMoments`. A kernel. @internal */
export const checkpointMoments = (of: {
  readonly agenda: Agenda
  readonly own: CheckpointGuest
  readonly keeper: ImageKeeper
  readonly standing: CheckpointStanding
  readonly used: () => Omit<Extract<ImageFact, { readonly type: 'storesUsed' }>, 'type'>
  readonly voice: Voice
  readonly look: () => void
}): CheckpointMoments => {
  const { agenda, own, keeper, standing, look } = of
  const { tell, tellAll, refuse } = of.voice
  let writes = 0

  const tellHosts = (where: 'source' | 'target'): void =>
    tellAll({ type: 'hosts', primary: where, running: own.isRunning() ? [where] : [] })
  const verified = (image: string, when: 'sealed' | 'restored', lost: pageSet.PageSet): void => {
    tellAll({ type: 'verified', image, when, lost })
    tellAll({ type: 'storesUsed', ...of.used() })
  }
  const activated = (where: 'source' | 'target'): Answer => ({ type: 'activated', where, guestNs: own.guestNs(), clockNs: agenda.now() })

  return {
    tellHosts,
    activated,
    stopped: (to) => {
      look()
      own.stop()
      tellHosts('source')
      tell(to, { type: 'suspended', guestNs: own.guestNs(), clockNs: agenda.now() })
    },
    goOnAtSource: (to) => {
      if (!own.isRunning()) {
        keeper.pointed()
        own.start()
        tellHosts('source')
      }
      tell(to, activated('source'))
    },
    goOnAtTarget: (to) => {
      const made = keeper.assembled()
      if (typeof made === 'string') {
        refuse(to, made)
        return
      }
      const { image, assembly, lost } = made
      standing.host = undefined
      standing.open = undefined
      keeper.becomes(image)
      own.becomes(image, assembly)
      verified(image.name, 'restored', lost)
      tellHosts('target')
      tell(to, activated('target'))
    },
    sealing: (image) => {
      look()
      const result = keeper.seal(image)
      if (typeof result === 'string') return result
      standing.open = undefined
      verified(image, 'sealed', result.lost)
      return { type: 'sealed', image, pages: result.pages, bytes: result.bytes }
    },
    writing: (to) => {
      own.setSenders(++writes)
      return (result) => {
        look()
        own.setSenders(--writes)
        if (result.type === 'failed') refuse(to, result.reason)
        else tell(to, { type: 'sent', pages: result.pages, skipped: result.skipped, bytes: result.bytes })
      }
    }
  }
}
