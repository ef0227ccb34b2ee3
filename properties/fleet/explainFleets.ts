import type { FleetCounterexample } from './checkFleets'
import { fleetHistoryInWords } from './fleetHistoryInWords'
import { fleetPlanInWords } from './fleetPlanInWords'

/** A counterexample as text: what is broken and where, the fleet and its day in words, what happened look by look until then, and how to make the run again. */
export const explainFleets = ({ breach, manager, plan, history, seed, path, runs, shrinks }: FleetCounterexample): string => {
  const { invariant, sentence, violation } = breach
  return [
    `${manager} breaks ${invariant} after ${runs} ${runs === 1 ? 'run' : 'runs'}, made smaller ${shrinks} times`,
    `  expected  ${sentence}`,
    `  seen      ${violation.problem}`,
    ...(violation.look > 0 ? [`            at look ${violation.look}`] : []),
    ...fleetPlanInWords(plan).map((line, i) => `  ${i === 0 ? 'fleet     ' : '          '}${line}`),
    `  again     checkFleets(manager, { seed: ${seed}, path: '${path}' })`,
    ...(history === undefined ? [] : fleetHistoryInWords(history, Math.max(1, violation.look)))
  ].join('\n')
}
