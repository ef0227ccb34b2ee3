import type { Address, Request } from './command'
import type { Data } from './data'
import type { Phase, Step } from './phase'
import { awaiting } from './phase'
import type { Signal } from './signal'

type Values<L extends Readonly<Record<string, unknown>>> = { readonly [K in keyof L]: L[K] }

/**
 * Several phases at once, each on its own lane. Answers go to the lane that asked, facts to every lane. Ends when all lanes have ended, with their
 * values by name. With `until`, the end of that lane sends `wound` to the others once: a lane that hears it winds down and ends by itself, with whatever it
 * still owes as its value. The lane that reads must not end before the lane that owes, so `until` names the lane that owes.
 *
 *     lanes({ demand, background }, { until: 'background' })
 */
export const lanes = <L extends Readonly<Record<string, unknown>>>(
  steps: { readonly [K in keyof L]: Step<L[K]> },
  options: { readonly until?: keyof L & string } = {}
): Step<Values<L>> => {
  const names = Object.keys(steps) as (keyof L & string)[]
  const first = names.flatMap((name) => onLane(name, steps[name].requests))
  const phases = Object.fromEntries(names.map((name) => [name, steps[name].phase])) as Phases<L>
  return settle(names, phases, options.until, false, first)
}

type Phases<L> = { readonly [K in keyof L]: Phase<L[K]> }

const onLane = (name: string, requests: readonly Request[]): readonly Request[] =>
  requests.map((r) => ({ ...r, lane: r.lane === '' ? name : `${name}/${r.lane}` }))

/** The signal as lane `name` sees it, or `undefined` when it is an answer for another lane. */
const asSeenBy = (name: string, signal: Signal): Signal | undefined => {
  if (!('to' in signal)) return signal
  const { lane } = signal.to
  const inner = lane === name ? '' : lane.startsWith(`${name}/`) ? lane.slice(name.length + 1) : undefined
  if (inner !== undefined) return addressed(signal, inner)
  return signal.type === 'synced' ? { ...signal, to: { ...signal.to, lane: '..' } } : undefined
}

/** The same answer on another lane. Written out for `sent`, of which a pull hears one a fault: copies of objects of many shapes are slow. */
const addressed = (signal: Extract<Signal, { readonly to: Address }>, lane: string): Signal => {
  const to = { migration: signal.to.migration, lane, tag: signal.to.tag, n: signal.to.n }
  if (signal.type !== 'sent') return { ...signal, to }
  const { type, at, pages, skipped, bytes } = signal
  return { type, at, pages, skipped, bytes, to }
}

const settle = <L extends Readonly<Record<string, unknown>>>(
  names: readonly (keyof L & string)[],
  phases: Phases<L>,
  until: (keyof L & string) | undefined,
  wounded: boolean,
  requests: readonly Request[]
): Step<Values<L>> => {
  if (!wounded && until !== undefined && phases[until].type === 'done') {
    const [next, more] = deliver(names, phases, (_name) => ({ type: 'wound', at: 0, migration: '' }))
    return settle(names, next, until, true, [...requests, ...more])
  }
  if (names.every((name) => phases[name].type === 'done')) {
    const values = Object.fromEntries(names.map((name) => [name, (phases[name] as { readonly value: unknown }).value])) as Values<L>
    return { requests, phase: { type: 'done', value: values } }
  }
  const data = names.map((name): Data => {
    const phase = phases[name]
    return phase.type === 'done' ? [name, 'done', phase.value as Data] : [name, phase.name, phase.data]
  })
  return awaiting(requests, 'lanes', [wounded, data], (signal) => {
    const [next, more] = deliver(names, phases, (name) => asSeenBy(name, signal))
    return next === phases ? undefined : settle(names, next, until, wounded, more)
  })
}

const deliver = <L extends Readonly<Record<string, unknown>>>(
  names: readonly (keyof L & string)[],
  phases: Phases<L>,
  seen: (name: string) => Signal | undefined
): readonly [Phases<L>, readonly Request[]] => {
  let next: Phases<L> = phases
  let requests: readonly Request[] = []
  for (const name of names) {
    const phase = phases[name]
    if (phase.type === 'done') continue
    const signal = seen(name)
    const step = signal && phase.on(signal)
    if (!step) continue
    next = { ...next, [name]: step.phase }
    if (step.requests.length > 0) requests = [...requests, ...onLane(name, step.requests)]
  }
  return [next, requests]
}
