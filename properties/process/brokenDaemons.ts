import type { Order } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Signal } from '../../lib/protocol/signal'
import type { Otherwise } from './alteredDaemon'
import type { ProcessInvariant } from './processInvariants'

/** A daemon that does something wrong, and what finds it. */
export type BrokenDaemon = { readonly found: ProcessInvariant; readonly otherwise: () => Otherwise }

/** What is answered at once and does nothing. */
const nothing: Order = { type: 'wake', afterNs: 0 }

const inPlaceOf =
  (type: Order['type'], other: (order: Order) => Order): (() => Otherwise) =>
  () => ({ order: (order) => (order.type === type ? other(order) : order) })

const hearing =
  (hears: (signal: Signal) => Signal): (() => Otherwise) =>
  () => ({ hears })

/** The content of an extracted piece as the kernels write it: what they keep of its threads stands in `had`. */
type Written = { readonly of: string; readonly section: string; readonly index: number; readonly had?: readonly number[] }

/** Daemons that move processes wrongly, by what is wrong; for whoever writes daemons of their own, and to see that each invariant can fail. */
export const brokenDaemons: Readonly<Record<string, BrokenDaemon>> = {
  /** The source drops its copy when everything has been sent, and does not wait until the target has let it go on. */
  forgetsBeforeTheAcknowledgement: {
    found: 'exactlyOneRuns',
    otherwise: inPlaceOf('repoint', (order) => (order.type === 'repoint' ? { type: 'forget', process: order.process } : order))
  },
  /** When the target has let it go on the source lets it go on too. */
  unfreezesBoth: {
    found: 'exactlyOneRuns',
    otherwise: inPlaceOf('forget', (order) => (order.type === 'forget' ? { type: 'unfreeze', process: order.process } : order))
  },
  /** The source's copy stays for ever. */
  neverForgets: { found: 'migrationsEnd', otherwise: inPlaceOf('forget', () => nothing) },
  /** A process whose move has failed stays frozen where it is. */
  leavesFrozenWhatDoesNotMove: {
    found: 'migrationsEnd',
    otherwise: () => {
      const frozen = new Set<string>()
      return {
        order: (order) => {
          if (order.type === 'freeze') frozen.add(order.process)
          else if (order.type === 'admit') frozen.delete(order.made.process)
          return order.type === 'unfreeze' && frozen.has(order.process) ? nothing : order
        }
      }
    }
  },
  /** What was written since the last round of a pre-copy is not sent. */
  skipsTheLastRound: {
    found: 'memoryExact',
    otherwise: hearing((signal) => (signal.type === 'collected' ? { ...signal, pieces: [] } : signal))
  },
  /** A buffer is not cleared between two processes: a page of the first goes into the second. */
  installsIntoTheWrongProcess: {
    found: 'isolation',
    otherwise: () => {
      const first = new Map<string, Data>()
      return {
        hears: (signal) => {
          if (signal.type !== 'extracted') return signal
          const { of, section, index } = signal.content as Written
          if (section !== 'frames' && section !== 'user') return signal
          const known = first.get(`${section} ${index}`)
          if (known === undefined) first.set(`${section} ${index}`, signal.content)
          return known === undefined || (known as Written).of === of ? signal : { ...signal, content: known }
        }
      }
    }
  },
  /** Threads begin their work anew where they come to. */
  losesWhatThreadsHaveDone: {
    found: 'workConserved',
    otherwise: hearing((signal) => {
      if (signal.type !== 'extracted') return signal
      const content = signal.content as Written
      return content.had === undefined ? signal : { ...signal, content: { ...content, had: content.had.map(() => 0) } as Data }
    })
  },
  /** One page of a post-copy is never fetched. */
  leavesOnePage: {
    found: 'faultsServed',
    otherwise: inPlaceOf('install', (order) =>
      order.type === 'install' && order.piece.section === 'user' && order.piece.index === 0 ? nothing : order
    )
  },
  /** Nobody is told where the process is now. */
  neverRepoints: { found: 'messagesFollow', otherwise: inPlaceOf('repoint', () => nothing) }
}
