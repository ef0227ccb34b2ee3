import type { Command } from '../../lib/protocol/command'
import type { Step } from '../../lib/protocol/phase'
import type { Carrier, Outcome } from '../../lib/protocol/pipeline'
import { begin } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import type { Asking } from './asking'
import { dataKey } from './dataKey'
import type { Made } from './likeness'
import { likeness, madeOf } from './likeness'
import type { Numbering } from './numbering'
import { phaseNumber } from './phaseNumber'

/** A carrier whose phase has a number: equal numbers, equal futures of the pipeline. */
export type Heard = { readonly carrier: Carrier; readonly phase: number; readonly commands: readonly Command[] }

/** What a pipeline makes of a signal, as `carry` does; `undefined` when the signal is nobody's. */
export type Hearing = (carrier: Carrier, phase: number, signal: Signal) => Heard | undefined

/** A signal as text, without its time and without what only names it; written out for speed, because each is heard many times. */
const signalKey = (signal: Signal): string => {
  let text: string = 'to' in signal ? `${signal.type} ${signal.to.lane} ${signal.to.tag}` : signal.type
  for (const name in signal) {
    if (name === 'type' || name === 'to' || name === 'migration') continue
    const value = (signal as unknown as Readonly<Record<string, unknown>>)[name]
    text += typeof value === 'number' ? ` ${value}` : ` ${dataKey(value)}`
  }
  return text
}

/** A pipeline's first step. */
export const begun = (migration: string, step: Step<Outcome>, numbered: Numbering): Heard => {
  const [carrier, commands] = begin(migration, step)
  return { carrier, phase: phaseNumber(carrier.phase, numbered), commands }
}

/**
 * A pipeline that is asked once only: a phase is pure, so that what it made of a signal it makes of it again, wherever that is. Steps in which it has made a choice of
 * its own (`asking` counts them) are taken anew each time. Whether phases with one number are indeed alike is asked of them, too (see `likeness`).
 */
export const hearing = (migration: string, numbered: Numbering, asking: Asking): Hearing => {
  const known = new Map<number, Map<string, Made>>()
  const alike = likeness(numbered, asking)
  return ({ phase, n }, number, signal) => {
    if (phase.type === 'done') return undefined
    let ofPhase = known.get(number)
    if (ofPhase === undefined) {
      ofPhase = new Map()
      known.set(number, ofPhase)
    }
    const text = signalKey(signal)
    let made = ofPhase.get(text)
    if (made === undefined) {
      const before = asking.count()
      made = madeOf(phase, signal, numbered)
      const chosen = asking.count() !== before
      if (!chosen) ofPhase.set(text, made)
      alike(phase, number, text, signal, made, chosen)
    }
    return heardOf(migration, n, made)
  }
}

/** A pipeline that is asked each time: for a way that is gone alone, which is then right whatever phases remember. */
export const hearingAnew =
  (migration: string, numbered: Numbering): Hearing =>
  ({ phase, n }, _, signal) =>
    phase.type === 'done' ? undefined : heardOf(migration, n, madeOf(phase, signal, numbered))

const heardOf = (migration: string, n: number, made: Made): Heard | undefined => {
  if (made === 'nothing') return undefined
  const commands = made.requests.map(({ order, lane, tag }, i): Command => ({ order, to: { migration, lane, tag, n: n + i } }))
  return { carrier: { phase: made.phase, n: n + commands.length }, phase: made.number, commands }
}
