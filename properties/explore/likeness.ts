import type { Request } from '../../lib/protocol/command'
import type { Phase } from '../../lib/protocol/phase'
import type { Outcome } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import type { Asking } from './asking'
import { dataKey } from './dataKey'
import type { Numbering } from './numbering'
import { phaseNumber } from './phaseNumber'

type Awaiting = Extract<Phase<Outcome>, { readonly type: 'awaiting' }>

/** What a phase made of a signal: the phase that follows with its number, and orders. */
export type Made = { readonly phase: Phase<Outcome>; readonly number: number; readonly requests: readonly Request[] } | 'nothing'

/** Asks a phase. */
export const madeOf = (phase: Awaiting, signal: Signal, numbered: Numbering): Made => {
  const step = phase.on(signal)
  return step === undefined ? 'nothing' : { phase: step.phase, number: phaseNumber(step.phase, numbered), requests: step.requests }
}

/** Is told of each signal that a phase of a number was asked for the first time, what it made of it, and whether choices were made in it. */
export type Likeness = (phase: Awaiting, number: number, text: string, signal: Signal, made: Made, chosen: boolean) => void

/** All objects that were met of one number, and what the first of them made of each signal. */
type Kin = { readonly objects: Set<Awaiting>; readonly heard: Map<string, Heard> }
type Heard = { readonly signal: Signal; readonly made: Made }

/**
 * Whether phases of one name and data are alike, as an exploration takes them to be: each phase that comes out of a step is asked for all signals that others with its name
 * and data are asked for, now or later, and must give equal orders and come to an equal name and data. What it comes to is asked in its turn, as long as
 * `MOST` different objects of a name and data are not met, so that what shows itself many signals later is found too. Not found is what only the later of so many
 * objects remember for more than one signal, or what shows itself only when choices are answered `true`.
 * An answer that one of two takes no notice of is not to what it asked: they use other tags, and then what is under way, which states are told apart by, says so.
 *
 * Throws `RangeError` where a phase remembers what is not in its name and data.
 */
export const likeness = (numbered: Numbering, asking: Asking): Likeness => {
  const all = new Map<number, Kin>()
  /** Phases to be asked for what their like was asked for. */
  const waiting: (readonly [Awaiting, Heard])[] = []

  const kinOf = (number: number): Kin => {
    const known = all.get(number)
    if (known !== undefined) return known
    const kin: Kin = { objects: new Set(), heard: new Map() }
    all.set(number, kin)
    return kin
  }
  const meet = (phase: Phase<Outcome>, number: number, most: number): void => {
    if (phase.type === 'done') return
    const { objects, heard } = kinOf(number)
    if (objects.size >= most || objects.has(phase)) return
    objects.add(phase)
    for (const one of heard.values()) waiting.push([phase, one])
  }
  const askAll = (): void => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [phase, { signal, made }] = next
      const other = madeOf(phase, signal, numbered)
      if (!areEqual(made, other) && !isAnothers(signal, made, other))
        throw new RangeError(
          `explore: phase ${phase.name} remembers what is not in its name and data: at a signal '${signal.type}' it ${inWords(made)}, and with the same name and data it ${inWords(other)}`
        )
      if (other !== 'nothing') meet(other.phase, other.number, MOST)
    }
  }

  return (phase, number, text, signal, made, chosen) => {
    meet(phase, number, Infinity)
    const { objects, heard } = kinOf(number)
    if (!heard.has(text)) {
      const one: Heard = { signal, made: chosen ? asking.aside(() => madeOf(phase, signal, numbered)) : made }
      heard.set(text, one)
      for (const other of objects) if (other !== phase) waiting.push([other, one])
    }
    // Where choices are made each step is taken anew, and as many objects come out.
    if (made !== 'nothing') meet(made.phase, made.number, chosen ? MOST : Infinity)
    if (waiting.length > 0) asking.aside(askAll)
  }
}

/** Objects of one name and data that are asked for more than one signal. */
const MOST = 8

/** Whether a signal is the answer to something that only one of two phases has asked for. */
const isAnothers = (signal: Signal, a: Made, b: Made): boolean => 'to' in signal && (a === 'nothing' || b === 'nothing')

const areEqual = (a: Made, b: Made): boolean => {
  if (a === 'nothing' || b === 'nothing') return a === b
  if (a.number !== b.number || a.requests.length !== b.requests.length) return false
  return a.requests === b.requests || a.requests.length === 0 || dataKey(a.requests) === dataKey(b.requests)
}

const inWords = (made: Made): string => {
  if (made === 'nothing') return 'does nothing'
  const { phase, requests } = made
  const orders = requests.length === 0 ? 'nothing' : requests.map(({ order }) => dataKey(order)).join(' and ')
  return phase.type === 'done' ? `ends with ${dataKey(phase.value)}` : `orders ${orders} and comes to ${phase.name} ${dataKey(phase.data)}`
}
