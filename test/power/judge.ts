import * as E from 'fp-ts/lib/Either'
import { check } from '../../properties/check'
import { sometimes } from '../../properties/sometimes'
import { brokenNetwork } from './networks'
import { happensIn, type SwarmName, swarms, worldsOf } from './swarms'

/** What a judge is told to do: which swarms, how many worlds of each, and the seed. */
export type Job = { readonly swarms: readonly SwarmName[]; readonly runs: number; readonly seed: number }

/**
 * What became of a mutant: which invariant caught it (`sometimes` where something never happened that must), in which swarm, after how many runs of that and of
 * all; or that all `runs` passed.
 */
export type Judgement =
  | {
      readonly type: 'caught'
      readonly by: string
      readonly swarm: SwarmName
      readonly inSwarm: number
      readonly runs: number
      readonly problem: string
    }
  | { readonly type: 'survived'; readonly runs: number }

/** Runs in which all that must happen does. */
const ENOUGH = 200

const judge = ({ swarms: names, runs, seed }: Job): Judgement => {
  let before = 0
  for (const name of names) {
    if (name === 'networks') {
      const broken = brokenNetwork(runs, seed)
      if (broken !== undefined) {
        const { invariant, problem } = broken
        return { type: 'caught', by: invariant, swarm: name, inSwarm: broken.runs, runs: before + broken.runs, problem }
      }
      before += runs
      continue
    }
    let met = false
    const result = check(swarms[name], {
      runs,
      seed,
      worlds: worldsOf(name),
      sometimes,
      // Nobody reads a mutant's counterexample: it is not shrunk.
      progress: ({ type }) => {
        met ||= type === 'shrinking'
      },
      stop: () => met
    })
    if (E.isLeft(result)) {
      const { invariant, violation } = result.left
      const [problem] = violation.problem.split('\n')
      return { type: 'caught', by: invariant, swarm: name, inSwarm: result.left.runs, runs: before + result.left.runs, problem }
    }
    before += result.right.runs
    const never = (happensIn[name] ?? []).filter((what) => result.right.sometimes[what] === 0)
    if (runs >= ENOUGH && never.length > 0)
      return {
        type: 'caught',
        by: 'sometimes',
        swarm: name,
        inSwarm: runs,
        runs: before,
        problem: `${never.join(', ')}: in none of ${runs} runs`
      }
  }
  return { type: 'survived', runs: before }
}

// This file is bundled with a mutated brick and run by itself.
process.stdout.write(JSON.stringify(judge(JSON.parse(process.argv[2]) as Job)))
