import { describe, expect, it } from 'vitest'
import { ring } from '../../lib/guest/communication'
import { coordinated } from '../../pipelines/coordinated'
import { brokenCoordinated } from '../../properties/cluster/brokenCoordinated'
import type { ClusterLedger } from '../../properties/cluster/clusterLedger'
import { type ClusterScope, exploreCluster } from '../../properties/cluster/exploreCluster'

const members = ['a', 'b']
const NEXT = 1
const options = {
  members,
  everyNs: NEXT,
  lingerNs: 2,
  votesWithinNs: 3,
  settledWithinNs: 4,
  patienceNs: 5,
  decisionWithinNs: 6,
  idleNs: 7
}
const scope = (iterations: number): ClusterScope => ({
  members,
  communication: ring({ computeNs: 1, bytes: 1, iterations }),
  atAnyTime: (afterNs) => afterNs <= NEXT
})
const isSealed = ({ a, b }: ClusterLedger): boolean => a.sealed === 1 && b.sealed === 1
/** A member breaks down after the checkpoint, comes back, and the cluster is restarted. */
const restarting = (iterations: number): ClusterScope => ({
  ...scope(iterations),
  faults: 1,
  returns: true,
  breaks: ['a'],
  mayBreak: isSealed
})

describe('coordinated checkpoints of two members, every interleaving', () => {
  it('hold while nothing breaks, and end in a checkpoint', () => {
    const { wrong, complete, states, endings } = exploreCluster(coordinated(options), scope(2))
    expect(wrong).toBeUndefined()
    expect({ complete, states }).toEqual({ complete: true, states: 3884 })
    expect(Object.keys(endings).sort()).toEqual(['aborted aborted aborted', 'completed completed completed'])
  })

  it('hold whichever machine breaks down, whenever', () => {
    const { wrong, complete, endings } = exploreCluster(coordinated(options), { ...scope(1), faults: 1 })
    expect(wrong).toBeUndefined()
    expect(complete).toBe(true)
    // The coordinator broke down when all had voted and nobody had heard: nobody can know what it decided.
    expect(Object.keys(endings)).toContain('undecided undecided lost')
    // Never sealed at one and given up at the other.
    for (const ending of Object.keys(endings)) expect(ending).not.toMatch(/^(completed aborted|aborted completed)/)
  })

  it('hold when a member is back and the cluster is restarted, and the programs come to the end that they have alone', () => {
    const { wrong, complete } = exploreCluster(coordinated({ ...options, restarts: 1 }), restarting(1))
    expect(wrong).toBeUndefined()
    expect(complete).toBe(true)
  })
})

describe('an exploration', () => {
  it('finds that a member whose others go on may not save what came behind a final frame, by the shortest way', () => {
    const { wrong } = exploreCluster(brokenCoordinated.resumedBeforeAllHaveSaved(options), scope(2))
    expect(wrong?.invariant).toBe('cutIsConsistent')
    expect(wrong?.problem).toMatch(/^checkpoint 1: from . to .: frame \d is in the queue and was not sent$/)
    expect(wrong?.way).toHaveLength(12)
  })

  it('finds that the loaded queue goes first', () => {
    const { wrong } = exploreCluster(brokenCoordinated.queueInsertedBehind({ ...options, restarts: 1 }), restarting(2))
    expect(wrong?.invariant).toBe('framesInOrder')
  })

  it('finds that nobody may go on before all are restored', () => {
    const { wrong } = exploreCluster(brokenCoordinated.resumedByTheFirstRestored({ ...options, restarts: 1 }), restarting(2))
    expect(wrong?.invariant).toBe('framesInOrder')
  })

  it('says where a limit stopped it, and refuses a program without end', () => {
    expect(exploreCluster(coordinated(options), { ...scope(2), maxStates: 50 }).complete).toBe(false)
    expect(() =>
      exploreCluster(coordinated({ ...options, members: ['a'] }), { members: ['a', 'b'], communication: scope(1).communication })
    ).toThrow('coordinated: members must name every machine')
  })
})
