import { describe, expect, it } from 'vitest'
import { allToAll, type Communication, embarrassinglyParallel, nearestNeighbours, randomPairs, ring } from '../../lib/guest/communication'

const options = { computeNs: 5, bytes: 10, iterations: 3 }
const all: readonly Communication[] = [ring, allToAll, nearestNeighbours, randomPairs, embarrassinglyParallel].map((of) => of(options))

/** Frames by iteration-free count of each channel, over the whole program. */
const channels = ({ program }: Communication, members: number): Readonly<Record<string, readonly [sent: number, awaited: number]>> => {
  const counts: Record<string, [number, number]> = {}
  const at = (from: number, to: number): [number, number] => (counts[`${from}>${to}`] ??= [0, 0])
  for (let member = 0; member < members; member++) {
    const steps = program(member, members)
    for (let step = 0, action = steps(0); action.type !== 'end'; action = steps(++step)) {
      if (action.type === 'send') at(member, action.to)[0]++
      else if (action.type === 'receive') at(action.from, member)[1]++
    }
  }
  return counts
}

describe('a pattern of communication', () => {
  it('awaits every frame that it sends, and sends none to itself', () => {
    for (const one of all)
      for (let members = 1; members <= 9; members++)
        for (const [channel, [sent, awaited]] of Object.entries(channels(one, members))) {
          expect([one.name, members, channel, awaited]).toEqual([one.name, members, channel, sent])
          expect(channel.split('>')[0]).not.toBe(channel.split('>')[1])
        }
  })
  it('is a ring, all pairs, or a torus', () => {
    expect(Object.keys(channels(ring(options), 3))).toEqual(['0>1', '2>0', '1>2'])
    expect(Object.keys(channels(allToAll(options), 4))).toHaveLength(12)
    expect(Object.keys(channels(nearestNeighbours(options), 6))).toHaveLength(6 * 3)
    expect(Object.keys(channels(nearestNeighbours(options), 9))).toHaveLength(9 * 4)
  })
  it('draws other pairs in each iteration from its seed', () => {
    const many = { ...options, iterations: 20 }
    expect(Object.keys(channels(randomPairs(many), 5)).length).toBeGreaterThan(10)
    expect(channels(randomPairs(many), 5)).toEqual(channels(randomPairs(many), 5))
    expect(channels(randomPairs({ ...many, seed: 2 }), 5)).not.toEqual(channels(randomPairs(many), 5))
  })
  it('refuses what takes no time', () => {
    expect(() => ring({ computeNs: 0, bytes: 1 })).toThrow('ring: computeNs must be an integer from 1 on (got 0)')
  })
})
