import type { Command, Request } from '../../lib/protocol/command'
import type { Phase, Step } from '../../lib/protocol/phase'
import type { Carrier, Outcome } from '../../lib/protocol/pipeline'
import { begin } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { dataKey } from './dataKey'
import type { Numbering } from './numbering'

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

type Known = { readonly phase: Phase<Outcome>; readonly number: number; readonly requests: readonly Request[] } | 'nobody'

/** The number of a phase by its name and data, which hold all that can influence its future. */
export const phaseNumber = (phase: Phase<Outcome>, numbered: Numbering): number =>
  numbered(phase.type === 'done' ? `; ${dataKey(phase.value)}` : `${phase.name} ${dataKey(phase.data)}`)

/** A pipeline's first step. */
export const begun = (migration: string, step: Step<Outcome>, numbered: Numbering): Heard => {
  const [carrier, commands] = begin(migration, step)
  return { carrier, phase: phaseNumber(carrier.phase, numbered), commands }
}

/**
 * A pipeline that is asked once only: a phase is pure, so that what it made of a signal it makes of it again, wherever that is. Steps in which it has made a choice of
 * its own (`asked` counts them) are taken anew each time.
 */
export const hearing = (migration: string, numbered: Numbering, asked: () => number): Hearing => {
  const known = new Map<number, Map<string, Known>>()
  return ({ phase, n }, number, signal) => {
    if (phase.type === 'done') return undefined
    let ofPhase = known.get(number)
    if (ofPhase === undefined) {
      ofPhase = new Map()
      known.set(number, ofPhase)
    }
    const text = signalKey(signal)
    let next = ofPhase.get(text)
    if (next === undefined) {
      const before = asked()
      const step = phase.on(signal)
      next = step === undefined ? 'nobody' : { phase: step.phase, number: phaseNumber(step.phase, numbered), requests: step.requests }
      if (asked() === before) ofPhase.set(text, next)
    }
    if (next === 'nobody') return undefined
    const commands = next.requests.map(({ order, lane, tag }, i): Command => ({ order, to: { migration, lane, tag, n: n + i } }))
    return { carrier: { phase: next.phase, n: n + commands.length }, phase: next.number, commands }
  }
}
