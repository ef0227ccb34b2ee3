import type { Request } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Signal } from '../../lib/protocol/signal'

/** A message that a job has given to be sent: to which mailbox, and the job's own lane and tag for the answer. @internal */
export type Letter = {
  readonly remote: string
  readonly port: number
  readonly message: Data
  readonly lane: string
  readonly tag: number
}

/** The one end that a daemon has to a mailbox: what it is at, and what it has still to send there. @internal */
export type Post = {
  readonly remote: string
  readonly port: number
  readonly at: 'attaching' | 'pausing' | 'mailing' | 'waiting' | 'closing'
  readonly tries: number
  readonly letters: readonly Letter[]
}

/** What came of a letter. @internal */
export type Delivered = { readonly letter: Letter; readonly reason: string | undefined }

/** All posts, the orders they give, and the letters that are done with. @internal */
export type Posting = { readonly posts: readonly Post[]; readonly requests: readonly Request[]; readonly delivered: readonly Delivered[] }

/** 100 ms in all: longer than a system's core is ever busy with one thing, shorter than who waits for an answer should. */
const TRIES = 500
const PAUSE_NS = 200_000

/** The mailbox of a remote, as the name of an end in a job's order. @internal */
export const mailboxOf = (remote: string, port: number): string => `${remote} ${port}`

/** The letter that a job's order stands for, where it is one. @internal */
export const letterOf = ({ order, lane, tag }: Request): Letter | undefined => {
  if (order.type !== 'mail') return undefined
  const gap = order.end.lastIndexOf(' ')
  return {
    remote: order.end.slice(0, gap),
    port: Number(order.end.slice(gap + 1)),
    message: order.message,
    lane,
    tag
  }
}

/** A letter more. Only one end to a mailbox can be open at a time, and few ends in all: each is opened for what there is to send, and closed behind it. @internal */
export const withLetter = (posts: readonly Post[], letter: Letter): Posting => {
  const post = posts.find((one) => isFor(one, letter))
  if (post !== undefined)
    return { posts: replaced(posts, post, { ...post, letters: [...post.letters, letter] }), requests: [], delivered: [] }
  const begun: Post = { remote: letter.remote, port: letter.port, at: 'attaching', tries: 0, letters: [letter] }
  return { posts: [...posts, begun], requests: [attachOf(begun)], delivered: [] }
}

/** An answer to one of the posts; `undefined`: it is for none. @internal */
export const answered = (posts: readonly Post[], signal: Signal): Posting | undefined => {
  if (!('to' in signal)) return undefined
  const post = posts.find((one) => laneOf(one) === signal.to.lane)
  if (post === undefined) return undefined
  const [first, ...others] = post.letters
  const isRefused = signal.type === 'refused'
  const reason = signal.type === 'refused' ? signal.reason : undefined
  const go = (next: Post, request: Request, delivered: readonly Delivered[] = []): Posting => ({
    posts: replaced(posts, post, next),
    requests: [request],
    delivered
  })
  if (post.at === 'pausing') return go({ ...post, at: 'attaching' }, attachOf(post))
  if (post.at === 'attaching') {
    if (!isRefused) return go({ ...post, at: 'mailing', tries: 0 }, mailOf(post, first))
    if (post.tries < TRIES) return go({ ...post, at: 'pausing', tries: post.tries + 1 }, pauseOf(post))
    return { posts: posts.filter((one) => one !== post), requests: [], delivered: post.letters.map((letter) => ({ letter, reason })) }
  }
  if (post.at === 'waiting') return go({ ...post, at: 'mailing' }, mailOf(post, first))
  if (post.at === 'mailing') {
    // The message before it has not been taken: whoever should may be busy, or never take any.
    if (reason?.includes('is outstanding') && post.tries < TRIES)
      return go({ ...post, at: 'waiting', tries: post.tries + 1 }, pauseOf(post))
    const delivered = [{ letter: first, reason }]
    if (others.length > 0) return go({ ...post, tries: 0, letters: others }, mailOf(post, others[0]), delivered)
    return go({ ...post, at: 'closing', letters: [] }, closeOf(post), delivered)
  }
  // An end that cannot be closed, because its cluster has failed, is of no use either.
  if (post.letters.length === 0) return { posts: posts.filter((one) => one !== post), requests: [], delivered: [] }
  return go({ ...post, at: 'attaching', tries: 0 }, attachOf(post))
}

const laneOf = ({ remote, port }: Post): string => `post ${mailboxOf(remote, port)}`

const isFor = (post: Post, letter: Letter): boolean => post.remote === letter.remote && post.port === letter.port

const replaced = (posts: readonly Post[], one: Post, by: Post): readonly Post[] => posts.map((other) => (other === one ? by : other))

const attachOf = (post: Post): Request => ({
  order: { type: 'attach', end: laneOf(post), kind: 'mailbox', remote: post.remote, port: post.port },
  lane: laneOf(post),
  tag: 0
})

const mailOf = (post: Post, { message }: Letter): Request => ({
  order: { type: 'mail', end: laneOf(post), message, atOnce: true },
  lane: laneOf(post),
  tag: 0
})

const pauseOf = (post: Post): Request => ({ order: { type: 'wake', afterNs: PAUSE_NS }, lane: laneOf(post), tag: 0 })

const closeOf = (post: Post): Request => ({ order: { type: 'close', end: laneOf(post) }, lane: laneOf(post), tag: 0 })
