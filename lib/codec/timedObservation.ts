import type { Observation } from '../protocol/observation'

/** An observation with its time in s as a file or server has it, by the beginning that they count from (mostly 1970): ns since 1970 are more than a number holds exactly. */
export type TimedObservation = { readonly seconds: number } & Omit<Observation, 'at'>

/** The observation in ns since `fromSeconds`, to the microsecond, as seconds since 1970 are no more exact; one that was taken earlier has a time below 0, and is late everywhere. */
export const timedSince =
  (fromSeconds: number) =>
  ({ seconds, ...observation }: TimedObservation): Observation => ({ ...observation, at: Math.round((seconds - fromSeconds) * 1e6) * 1e3 })
