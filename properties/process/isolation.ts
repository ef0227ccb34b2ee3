import { isKernelOrder, type KernelAnswerKind } from '../../lib/protocol/process'
import { type Invariant, invariant } from '../invariants/invariant'
import { piecesInWords } from './piecesInWords'
import { type Standings, standings, stood } from './standings'
import { noWords, type Words, wrongLoad } from './words'

/**
 * What is a process's own is nobody else's, during a migration too: no page of it holds what another has written, no load gives another's word, no call at an end is answered but to who has opened it, no portal of
 * a user is open to another user's process that it has not allowed, no kernel call is answered to a process.
 */
export const isolation: Invariant = invariant<Memory>({
  name: 'isolation',
  sentence:
    "Nobody loads what another process has stored, uses an end that another has opened, puts into a portal of a user who has not allowed it, or does to processes what only a cluster's own program may.",
  of: 'journal',
  init: (began) => ({ all: standings(began), words: noWords(), ends: new Map(), allowed: new Set(), strange: new Set() }),
  step: (memory, entry, tell, orders) => {
    const { all, words, allowed, strange } = memory
    stood(all, entry)
    if (entry.type === 'commanded' && entry.command.order.type === 'allow')
      allowed.add(`${entry.command.to.migration} ${entry.command.order.from}`)
    if (entry.type === 'commanded' && (entry.command.order.type === 'create' || entry.command.order.type === 'attach')) {
      const own = endsOf(memory, entry.command.to.migration)
      own.set(entry.command.order.end, (own.get(entry.command.order.end) ?? 0) + 1)
    } else if (entry.type === 'commanded' && 'end' in entry.command.order) {
      const { order, to } = entry.command
      if (!endsOf(memory, to.migration).has(order.end)) strange.add(`${to.migration} ${to.n}`)
    }
    const wrong = wrongLoad(words, entry, orders)
    if (wrong?.is === 'foreign') tell(`${wrong.process} loads ${wrong.word} from page ${wrong.page}, which it has never stored`)
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'checked' && signal.foreign.length > 0)
      tell(
        `when ${signal.process} is ${signal.when} on ${signal.migration}, ${piecesInWords(signal.foreign)} hold what another has written`
      )
    if (!('to' in signal) || orders.answered === undefined) return memory
    const { order, to } = orders.answered.command
    const own = endsOf(memory, to.migration)
    if (signal.type === 'refused') {
      strange.delete(`${to.migration} ${to.n}`)
      if (order.type === 'create' || order.type === 'attach') taken(own, order.end)
      return memory
    }
    if (isKernelOrder(order) && !ofMemory.has(order.type) && all.processes.has(to.migration))
      tell(`${to.migration} is a process, and its ${order.type} is answered`)
    if (!('end' in order)) return memory
    if (order.type === 'attach' && order.kind === 'portal' && !mayReach(memory, to.migration, order.remote ?? ''))
      tell(`${to.migration} has a portal to ${order.remote}, which is another user's and has not allowed it`)
    if (strange.delete(`${to.migration} ${to.n}`)) tell(`${to.migration} has not opened ${order.end}, and its ${order.type} is answered`)
    if (order.type === 'close') taken(own, order.end)
    return memory
  }
})

/** `ends`: by program those that it has open, or has asked to open, since a process hears late what its calls came to, and how often; `strange`: calls at ends that their program had not opened; `allowed`: who has ever allowed whom to put into its portal, the reader first. */
type Memory = {
  readonly all: Standings
  readonly words: Words
  readonly ends: Map<string, Map<string, number>>
  readonly allowed: Set<string>
  readonly strange: Set<string>
}

const endsOf = ({ ends }: Memory, who: string): Map<string, number> => {
  const own = ends.get(who) ?? new Map<string, number>()
  ends.set(who, own)
  return own
}

/** One opening less: refused, or closed again. */
const taken = (own: Map<string, number>, end: string): void => {
  const left = (own.get(end) ?? 0) - 1
  if (left > 0) own.set(end, left)
  else own.delete(end)
}

/** Programs of clusters are the system's, which everybody may reach and which reaches everybody. */
const mayReach = ({ all: { processes }, allowed }: Memory, me: string, other: string): boolean => {
  const [one, two] = [processes.get(me), processes.get(other)]
  return one === undefined || two === undefined || one.user === two.user || allowed.has(`${other} ${me}`)
}

const ofMemory: ReadonlySet<string> = new Set<keyof KernelAnswerKind>(['peek', 'poke'])
