import { describe, expect, it } from 'vitest'
import { brokenIso } from '../../../properties/isoAddress/brokenIso'
import { exploreIso, type IsoScope } from '../../../properties/isoAddress/exploreIso'

const none = { cache: 0, busy: 9 }

/** Two threads on two nodes that both need a run of which each node has a half. */
const both: IsoScope = {
  nodes: 2,
  owners: [0, 1, 0, 1],
  limits: none,
  threads: [
    { node: 0, steps: [{ type: 'take', n: 2 }, { type: 'give' }] },
    { node: 1, steps: [{ type: 'take', n: 2 }, { type: 'move', to: 0 }, { type: 'give' }] }
  ]
}

const three: IsoScope = {
  nodes: 3,
  owners: [0, 2, 1],
  limits: none,
  threads: [
    { node: 1, steps: [{ type: 'take', n: 2 }] },
    { node: 2, steps: [{ type: 'take', n: 2 }] }
  ]
}

describe('every order of messages of a negotiation', () => {
  it('two at once on two nodes, and a move among them: nothing is wrong', () => {
    const { complete, ends, wrong, states } = exploreIso(both)
    expect({ complete, wrong }).toEqual({ complete: true, wrong: undefined })
    expect([ends > 0, states > 100]).toEqual([true, true])
  })

  it('two at once on three nodes: nothing is wrong', () => {
    expect(exploreIso(three)).toMatchObject({ complete: true, wrong: undefined })
  })

  it('a node cut off at any moment: nobody waits for ever, and no slot has two owners', () => {
    expect(exploreIso({ ...both, threads: [both.threads[1], { node: 0, steps: [{ type: 'take', n: 1 }] }], cuts: 1 })).toMatchObject({
      complete: true,
      wrong: undefined
    })
  })

  it('one of three nodes cut off at any moment of a negotiation: nothing is wrong', () => {
    expect(exploreIso({ ...three, threads: three.threads.slice(0, 1), cuts: 1 })).toMatchObject({ complete: true, wrong: undefined })
  })

  for (const name of ['withoutMutex', 'withoutLocalLock', 'mapsPutTogetherAreSentBack', 'busySlotsHandedOut'])
    it(`${name} is found, by the shortest way`, () => {
      const { wrong } = exploreIso({ ...(name === 'mapsPutTogetherAreSentBack' ? three : both), machine: brokenIso[name].machine })
      expect(brokenIso[name].breaks).toContain(wrong?.invariant)
      expect(wrong?.way.length).toBeGreaterThan(0)
    })

  it('takenFromTheLost is found where a node may be cut off', () => {
    const { machine } = brokenIso.takenFromTheLost
    expect(exploreIso({ ...both, threads: [both.threads[1]], cuts: 1, machine }).wrong).toMatchObject({ invariant: 'disjointOwnership' })
  })
})
