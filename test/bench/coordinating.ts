import { ring } from '../../lib/guest/communication'
import { coordinated } from '../../pipelines/coordinated'
import { type ClusterScope, exploreCluster } from '../../properties/cluster/exploreCluster'
import type { BenchResult } from './timeline'

/** Coordinated checkpoints explored: every interleaving of two and three members, with breakdowns, restarts and time-outs that ring early. */
export const benchCoordinating = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const members = ['a', 'b', 'c']
  const explored = (count: number, iterations: number, scope: Partial<ClusterScope>, more: object = {}) => {
    const names = members.slice(0, count)
    const options = {
      members: names,
      everyNs: 1,
      lingerNs: 2,
      votesWithinNs: 3,
      settledWithinNs: 4,
      patienceNs: 5,
      decisionWithinNs: 6,
      idleNs: 7
    }
    return exploreCluster(coordinated({ ...options, ...more }), {
      members: names,
      communication: ring({ computeNs: 1, bytes: 1, iterations }),
      atAnyTime: (afterNs) => afterNs <= 1,
      mayBeEarly: (afterNs) => afterNs >= 3 && afterNs <= 6,
      ...scope
    })
  }
  const runs = smoke
    ? { 'two members': explored(2, 1, {}) }
    : {
        'two members, two rounds': explored(2, 2, {}),
        'two members, one machine breaks down': explored(2, 2, { faults: 1 }),
        'two members, one time-out rings early': explored(2, 1, { early: 1 }),
        'two members, one breaks down and a decision is awaited too shortly': explored(2, 1, {
          faults: 1,
          early: 1,
          mayBeEarly: (afterNs) => afterNs === 6
        }),
        'two members, one breaks down whenever it likes, and a restart': explored(2, 1, { faults: 1, returns: true }, { restarts: 1 }),
        'two members that do not wait for the decision': explored(2, 1, {}, { decisionWithinNs: 0 }),
        'three members': explored(3, 1, { maxStates: 40_000 })
      }
  const figures = Object.fromEntries(
    Object.entries(runs).flatMap(([name, { states, transitions, depth, complete, wrong }]) => [
      [`${name}: states`, states],
      [`${name}: transitions`, transitions],
      [`${name}: depth`, depth],
      [`${name}: seen to the end`, Number(complete)],
      [`${name}: something wrong`, Number(wrong !== undefined)]
    ])
  )
  return {
    name: 'coordinating',
    figures,
    hash: Object.values(figures)
      .reduce((hash, value) => (Math.imul(hash, 31) + value) >>> 0, 7)
      .toString(16)
  }
}
