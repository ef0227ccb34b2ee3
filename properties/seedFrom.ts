import * as random from '../lib/random/random'
import type { CheckOptions } from './checkOptions'

/** The seed of a swarm from text: an integer as it stands, any other text as a number of its own; `undefined` where there is none. */
export const seedFrom = (text: string | undefined): number | undefined => {
  if (text === undefined || text.trim() === '') return undefined
  const n = Number(text)
  return /^\s*-?\d+\s*$/.test(text) && n === (n | 0) ? n : random.key(text).a
}

/**
 * What the environment asks of a check, for tests: `check(pipeline, { runs: 400, seed: 1, ...asked(process.env) })`. `SEED`: any integer or text.
 * `SEED_PATH`: a counterexample's path, to see it again. `RUNS`: an integer above 0. Throws `RangeError` on any other number of runs.
 */
export const asked = (environment: Readonly<Record<string, string | undefined>>): Pick<CheckOptions, 'seed' | 'path' | 'runs'> => {
  const { SEED, SEED_PATH, RUNS } = environment
  const seed = seedFrom(SEED)
  const runs = RUNS === undefined || RUNS === '' ? undefined : Number(RUNS)
  if (runs !== undefined && !(Number.isSafeInteger(runs) && runs > 0))
    throw new RangeError(`asked: RUNS must be an integer above 0 (got ${RUNS})`)
  return { ...(seed === undefined ? {} : { seed }), ...(SEED_PATH ? { path: SEED_PATH } : {}), ...(runs === undefined ? {} : { runs }) }
}
