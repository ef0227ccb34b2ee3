import type { Order, Request } from './command'
import type { Data } from './data'
import type { Step } from './phase'
import { asked, awaiting, done } from './phase'
import type { Signal } from './signal'

/** What a reactor asks for: an order, under a label by which its answer is known (`undefined`: the answer does not matter); or the end of an order of that label before its answer. */
export type Asking = { readonly order: Order; readonly label?: string } | { readonly cancel: string }

/** What a reactor makes of something: its state from then on, and what it asks for. */
export type Reaction<S> = { readonly state: S; readonly ask: readonly Asking[] }

/** What a reactor hears: a fact, or the answer to what it asked for under a label. */
export type Heard = { readonly label: string | undefined; readonly signal: Signal }

/**
 * A machine that may hear anything at any time, as a party to a distributed protocol does: `hear` makes of its state and of what it hears the next state and orders
 * (`undefined`: nothing). Between an order and its answer it goes on hearing, which a sequence of requests does not. It ends when `ended` gives a value and every answer has come.
 *
 * `name` and `state` are all that can influence its future. Orders that are asked for under a label that is still open are told apart by it: what was asked first is forgotten, and its
 * answer is heard by nobody.
 */
export const reactor = <S extends Data, A>({
  name,
  start,
  hear,
  ended
}: {
  readonly name: string
  readonly start: Reaction<S>
  readonly hear: (state: S, heard: Heard) => Reaction<S> | undefined
  readonly ended: (state: S) => A | undefined
}): Step<A> => {
  const react = ({ state, ask }: Reaction<S>, before: Open): Step<A> => {
    const [open, requests] = asking(before, ask)
    const value = ended(state)
    if (value !== undefined && open.length === 0) return { requests, phase: done(value).phase }
    return awaiting(requests, name, [state, open], (signal) => {
      const left = 'to' in signal ? open.filter(([tag]) => tag !== signal.to.tag) : open
      if (!('to' in signal)) {
        const reaction = hear(state, { label: undefined, signal })
        return reaction && react(reaction, open)
      }
      if (left.length === open.length) return undefined
      const [, label] = open.find(([tag]) => tag === signal.to.tag)!
      const reaction = label === '' ? undefined : hear(state, { label, signal })
      return react(reaction ?? { state, ask: [] }, left)
    })
  }
  return react(start, [])
}

/** Requests without an answer so far, by tag, with their labels (empty: nobody hears it). */
type Open = readonly (readonly [tag: number, label: string])[]

const asking = (before: Open, ask: readonly Asking[]): readonly [Open, readonly Request[]] => {
  let open = before
  const requests: Request[] = []
  const request = (order: Order, label: string): void => {
    const tag = freeTag(open)
    open = [...open.map(([other, its]) => [other, its === label ? '' : its] as const), [tag, label]]
    requests.push(asked(order, tag))
  }
  for (const one of ask) {
    if (!('cancel' in one)) request(one.order, one.label ?? '')
    else {
      const running = open.find(([, label]) => label === one.cancel)
      if (running === undefined) continue
      open = open.map(([tag, label]) => [tag, label === one.cancel ? '' : label] as const)
      request({ type: 'cancel', tag: running[0] }, '')
    }
  }
  return [open, requests]
}

/** The least number that no open request has. */
const freeTag = (open: Open): number => {
  let tag = 0
  while (open.some(([other]) => other === tag)) tag++
  return tag
}
