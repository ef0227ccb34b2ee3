import { describe, expect, it } from 'vitest'
import { roomsAt, type Swap, swapsInTurn } from '../../lib/hotspot/swapsInTurn'
import type { FleetView } from '../../lib/protocol/fleet'
import { fleetHost, fleetView, fleetVm, MIB } from './fleetViews'

const hosts = [fleetHost('a', { memoryBytes: 2048 * MIB }), fleetHost('b', { memoryBytes: 2048 * MIB })]
const vms = [fleetVm('u'), fleetVm('v'), fleetVm('w'), fleetVm('x', { memoryBytes: 512 * MIB })]
const view = (placement: readonly number[], goes: Readonly<Record<number, number>> = {}): FleetView =>
  fleetView({ hosts, vms, placement, demand: vms.map(() => 100), goes })
const spot = { host: 0, resource: 'cpu', above: 2, n: 3, predicted: 0.9, threshold: 0.75, why: 'it was hot' } as const
/** u goes from a to b, and w comes back. */
const swap: Swap = {
  left: [
    { vm: 0, from: 0, to: 1 },
    { vm: 2, from: 1, to: 0 }
  ],
  isGoing: false,
  why: 'a swap',
  spot
}
const turn = (swaps: readonly Swap[], at: FleetView, taken: readonly (readonly [vm: number, to: number])[] = []) => {
  const rooms = roomsAt(at, (vm) => vms[vm].memoryBytes)
  for (const [vm, to] of taken) rooms.take(vm, to)
  return swapsInTurn(swaps, at, rooms)
}

describe('swaps', () => {
  it('begin one move when the one before has ended, and end with the last', () => {
    const first = turn([swap], view([0, 0, 1, -1]))
    expect(first.begun).toEqual([{ type: 'startMigration', vm: 0, to: 1, why: 'a swap' }])
    expect(turn(first.swaps, view([0, 0, 1, -1], { 0: 1 }))).toEqual({ swaps: first.swaps, begun: [], givenUp: [] })
    const second = turn(first.swaps, view([1, 0, 1, -1]))
    expect(second.begun).toEqual([{ type: 'startMigration', vm: 2, to: 0, why: 'a swap' }])
    expect(turn(second.swaps, view([1, 0, 0, -1]))).toEqual({ swaps: [], begun: [], givenUp: [] })
  })

  it('are given up, and that is said, when a VM did not get where it should', () => {
    const { swaps } = turn([swap], view([0, 0, 1, -1]))
    expect(turn(swaps, view([0, 0, 1, -1]))).toEqual({
      swaps: [],
      begun: [],
      givenUp: [{ ...spot, isPast: true, why: 'the swap for a is given up: u did not get to b' }]
    })
    expect(turn(swaps, view([1, 0, -1, -1])).givenUp).toMatchObject([{ why: 'the swap for a is given up: w is not on b any more' }])
  })

  it('wait for memory that VMs on their way will leave, and are given up where none does', () => {
    const { swaps } = turn([swap], view([0, 0, 1, -1]))
    // u has arrived and x has come to a: w finds no memory before x has left.
    const waits = turn(swaps, view([1, 0, 1, 0], { 3: 1 }))
    expect(waits).toMatchObject({ begun: [], givenUp: [], swaps: [{ isGoing: false, left: [{ vm: 2 }] }] })
    expect(turn(waits.swaps, view([1, 0, 1, -1])).begun).toMatchObject([{ vm: 2, to: 0 }])
    expect(turn(swaps, view([1, 0, 1, 0])).givenUp).toMatchObject([{ why: 'the swap for a is given up: a has no memory for w' }])
  })

  it('count the memory of what else begins at that look', () => {
    expect(turn([swap], view([0, 0, 1, -1]), [[1, 1]])).toMatchObject({
      begun: [],
      swaps: [],
      givenUp: [{ why: 'the swap for a is given up: b has no memory for u' }]
    })
    expect(turn([swap], view([0, 0, 1, 1]), [[3, 0]])).toMatchObject({ begun: [], givenUp: [], swaps: [{ isGoing: false }] })
  })
})
