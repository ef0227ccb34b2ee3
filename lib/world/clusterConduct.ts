import type { FrameCounts, FrameName } from '../protocol/cluster'
import type { Order } from '../protocol/command'
import type { Answer } from '../protocol/signal'
import type { Time } from '../time/time'
import type { Frame, Image, Member } from './clusterMember'
import * as members from './clusterMember'
import type { ClusterNetwork } from './clusterNetwork'
import type { MemberCosts } from './clusterOptions'

/** What a member's conduct needs of whoever drives it: the guest's execution, its times, and ears for the oracle. @internal */
export type ClusterPort = {
  readonly stop: () => void
  readonly started: () => void
  readonly guestNs: () => Time
  readonly clockNs: () => Time
  readonly stored: (
    checkpoint: number,
    stands: 'begun' | 'complete' | 'sealed' | 'dropped' | 'loaded',
    record: { readonly sent: FrameCounts; readonly received: FrameCounts; readonly queue: readonly FrameName[] }
  ) => void
}

/** Why a member does not do what it is told, if it does not. @internal */
export const refusalOf = (m: Member, order: Order): string | undefined => {
  switch (order.type) {
    case 'pause':
    case 'resume':
      return m.vm === undefined ? NO_GUEST : undefined
    case 'keep':
      return m.vm === undefined ? NO_GUEST : m.running ? RUNS : undefined
    case 'settle':
      return order.as === 'sealed' && members.imageIn(m, order.checkpoint) === undefined
        ? `there is no image of checkpoint ${order.checkpoint}`
        : undefined
    case 'load': {
      const image = members.imageIn(m, order.checkpoint)
      return image === undefined || !members.isComplete(image) ? `there is no complete image of checkpoint ${order.checkpoint}` : undefined
    }
    case 'list':
    case 'insertQueue':
      return undefined
    default:
      return `${order.type} is for the migration of a guest, and this is a cluster`
  }
}

/** How long an order takes. @internal */
export const durationOf = (m: Member, order: Order, costs: MemberCosts, lan: ClusterNetwork): Time => {
  switch (order.type) {
    case 'pause':
      return costs.pauseNs
    case 'resume':
      return costs.resumeNs
    case 'keep':
      return order.what === 'state'
        ? costs.openNs + costs.snapshotNs + at(costs.saveBytesPerSecond, m.bytes)
        : costs.openNs + at(costs.saveBytesPerSecond, framesBytes(queueFor(m, order), lan))
    case 'load':
      return costs.openNs + at(costs.loadBytesPerSecond, m.bytes + framesBytes(members.imageIn(m, order.checkpoint)?.queue ?? [], lan))
    case 'settle':
    case 'list':
      return costs.settleNs
    default:
      return 0
  }
}

/** What an order does at once: a guest that is to be replaced stops. @internal */
export const begin = (m: Member, order: Order, port: ClusterPort): void => {
  if (order.type === 'load' && m.running) port.stop()
}

/** What an order has done at its end, and its answer. @internal */
export const finish = (m: Member, order: Order, port: ClusterPort, lan: ClusterNetwork): Answer => {
  const late = refusalOf(m, order)
  if (late !== undefined) return { type: 'refused', reason: late }
  switch (order.type) {
    case 'pause':
      port.stop()
      return { type: 'suspended', guestNs: port.guestNs(), clockNs: port.clockNs() }
    case 'resume':
      if (!m.running) port.started()
      members.resume(m)
      return { type: 'activated', where: 'source', guestNs: port.guestNs(), clockNs: port.clockNs() }
    case 'keep': {
      const { checkpoint, what } = order
      const queue = what === 'state' ? undefined : queueFor(m, order)
      members.store(m, queue === undefined ? members.imageOf(m, checkpoint) : { checkpoint, vm: undefined, queue })
      tell(m, members.imageIn(m, checkpoint), port)
      return { type: 'kept', bytes: queue === undefined ? m.bytes : framesBytes(queue, lan), frames: queue?.length ?? 0 }
    }
    case 'settle': {
      const image = members.imageIn(m, order.checkpoint)
      members.settle(m, order.checkpoint, order.as)
      tell(m, image, port, order.as)
      return { type: 'done' }
    }
    case 'list':
      return { type: 'listed', complete: m.images.filter(members.isComplete).map(({ checkpoint }) => checkpoint), sealed: m.sealed }
    case 'load': {
      const image = members.imageIn(m, order.checkpoint)!
      const queue = image.queue!
      members.load(m, image, order.incarnation)
      tell(m, image, port, 'loaded')
      return { type: 'kept', bytes: m.bytes + framesBytes(queue, lan), frames: queue.length }
    }
    case 'insertQueue':
      members.insertQueue(m, order.place)
      return { type: 'done' }
    default:
      return { type: 'done' }
  }
}

const NO_GUEST = 'the machine has no guest'
const RUNS = 'the guest runs'

const tell = (m: Member, image: Image | undefined, port: ClusterPort, stands?: 'sealed' | 'dropped' | 'loaded'): void => {
  if (image === undefined) return
  port.stored(image.checkpoint, stands ?? (members.isComplete(image) ? 'complete' : 'begun'), members.recordOf(m, image))
}

const queueFor = (m: Member, { checkpoint, beyond }: { readonly checkpoint: number; readonly beyond?: boolean }): readonly Frame[] =>
  members.queueFor(m, checkpoint, beyond === true)

const at = (bytesPerSecond: number, bytes: number): Time => Math.ceil((bytes * 1e9) / bytesPerSecond)

const framesBytes = (frames: readonly Frame[], { headerBytes }: ClusterNetwork): number =>
  frames.reduce((sum, { bytes }) => sum + bytes + headerBytes, 0)
