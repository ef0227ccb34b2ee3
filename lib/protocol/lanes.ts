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
 *
 * `during`: lanes each of which is wound down at the end of another, while the rest go on.
 *
 *     lanes({ mtx, dtx, alarm }, { until: 'alarm', during: { dtx: 'mtx' } })
 */
export const lanes = <L extends Readonly<Record<string, unknown>>>(
  steps: { readonly [K in keyof L]: Step<L[K]> },
  { until, during = {} }: Until<NoInfer<keyof L & string>> = {}
): Step<Values<L>> => {
  const names = Object.keys(steps)
  const first = names.map((name) => steps[name])
  const requests = names.flatMap((name, i) => onLane(name, first[i].requests))
  const pairs = Object.entries(during as Readonly<Record<string, string>>).map(
    ([one, other]) => [names.indexOf(one), names.indexOf(other)] as const
  )
  return settle(
    { names, until: until === undefined ? -1 : names.indexOf(until), during: pairs },
    first.map(({ phase }) => phase),
    undefined,
    false,
    requests
  ) as Step<Values<L>>
}

type Until<N extends string> = { readonly until?: N; readonly during?: { readonly [K in N]?: N } }

/** The lanes' names, the place of the one whose end winds the others down (-1: none), and pairs of places: of a lane, and of the one whose end winds it down. */
type Names = { readonly names: readonly string[]; readonly until: number; readonly during: readonly (readonly [number, number])[] }
type Phases = readonly Phase<unknown>[]

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
  const { type, at, pages, skipped, bytes, of } = signal
  return of === undefined ? { type, at, pages, skipped, bytes, to } : { type, at, pages, skipped, bytes, of, to }
}

/** `before`: the phases when this was last settled (absent: never). */
const settle = (
  lanes: Names,
  phases: Phases,
  before: Phases | undefined,
  wounded: boolean,
  requests: readonly Request[]
): Step<Values<Record<string, unknown>>> => {
  const { names, until, during } = lanes
  if (!wounded && until >= 0 && phases[until].type === 'done') {
    const [next, more] = deliver(names, phases, () => WOUND)
    return settle(lanes, next, phases, true, [...requests, ...more])
  }
  if (during.length > 0 && before !== phases) {
    const over = during.filter(([, other]) => phases[other].type === 'done' && before?.[other].type !== 'done').map(([one]) => names[one])
    const [next, more] = deliver(names, phases, (name) => (over.includes(name) ? WOUND : undefined))
    return settle(lanes, next, next === phases ? next : phases, wounded, [...requests, ...more])
  }
  if (phases.every(({ type }) => type === 'done')) {
    const values = Object.fromEntries(phases.map((phase, i) => [names[i], phase.type === 'done' ? phase.value : undefined]))
    return { requests, phase: { type: 'done', value: values } }
  }
  const data = phases.map(
    (phase, i): Data => (phase.type === 'done' ? [names[i], 'done', phase.value as Data] : [names[i], phase.name, phase.data])
  )
  return awaiting(requests, 'lanes', [wounded, data], (signal) => {
    const [next, more] = deliver(names, phases, (name) => asSeenBy(name, signal))
    return next === phases ? undefined : settle(lanes, next, phases, wounded, more)
  })
}

const WOUND: Signal = { type: 'wound', at: 0, migration: '' }

/** One signal to every lane that still runs: their phases after it (the same array when nobody took it), and their requests. */
const deliver = (
  names: readonly string[],
  phases: Phases,
  seen: (name: string) => Signal | undefined
): readonly [Phases, readonly Request[]] => {
  let next: Phase<unknown>[] | undefined
  let requests: readonly Request[] = []
  for (let i = 0; i < names.length; i++) {
    const phase = phases[i]
    if (phase.type === 'done') continue
    const signal = seen(names[i])
    const step = signal && phase.on(signal)
    if (!step) continue
    next ??= phases.slice()
    next[i] = step.phase
    if (step.requests.length > 0) requests = [...requests, ...onLane(names[i], step.requests)]
  }
  return [next ?? phases, requests]
}
