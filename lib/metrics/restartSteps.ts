import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'

/**
 * How long each step of a container's move took, in ticks: its `fileSystem` while it ran and, frozen, what was left of it (`drain`); the `preDumps` ahead of the last, their transfer
 * included; the `dump` of its state into a file, the `transfer` of that file, and the `restart` from it until it ran at the target.
 */
export type RestartSteps = {
  readonly fileSystem: Time
  readonly preDumps: Time
  readonly drain: Time
  readonly dump: Time
  readonly transfer: Time
  readonly restart: Time
}

type Step = 'file' | 'dump' | 'send' | 'rebuild'
type State = {
  readonly steps: RestartSteps
  readonly frozen: boolean
  /** What is under way, and since when, by the numbers of the orders. */
  readonly under: ReadonlyMap<number, { readonly step: Step; readonly since: Time }>
  readonly rebuiltSince: Time | undefined
}

/**
 * The steps of one migration, by its orders and their answers. Law: `drain + dump + transfer + restart` is the downtime, but for what lies between an answer and the next order, the
 * suspension and the last barriers. Steps that did not happen are 0.
 */
export const restartSteps: Fold<Entry, RestartSteps> = fold<Entry, RestartSteps, State>({
  init: () => ({ steps: nothing, frozen: false, under: new Map(), rebuiltSince: undefined }),
  step: (state, entry) => {
    if (entry.type === 'commanded') {
      const step = stepOf(entry)
      if (step === undefined) return state
      const under = new Map(state.under).set(entry.command.to.n, { step, since: entry.at })
      return { ...state, under, rebuiltSince: step === 'rebuild' ? entry.at : state.rebuiltSince }
    }
    if (entry.type !== 'signalled') return state
    const { signal } = entry
    if (signal.type === 'suspended') return { ...state, frozen: true }
    if (signal.type === 'activated') {
      const restart = signal.where === 'target' && state.rebuiltSince !== undefined ? signal.at - state.rebuiltSince : 0
      return { ...state, frozen: false, rebuiltSince: undefined, steps: { ...state.steps, restart: state.steps.restart + restart } }
    }
    const under = 'to' in signal ? state.under.get(signal.to.n) : undefined
    if (under === undefined || !('to' in signal)) return state
    const left = new Map(state.under)
    left.delete(signal.to.n)
    const name = nameOf(under.step, state.frozen)
    const steps = name === undefined ? state.steps : { ...state.steps, [name]: state.steps[name] + signal.at - under.since }
    return { ...state, under: left, steps }
  },
  done: ({ steps }) => steps
})

const nothing: RestartSteps = { fileSystem: 0, preDumps: 0, drain: 0, dump: 0, transfer: 0, restart: 0 }

const stepOf = ({ command: { order } }: Extract<Entry, { readonly type: 'commanded' }>): Step | undefined => {
  if (order.type === 'dump' || order.type === 'rebuild') return order.type
  return order.type !== 'send' ? undefined : order.of === 'disk' ? 'file' : 'send'
}

/** A restart is counted to the guest's first instruction, not to its order's answer. */
const nameOf = (step: Step, frozen: boolean): keyof RestartSteps | undefined => {
  if (step === 'rebuild') return undefined
  if (step === 'file') return frozen ? 'drain' : 'fileSystem'
  if (!frozen) return 'preDumps'
  return step === 'dump' ? 'dump' : 'transfer'
}
