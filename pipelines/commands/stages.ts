import type { Entry } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
import { formatNumber } from '../../lib/report/numbers'
import { type Fold, fold } from '../../lib/stream/fold'
import { formatTime, type Time } from '../../lib/time/time'

/** Something that a person following one migration wants to know: when it happened, since the first command, and what. */
export type Stage = { readonly at: Time; readonly what: string }

/** The stages of one migration's entries (Clark et al., NSDI 2005, §3, Fig. 1, and the rounds and readings of the dirty log inside stage 2). */
export const stages: Fold<Entry, readonly Stage[]> = fold<Entry, readonly Stage[], Stages>({
  init: () => ({ started: undefined, found: [] }),
  step: (state, entry) => {
    if (entry.type === 'commanded') state.started ??= entry.at
    if (entry.type === 'ended') state.found.push({ at: entry.at, what: `ended: ${entry.outcome.type}` })
    const what = entry.type === 'signalled' ? inWords(entry.signal) : undefined
    if (what !== undefined) state.found.push({ at: entry.at, what })
    return state
  },
  done: ({ started = 0, found }) => found.map(({ at, what }) => ({ at: at - started, what }))
})

/** Stages as lines, the time first. */
export const stagesText = (found: readonly Stage[]): string => {
  const times = found.map(({ at }) => formatTime(at))
  const width = Math.max(0, ...times.map((time) => time.length))
  return found.map(({ what }, i) => `${times[i].padStart(width)}  ${what}`).join('\n')
}

type Stages = { started: Time | undefined; readonly found: Stage[] }

const inWords = (signal: Signal): string | undefined => {
  switch (signal.type) {
    case 'preselected':
      return 'preselected: a target is chosen'
    case 'reserved':
      return `reserved: the target has ${formatNumber(signal.bytes / 1e6, 1)} MB for the guest`
    case 'refused':
      return `refused: ${signal.reason}`
    case 'round':
      return `round ${signal.round}${ofDisk(signal)}: ${formatNumber(signal.pages)} ${pagesOf(signal)} to send`
    case 'synced':
      return `synced${ofDisk(signal)}: ${formatNumber(signal.dirty.count)} ${pagesOf(signal)} were written since the last reading of the dirty log`
    case 'suspended':
      return 'suspended: the guest stands still'
    case 'committed':
      return 'committed: the target owns the guest'
    case 'activated':
      return `activated: the guest runs at the ${signal.where}`
    case 'redirected':
      return 'redirected: the network delivers to the target'
    case 'released':
      return `released: the source is ${signal.needs.length === 0 ? 'no longer needed' : `still needed for ${signal.needs.join(', ')}`}`
    case 'failed':
      return `failed: the ${signal.what}, ${signal.reason}`
    case 'exited':
      return 'exited: the program in the guest has ended'
    default:
      return undefined
  }
}

type Of = { readonly of?: 'disk' }

const ofDisk = ({ of }: Of): string => (of === 'disk' ? ' of the disk' : '')
const pagesOf = ({ of }: Of): string => (of === 'disk' ? 'blocks' : 'pages')
