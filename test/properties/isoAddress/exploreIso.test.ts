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

/** Two threads on two nodes that change places, where a node has no memory for both; caches are full of what has left. */
const crowded: IsoScope = {
  nodes: 2,
  owners: [0, 0, 1, 1],
  limits: { cache: 2, busy: 9, mapped: 3 },
  threads: [
    {
      node: 0,
      steps: [{ type: 'take', n: 2 }, { type: 'move', to: 1 }, { type: 'give' }]
    },
    {
      node: 1,
      steps: [
        { type: 'take', n: 1 },
        { type: 'take', n: 1 },
        { type: 'move', to: 0 }
      ]
    }
  ]
}

describe('every order of messages where memory has a bound', () => {
  it('threads that change places, and take more: nothing is wrong, and no node has more mapped than it holds', () => {
    const { complete, wrong, states } = exploreIso(crowded)
    expect([complete, wrong, states > 100]).toEqual([true, undefined, true])
  })

  it('the same, and a node cut off at any moment', () => {
    const { complete, wrong } = exploreIso({ ...crowded, cuts: 1 })
    expect([complete, wrong]).toEqual([true, undefined])
  })

  it('with a negotiation in between, which empties no cache while its map is locked', () => {
    const { complete, wrong } = exploreIso({
      ...crowded,
      owners: [0, 1, 0, 1],
      limits: { cache: 2, busy: 9, mapped: 4 },
      threads: [
        { node: 0, steps: [{ type: 'take', n: 1 }, { type: 'give' }, { type: 'take', n: 3 }] },
        {
          node: 1,
          steps: [
            { type: 'take', n: 1 },
            { type: 'move', to: 0 }
          ]
        }
      ]
    })
    expect([complete, wrong]).toEqual([true, undefined])
  })

  for (const name of ['slotsWithoutMemory', 'everybodyMayCome', 'comesUnasked', 'promisesForgotten', 'roomUnheard'])
    it(`${name} is found, by the shortest way`, () => {
      const { wrong } = exploreIso({ ...crowded, machine: brokenIso[name].machine })
      expect(brokenIso[name].breaks).toContain(wrong?.invariant)
    })
})

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
