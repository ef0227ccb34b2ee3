import { from, lastValueFrom, of, Subject, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { flitNoc } from '../../lib/noc/flitNoc'
import { flitRouter, zeroLoadCycles } from '../../lib/noc/flitRouter'
import { hopNoc } from '../../lib/noc/hopNoc'
import { type NocSignal, network } from '../../lib/noc/network'
import type { Noc, Packet } from '../../lib/noc/noc'
import { dimensionOrder } from '../../lib/noc/routing'
import { torus } from '../../lib/noc/topology'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'

const topology = torus([4, 4])
const routing = dimensionOrder(topology, 2)
const both: readonly (readonly [string, () => Noc])[] = [
  ['flit by flit', () => flitNoc(topology, routing, flitRouter(), key(1))],
  ['packet by packet', () => hopNoc(topology, routing, flitRouter(), key(1))]
]

describe.each(both)('packets through a network %s', (_, born) => {
  it('are told when their time has come, each subscription with a network of its own', () => {
    const packets = new Subject<Packet>()
    const told: NocSignal[] = []
    packets.pipe(network(born)).subscribe((signal) => told.push(signal))
    packets.next({ cycle: 0, source: 0, destination: 1, flits: 4, tag: 7 })
    expect(told).toEqual([])
    packets.next({ cycle: 100, source: 0, destination: 1, flits: 4, tag: 8 })
    const alone = zeroLoadCycles(flitRouter(), 1, 4)
    expect(told).toEqual([
      { type: 'delivered', cycle: alone, source: 0, destination: 1, flits: 4, tag: 7, offered: 0, injected: 0, hops: 1 }
    ])
    packets.complete()
    expect(told.map((signal) => signal.cycle)).toEqual([alone, 100 + alone])
  })

  it('come out as from the network itself', async () => {
    const traffic = { pattern: uniformTraffic(topology, key(1)), flits: 4, offered: 0.4, key: key(2) }
    const told = await lastValueFrom(from(packetsOf(topology, traffic, 200)).pipe(network(born), toArray()))
    const noc = born()
    for (const { cycle, source, destination, flits, tag } of packetsOf(topology, traffic, 200))
      noc.offer(cycle, source, destination, flits, tag)
    noc.run(1e6)
    const expected: NocSignal[] = []
    noc.take((delivery) => expected.push({ type: 'delivered', ...delivery }))
    expect(told).toEqual(expected)
  })

  it('stop when nobody listens any more, and end in an error when out of order', async () => {
    const two: readonly Packet[] = [0, 1].map((tag) => ({ cycle: 0, source: 0, destination: 5, flits: 1, tag }))
    expect(await lastValueFrom(from(two).pipe(network(born), take(1), toArray()))).toHaveLength(1)
    await expect(lastValueFrom(of({ ...two[0], cycle: 9 }, two[0]).pipe(network(born)))).rejects.toThrow('in order of time')
  })
})

it('a deadlock is told once, with the ring, and ends the stream', async () => {
  const bare = dimensionOrder(topology, 1, { datelines: false })
  const traffic = { pattern: uniformTraffic(topology, key(9)), flits: 16, offered: 1, key: key(7) }
  const told = await lastValueFrom(
    from(packetsOf(topology, traffic, 30_000)).pipe(
      network(() => flitNoc(topology, bare, flitRouter(), key(1))),
      toArray()
    )
  )
  const ends = told.filter(({ type }) => type === 'deadlocked')
  expect([ends.length, told.indexOf(ends[0])]).toEqual([1, told.length - 1])
})
