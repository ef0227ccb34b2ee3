import { type Key, key, permutation, type Seed, split, uniformInt } from '../random/random'
import type { Time } from '../time/time'

/**
 * What a program that exchanges frames does next: computes for a time, sends a frame to a member, waits for the next frame of one, or ends. Members are numbers from 0 on. A
 * program waits for frames of one sender at a time, so that what it gets does not depend on when frames come (Kahn, IFIP 1974): a cluster of such programs comes to the same end
 * whatever its timing.
 */
export type FrameAction =
  | { readonly type: 'compute'; readonly ns: Time }
  | { readonly type: 'send'; readonly to: number; readonly bytes: number }
  | { readonly type: 'receive'; readonly from: number }
  | { readonly type: 'end' }

/** A program by its steps: what it does at step 0, 1, 2, ... It remembers nothing, so the number of its next step is all that a checkpoint needs of it. */
export type FrameProgram = (step: number) => FrameAction

/** A pattern of communication: the program of each member of a cluster of so many, with a name and what it was made with. */
export type Communication = {
  readonly name: string
  readonly description: Readonly<Record<string, string | number>>
  readonly program: (member: number, members: number) => FrameProgram
}

/**
 * In each of `iterations` (default no end) a member computes for `computeNs` and up to `spreadNs` more (default 0; drawn from `seed`, default 1), sends a frame of `bytes` to each
 * of its peers, then waits for one from each of those whose peer it is.
 */
export type CommunicationOptions = {
  readonly computeNs: Time
  readonly bytes: number
  readonly iterations?: number
  readonly spreadNs?: Time
  readonly seed?: Seed
}

/** To the next member, from the one before. */
export const ring = (options: CommunicationOptions): Communication =>
  communication('ring', options, (member, members) => {
    const peers = members === 1 ? NONE : { to: [(member + 1) % members], from: [(member + members - 1) % members] }
    return () => peers
  })

/** To all others, from all others: the transposes of NPB's IS and FT. */
export const allToAll = (options: CommunicationOptions): Communication =>
  communication('allToAll', options, (member, members) => {
    const others = Array.from({ length: members - 1 }, (_, i) => (member + 1 + i) % members)
    return () => ({ to: others, from: others })
  })

/** To and from the up to four neighbours on a torus of rows and columns as nearly square as the number of members allows: the exchanges of NPB's MG, SP and BT. */
export const nearestNeighbours = (options: CommunicationOptions): Communication =>
  communication('nearestNeighbours', options, (member, members) => {
    const rows = rowsOf(members)
    const columns = members / rows
    const row = Math.floor(member / columns)
    const column = member % columns
    const at = (r: number, c: number): number => ((r + rows) % rows) * columns + ((c + columns) % columns)
    const around = [at(row, column + 1), at(row, column - 1), at(row + 1, column), at(row - 1, column)]
    const others = [...new Set(around)].filter((one) => one !== member)
    return () => ({ to: others, from: others })
  })

/** To one other member and from one other, along a ring of all members that is drawn anew for each iteration. */
export const randomPairs = (options: CommunicationOptions): Communication =>
  communication('randomPairs', options, (member, members, stream) => (iteration) => {
    if (members === 1) return NONE
    const order = permutation(split(stream, iteration), members)
    const place = order.indexOf(member)
    return { to: [order[(place + 1) % members]], from: [order[(place + members - 1) % members]] }
  })

/** No communication but at the very end, when all send to all: NPB's EP. It needs an end, `iterations`. */
export const embarrassinglyParallel = (options: CommunicationOptions & { readonly iterations: number }): Communication =>
  communication('embarrassinglyParallel', options, (member, members) => {
    const others = Array.from({ length: members - 1 }, (_, i) => (member + 1 + i) % members)
    return (iteration) => (iteration === options.iterations - 1 ? { to: others, from: others } : NONE)
  })

type Peers = { readonly to: readonly number[]; readonly from: readonly number[] }

const NONE: Peers = { to: [], from: [] }

const communication = (
  name: string,
  { computeNs, bytes, iterations = Infinity, spreadNs = 0, seed = 1 }: CommunicationOptions,
  peers: (member: number, members: number, stream: Key) => (iteration: number) => Peers
): Communication => {
  atLeast(name, 'computeNs', computeNs, 1)
  atLeast(name, 'bytes', bytes, 1)
  atLeast(name, 'spreadNs', spreadNs, 0)
  if (iterations !== Infinity) atLeast(name, 'iterations', iterations, 1)
  const stream = split(key(seed), name)
  return {
    name,
    description: { name, computeNs, bytes, iterations, spreadNs, seed },
    program: (member, members) => {
      const peersIn = peers(member, members, split(stream, 'peers'))
      const chances = split(split(stream, 'compute'), member)
      const turns = 2 * Math.max(1, members - 1) + 1
      return (step) => {
        const iteration = Math.floor(step / turns)
        const turn = step % turns
        if (iteration >= iterations) return { type: 'end' }
        if (turn === 0) return { type: 'compute', ns: computeNs + (spreadNs === 0 ? 0 : uniformInt(chances, iteration, spreadNs + 1)) }
        const { to, from } = peersIn(iteration)
        if (turn <= to.length) return { type: 'send', to: to[turn - 1], bytes }
        const waited = turn - 1 - to.length
        // Every iteration has as many steps as the largest has: what is left of them takes no time.
        return waited < from.length ? { type: 'receive', from: from[waited] } : { type: 'compute', ns: 0 }
      }
    }
  }
}

const atLeast = (who: string, what: string, value: number, least: number): void => {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw new RangeError(`${who}: ${what} must be an integer from ${least} on (got ${value})`)
}

/** The greatest divisor not above the square root. */
const rowsOf = (members: number): number => {
  for (let rows = Math.floor(Math.sqrt(members)); rows > 1; rows--) if (members % rows === 0) return rows
  return 1
}
