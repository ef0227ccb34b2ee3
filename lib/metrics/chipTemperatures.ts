import { type ChipHeat, chipHeat } from '../guest/chipHeat'
import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'

/** `clusters` in the order of the thermal model's nodes. `heat` (default `chipHeat()`). `warmUpNs`: nothing counts before (default 0). The chip begins at rest, all clusters idle. */
export type ChipTemperaturesOptions = { readonly clusters: readonly string[]; readonly heat?: ChipHeat; readonly warmUpNs?: Time }

/** The hottest that a cluster has been, which and when; the mean over time of the hottest cluster; and temperatures at the end. */
export type ChipTemperatures = {
  readonly peakCelsius: number
  readonly peakAt: Time
  readonly hottest: string
  readonly meanPeakCelsius: number
  readonly endCelsius: readonly number[]
}

/**
 * Temperatures of a chip's clusters over a journal, by a thermal model of what its user cores do: a core of which no thread is on heats nothing. Cost: a step of the model for each millisecond that a cluster's cores were used alike.
 */
export const chipTemperatures = ({ clusters, heat = chipHeat(), warmUpNs = 0 }: ChipTemperaturesOptions): Fold<Entry, ChipTemperatures> => {
  const idle = clusters.map(() => heat.watts(0))
  return fold<Entry, ChipTemperatures, State>({
    init: () => ({
      at: 0,
      celsius: heat.steady(idle),
      watts: idle,
      running: new Map(),
      sumNs: 0,
      sum: 0,
      peak: Number.NEGATIVE_INFINITY,
      peakAt: 0,
      hottest: 0
    }),
    step: (state, entry) => {
      pass(state, heat, entry.at, warmUpNs)
      if (entry.type !== 'signalled' || (entry.signal.type !== 'threads' && entry.signal.type !== 'placed')) return state
      const { signal } = entry
      const threads = signal.type === 'threads' ? signal.running : gone.has(signal.state) ? 0 : undefined
      if (threads === undefined) return state
      state.running.set(`${signal.migration} ${signal.process}`, threads)
      state.watts = clusters.map((name) => heat.watts(sumOf(state.running, `${name} `)))
      return state
    },
    done: ({ peak, peakAt, hottest, sum, sumNs, celsius }) => ({
      peakCelsius: Math.max(peak, ...(sumNs === 0 ? celsius : [])),
      peakAt,
      hottest: clusters[hottest],
      meanPeakCelsius: sumNs === 0 ? Math.max(...celsius) : sum / sumNs,
      endCelsius: celsius
    })
  })
}

const gone: ReadonlySet<string> = new Set(['frozen', 'left', 'exited', 'lost'])

type State = {
  at: Time
  celsius: readonly number[]
  watts: readonly number[]
  readonly running: Map<string, number>
  sumNs: number
  sum: number
  peak: number
  peakAt: Time
  hottest: number
}

/** The peak lies at an end of a piece of time in which nothing changes, or close to one: pieces of a millisecond are short beside the model's time constants. */
const PIECE_NS = 1_000_000

const pass = (state: State, heat: ChipHeat, until: Time, warmUpNs: Time): void => {
  while (state.at < until) {
    const ns = Math.min(PIECE_NS, until - state.at)
    state.celsius = heat.after(state.celsius, state.watts, ns)
    state.at += ns
    if (state.at <= warmUpNs) continue
    const hottest = Math.max(...state.celsius)
    state.sum += hottest * ns
    state.sumNs += ns
    if (hottest <= state.peak) continue
    state.peak = hottest
    state.peakAt = state.at
    state.hottest = state.celsius.indexOf(hottest)
  }
}

const sumOf = (running: ReadonlyMap<string, number>, prefix: string): number => {
  let sum = 0
  for (const [name, threads] of running) if (name.startsWith(prefix)) sum += threads
  return sum
}
