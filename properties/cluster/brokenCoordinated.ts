import type { CoordinatedMessage } from '../../lib/checkpoint/coordinatedMessage'
import { messageIn } from '../../lib/checkpoint/coordinatedMessage'
import type { CoordinatedOptions } from '../../lib/checkpoint/coordinatedOptions'
import type { Order, Request } from '../../lib/protocol/command'
import type { Step } from '../../lib/protocol/phase'
import { awaiting } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { coordinated } from '../../pipelines/coordinated'

/** What is done wrong: `order` gives another order in place of one; `hears`: messages that a machine takes for told beside what a step made of a signal. */
type Wrong = {
  readonly options?: Partial<CoordinatedOptions>
  readonly order?: (order: Order) => Order
  readonly hears?: (
    signal: Signal,
    asked: readonly Order[],
    members: readonly string[]
  ) => readonly (readonly [string, CoordinatedMessage])[]
}

const altered = (name: string, step: Step<Outcome>, wrong: Wrong, members: readonly string[]): Step<Outcome> => {
  const requests = step.requests.map((one): Request => ({ ...one, order: wrong.order?.(one.order) ?? one.order }))
  const { phase } = step
  if (phase.type === 'done') return { requests, phase }
  return awaiting(requests, phase.name, phase.data, (signal) => {
    let next = phase.on(signal)
    if (next === undefined) return undefined
    const asked = next.requests.map(({ order }) => order)
    for (const [from, message] of wrong.hears?.(signal, asked, members) ?? []) {
      if (next.phase.type === 'done') break
      const after: Step<Outcome> | undefined = next.phase.on({ type: 'told', from, message, at: signal.at, migration: name })
      if (after !== undefined) next = { requests: [...next.requests, ...after.requests], phase: after.phase }
    }
    return altered(name, next, wrong, members)
  })
}

const broken =
  (wrong: Wrong) =>
  (options: CoordinatedOptions): Pipeline => {
    const pipeline = coordinated({ ...options, ...wrong.options })
    return (guest) => altered(guest.name, pipeline(guest), wrong, options.members)
  }

const told = (orders: readonly Order[], type: CoordinatedMessage['type']): number | undefined => {
  for (const order of orders)
    if (order.type === 'tell') {
      const message = order.message as CoordinatedMessage
      if (message.type === type && 'checkpoint' in message) return message.checkpoint
    }
  return undefined
}

/** Whoever hears one of a kind takes it for said by all. */
const takenForAll =
  (type: CoordinatedMessage['type']): NonNullable<Wrong['hears']> =>
  (signal, _, members) => {
    const heard = messageIn(signal)
    return heard?.message.type === type ? members.map((from) => [from, heard.message] as const) : []
  }

const nothing: Order = { type: 'wake', afterNs: 0 }

/** Ways to coordinate checkpoints that lose, double or disorder frames, or part the members: by what is done wrong. */
export const brokenCoordinated = {
  /** A member saves as soon as its own final frames are out. */
  finalFramesNotAwaited: broken({
    hears: (_, asked, members) => {
      const checkpoint = asked.flatMap((order) => (order.type === 'tell' && order.closing !== undefined ? [order.closing] : []))[0]
      return checkpoint === undefined ? [] : members.map((from) => [from, { type: 'final', checkpoint }] as const)
    }
  }),
  /** The final frame does not stay behind the frames that were sent before it. */
  finalFrameAheadOfFrames: broken({
    order: (order) => (order.type === 'tell' ? { type: 'tell', whom: order.whom, message: order.message } : order)
  }),
  /** The receive queue is not saved. */
  queueNotKept: broken({ order: (order) => (order.type === 'keep' && order.what === 'queue' ? nothing : order) }),
  /** What has come behind a final frame is saved too, by a member whose others no longer stand still: who has voted goes on at once. */
  resumedBeforeAllHaveSaved: broken({
    options: { decisionWithinNs: 0 },
    order: (order) => (order.type === 'keep' && order.what === 'queue' ? { ...order, beyond: true } : order)
  }),
  /** A member that has saved seals its image without having heard that all have. */
  sealedWithoutDecision: broken({
    hears: (_, asked) => {
      const checkpoint = told(asked, 'saved')
      return checkpoint === undefined ? [] : [['coordinator', { type: 'commit', checkpoint }] as const]
    }
  }),
  /** The coordinator commits when the first member has saved. */
  committedByTheFirst: broken({ hears: takenForAll('saved') }),
  /** A member that has voted and hears nothing drops its image. */
  abortedAfterTheVote: broken({
    hears: (_, asked) => {
      const checkpoint = told(asked, 'inquire')
      return checkpoint === undefined ? [] : [['coordinator', { type: 'abort', checkpoint }] as const]
    }
  }),
  /** The loaded queue goes behind what has come since. */
  queueInsertedBehind: broken({ order: (order) => (order.type === 'insertQueue' ? { ...order, place: 'back' } : order) }),
  /** The loaded queue is not inserted. */
  queueNotInserted: broken({ order: (order) => (order.type === 'insertQueue' ? nothing : order) }),
  /** Members go on when the first is restored. */
  resumedByTheFirstRestored: broken({ hears: takenForAll('restored') }),
  /** Frames from before the restart are taken after it. */
  framesOfBefore: broken({ order: (order) => (order.type === 'load' ? { ...order, incarnation: 0 } : order) })
}
