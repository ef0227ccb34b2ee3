import type { FrameAction, FrameProgram } from '../guest/communication'
import type { FrameCounts, FrameName } from '../protocol/cluster'

/** A frame under way or received: the `number`-th from 0 on of the channel from its sender to its receiver. Members by their places. @internal */
export type Frame = {
  readonly from: number
  readonly to: number
  readonly number: number
  readonly content: number
  readonly bytes: number
  readonly incarnation: number
}

/** The guest of a member, as an image holds it: its next step, what is left of it (-1: not begun), what it has sent, got and not yet used, and a digest of all that it used. */
type Vm = {
  step: number
  leftNs: number
  digest: number
  readonly sent: number[]
  readonly received: number[]
  readonly inbox: (readonly Frame[])[]
}

/** A frame in the receive queue; `after`: the checkpoint whose final frame of this sender came last before it. */
type Queued = { readonly frame: Frame; readonly after: number }

/** An image of a checkpoint in a member's storage. @internal */
export type Image = { readonly checkpoint: number; readonly vm: Vm | undefined; readonly queue: readonly Frame[] | undefined }

/**
 * One machine of a cluster: its guest, its receive queue and its storage. A kernel without time, shared by the simulated cluster and the state explorer. It does what it is
 * told, and knows nothing of a protocol.
 * @internal
 */
export type Member = {
  readonly place: number
  readonly names: readonly string[]
  readonly program: FrameProgram
  readonly bytes: number
  vm: Vm | undefined
  running: boolean
  queue: readonly Queued[]
  loaded: readonly Frame[]
  /** Of each sender the checkpoint whose final frame came last. */
  readonly closed: number[]
  incarnation: number
  images: readonly Image[]
  sealed: number
  readonly misdelivered: (from: string, number: number, expected: number) => void
}

/** A machine whose guest runs from its first step on; its storage holds that as the sealed checkpoint 0. @internal */
export const member = (given: Pick<Member, 'place' | 'names' | 'program' | 'bytes' | 'misdelivered'>): Member => {
  const none = given.names.map(() => 0)
  const vm: Vm = {
    step: 0,
    leftNs: -1,
    digest: mixed(0x2545_f491, given.place),
    sent: none,
    received: none,
    inbox: given.names.map(() => [])
  }
  return {
    ...given,
    vm: copyOfVm(vm),
    running: true,
    queue: [],
    loaded: [],
    closed: given.names.map(() => -1),
    incarnation: 0,
    images: [{ checkpoint: 0, vm, queue: [] }],
    sealed: 0
  }
}

/** The same member, to go another way from here. @internal */
export const copyOf = (m: Member, misdelivered: Member['misdelivered']): Member => ({
  ...m,
  vm: m.vm && copyOfVm(m.vm),
  closed: m.closed.slice(),
  misdelivered
})

/** What a running guest did in a step. @internal */
export type Acted = { readonly type: 'computing' | 'received' | 'blocked' | 'ended' } | { readonly type: 'sent'; readonly frame: Frame }

/** What the guest does next; nothing where there is none. @internal */
export const actionOf = ({ vm, program }: Member): FrameAction => (vm === undefined ? { type: 'end' } : program(vm.step))

/** Takes the guest's next step; a computation is taken whole. @internal */
export const act = (m: Member): Acted => {
  const { vm } = m
  const action = actionOf(m)
  if (vm === undefined || action.type === 'end') return { type: 'ended' }
  if (action.type === 'receive') {
    const [first, ...rest] = vm.inbox[action.from]
    if (first === undefined) return { type: 'blocked' }
    vm.inbox[action.from] = rest
    vm.digest = mixed(vm.digest, first.content)
    vm.step++
    return { type: 'received' }
  }
  vm.step++
  vm.leftNs = -1
  if (action.type === 'compute') return { type: 'computing' }
  const number = vm.sent[action.to]++
  const content = mixed(vm.digest, number)
  return { type: 'sent', frame: { from: m.place, to: action.to, number, content, bytes: action.bytes, incarnation: m.incarnation } }
}

/** Whether the guest can take a step now. @internal */
export const canAct = (m: Member): boolean => {
  if (!m.running || m.vm === undefined) return false
  const action = actionOf(m)
  return action.type !== 'end' && (action.type !== 'receive' || m.vm.inbox[action.from].length > 0)
}

/** A frame has come: to the guest, or to its queue while it stands. @internal */
export const arrive = (m: Member, frame: Frame): void => {
  if (m.vm === undefined || frame.incarnation !== m.incarnation) return
  if (m.running) deliver(m, m.vm, frame)
  else m.queue = [...m.queue, { frame, after: m.closed[frame.from] }]
}

/** The final frame of a checkpoint has come. @internal */
export const close = (m: Member, from: number, checkpoint: number): void => {
  m.closed[from] = Math.max(m.closed[from], checkpoint)
}

/** The guest stands still. @internal */
export const pause = (m: Member): void => {
  m.running = false
}

/** The guest goes on, and first gets what is in the queue. @internal */
export const resume = (m: Member): void => {
  if (m.vm === undefined) return
  m.running = true
  for (const { frame } of m.queue) deliver(m, m.vm, frame)
  m.queue = []
}

/** The guest's state as an image keeps it. @internal */
export const imageOf = (m: Member, checkpoint: number): Image => ({ checkpoint, vm: m.vm && copyOfVm(m.vm), queue: undefined })

/** What of the queue belongs into an image: what came ahead of its sender's final frame, or all. @internal */
export const queueFor = (m: Member, checkpoint: number, beyond: boolean): readonly Frame[] =>
  m.queue.filter(({ after }) => beyond || after < checkpoint).map(({ frame }) => frame)

/** Puts an image, or what has been added to one, into storage. @internal */
export const store = (m: Member, image: Image): void => {
  const before = m.images.find(({ checkpoint }) => checkpoint === image.checkpoint)
  const merged = image.vm === undefined && before !== undefined ? { ...before, queue: image.queue } : image
  m.images = [...m.images.filter((one) => one !== before), merged].sort((a, b) => a.checkpoint - b.checkpoint)
}

/** Whether all of an image is there. @internal */
export const isComplete = ({ vm, queue }: Image): boolean => vm !== undefined && queue !== undefined

/** The image of a checkpoint. @internal */
export const imageIn = (m: Member, checkpoint: number): Image | undefined => m.images.find((one) => one.checkpoint === checkpoint)

/** The image counts from now on, and those before it go; or it goes. @internal */
export const settle = (m: Member, checkpoint: number, as: 'sealed' | 'dropped'): void => {
  if (as === 'sealed') m.sealed = checkpoint
  m.images = m.images.filter((one) => (as === 'sealed' ? one.checkpoint >= checkpoint : one.checkpoint !== checkpoint))
}

/** The guest, paused, from an image; frames of earlier incarnations are no longer taken. @internal */
export const load = (m: Member, { checkpoint, vm, queue }: Image, incarnation: number): void => {
  m.vm = vm && copyOfVm(vm)
  m.running = false
  m.loaded = queue ?? []
  m.queue = []
  m.incarnation = incarnation
  m.sealed = checkpoint
  m.images = m.images.filter((one) => one.checkpoint === checkpoint)
}

/** The loaded queue ahead of what has come since, or behind it. @internal */
export const insertQueue = (m: Member, place: 'front' | 'back'): void => {
  const loaded = m.loaded.map((frame) => ({ frame, after: -1 }))
  m.queue = place === 'front' ? [...loaded, ...m.queue] : [...m.queue, ...loaded]
  m.loaded = []
}

/** The machine breaks down: all is lost but what is in its storage. @internal */
export const crash = (m: Member): void => {
  m.vm = undefined
  m.running = false
  m.queue = []
  m.loaded = []
}

/** What an image records: frames sent to and got from each other member, and those that stand in its queue. @internal */
export const recordOf = (
  m: Member,
  { vm, queue = [] }: Image
): { readonly sent: FrameCounts; readonly received: FrameCounts; readonly queue: readonly FrameName[] } => ({
  sent: countsOf(m, vm?.sent),
  received: countsOf(m, vm?.received),
  queue: queue.map(({ from, number }) => ({ from: m.names[from], number }))
})

/** All that can influence what a member does from here, as text. @internal */
export const keyOf = (m: Member): string =>
  [
    m.running ? 'r' : 'p',
    m.vm && keyOfVm(m.vm),
    m.queue.map(({ frame, after }) => `${keyOfFrame(frame)}<${after}`),
    m.loaded.map(keyOfFrame),
    m.closed.join(),
    m.incarnation,
    m.sealed,
    m.images.map(({ checkpoint, vm, queue }) => `${checkpoint}:${vm && keyOfVm(vm)}:${queue?.map(keyOfFrame)}`)
  ].join('|')

/** A frame as text. @internal */
export const keyOfFrame = ({ from, number, content, incarnation }: Frame): string => `${from}#${number}@${incarnation}=${content}`

const keyOfVm = ({ step, digest, sent, received, inbox }: Vm): string =>
  `${step};${digest};${sent};${received};${inbox.map((frames) => frames.map(keyOfFrame).join())}`

const countsOf = ({ names, place }: Member, counts: readonly number[] | undefined): FrameCounts =>
  Object.fromEntries(names.flatMap((name, i) => (i === place ? [] : [[name, counts?.[i] ?? 0]])))

const deliver = (m: Member, vm: Vm, frame: Frame): void => {
  const { from, number } = frame
  const expected = vm.received[from]
  if (number !== expected) m.misdelivered(m.names[from], number, expected)
  vm.received[from] = number + 1
  vm.inbox[from] = [...vm.inbox[from], frame]
}

const copyOfVm = (vm: Vm): Vm => ({ ...vm, sent: vm.sent.slice(), received: vm.received.slice(), inbox: vm.inbox.slice() })

/** Two numbers into one of 32 bits (the finaliser of MurmurHash3, A. Appleby). */
const mixed = (a: number, b: number): number => {
  let x = (a ^ Math.imul(b + 1, 0x9e37_79b1)) | 0
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35)
  return (x ^ (x >>> 16)) >>> 0
}
