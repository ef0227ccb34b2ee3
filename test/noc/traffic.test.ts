import { describe, expect, it } from 'vitest'
import { mesh, torus } from '../../lib/noc/topology'
import {
  bitComplementTraffic,
  bitReverseTraffic,
  hotspotTraffic,
  neighborTraffic,
  packetsOf,
  permutationTraffic,
  shuffleTraffic,
  type TrafficPattern,
  tornadoTraffic,
  transposeTraffic,
  uniformTraffic
} from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'

const four = torus([4, 4])
const destinations = ({ destination }: TrafficPattern): readonly number[] =>
  Array.from({ length: 16 }, (_, source) => destination(source, 0))

describe('traffic patterns', () => {
  it('are the permutations of their names', () => {
    expect(destinations(neighborTraffic(four)).slice(0, 5)).toEqual([5, 6, 7, 4, 9])
    expect(destinations(tornadoTraffic(four)).slice(0, 5)).toEqual([5, 6, 7, 4, 9])
    expect(destinations(tornadoTraffic(torus([8, 2]))).slice(0, 9)).toEqual([3, 4, 5, 6, 7, 0, 1, 2, 11])
    expect(destinations(transposeTraffic(four)).slice(0, 5)).toEqual([0, 4, 8, 12, 1])
    expect(destinations(bitComplementTraffic(four)).slice(0, 3)).toEqual([15, 14, 13])
    expect(destinations(bitReverseTraffic(four)).slice(0, 4)).toEqual([0, 8, 4, 12])
    expect(destinations(shuffleTraffic(four)).slice(7, 10)).toEqual([14, 1, 3])
    for (const pattern of [permutationTraffic(four, key(3)), transposeTraffic(four), shuffleTraffic(four)])
      expect([...destinations(pattern)].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i))
  })

  it('uniform goes everywhere alike, hotspot its share to one node', () => {
    const counts = new Array(16).fill(0)
    const uniform = uniformTraffic(four, key(1))
    for (let n = 0; n < 16_000; n++) counts[uniform.destination(3, n)]++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
    const hot = hotspotTraffic(four, key(1), { at: 6, share: 0.5 })
    const to = Array.from({ length: 4000 }, (_, n) => hot.destination(2, n)).filter((node) => node === 6).length
    expect(Math.abs(to - 4000 * (0.5 + 0.5 / 16))).toBeLessThan(150)
  })

  it('refuse wirings they do not fit', () => {
    expect(() => transposeTraffic(torus([4, 2]))).toThrow('transposeTraffic: two dimensions of one radix (got torus4x2)')
    expect(() => shuffleTraffic(mesh([3]))).toThrow('shuffle traffic: the number of nodes must be a power of two (got 3)')
    expect(() => hotspotTraffic(four, key(1), { at: 16, share: 0.5 })).toThrow('nodes are numbered from 0 to 15 (got 16)')
    expect(() => hotspotTraffic(four, key(1), { at: 1, share: 2 })).toThrow('share must be from 0 to 1 (got 2)')
    expect(() => [...packetsOf(four, { pattern: neighborTraffic(four), flits: 2, offered: 3, key: key(1) }, 5)]).toThrow(
      'offered must be from 0 to 2'
    )
  })
})

it('packets are offered at the mean that is asked for, in order of time, the same for the same key', () => {
  const traffic = { pattern: neighborTraffic(four), flits: 4, offered: 0.3, key: key(2) }
  const packets = [...packetsOf(four, traffic, 5_000)]
  expect((packets.length * 4) / 5_000 / 16).toBeCloseTo(0.3, 2)
  expect(packets.every(({ cycle }, i) => i === 0 || cycle >= packets[i - 1].cycle)).toBe(true)
  expect([...packetsOf(four, traffic, 5_000)]).toEqual(packets)
})
