import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decision, mitigation } from '../../lib/hotspot/mitigation'
import { booksOf, moveIn, type Placement, resources, utilisation, type VmNeed } from '../../lib/hotspot/placement'
import { SATURATION, volume, volumeToSize } from '../../lib/hotspot/volume'

const GIB = 2 ** 30
const vm = (name: string, cpu: number, memory: number, network = 0): VmNeed => ({
  name,
  needs: { cpu, network, memory: memory * GIB },
  sizeBytes: memory * GIB
})
const host = (name: string, memory = 8) => ({ name, capacity: { cpu: 100, network: 100, memory: memory * GIB } })

/** Placements of up to 4 hosts and 8 VMs, in whole hundredths; memory is enough where they are. */
const placements: fc.Arbitrary<Placement> = fc
  .record({
    hosts: fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 4 }),
    vms: fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 4 }), fc.nat()), {
      maxLength: 8
    })
  })
  .map(({ hosts, vms }) => {
    const free = [...hosts]
    const placed = vms.flatMap(([cpu, network, memory, draw], i) => {
      const at = draw % hosts.length
      if (free[at] < memory) return []
      free[at] -= memory
      return [{ need: vm(`v${i}`, cpu, memory, network), at }]
    })
    return { hosts: hosts.map((memory, i) => host(`h${i}`, memory)), vms: placed.map(({ need }) => need), at: placed.map(({ at }) => at) }
  })

const overloaded = (placement: Placement): readonly number[] => {
  const books = booksOf(placement)
  return placement.hosts.map((_, i) => i).filter((i) => isOver(utilisation(books, i)))
}
const isOver = ({ cpu, network, memory }: ReturnType<typeof utilisation>): boolean =>
  cpu > 0.75 + 1e-9 || network > 0.75 + 1e-9 || memory > 1 + 1e-9

/** Plays decisions, and looks at the placement before and after each. */
const played = (
  placement: Placement,
  decisions: readonly Decision[],
  look: (decision: Exclude<Decision, { type: 'unresolved' }>, before: readonly boolean[], after: readonly boolean[]) => void
): Placement => {
  const books = booksOf(placement)
  const hot = () => placement.hosts.map((_, i) => isOver(utilisation(books, i)))
  for (const decision of decisions) {
    if (decision.type === 'unresolved') continue
    const before = hot()
    expect(volume(utilisation(books, decision.host))).toBeCloseTo(decision.volumes[0], 6)
    for (const { vm: which, from, to } of decision.moves) {
      expect(books.at[which]).toBe(from)
      moveIn(books, which, to)
      expect(utilisation(books, to).memory).toBeLessThanOrEqual(1 + 1e-9)
    }
    expect(volume(utilisation(books, decision.host))).toBeCloseTo(decision.volumes[1], 6)
    look(decision, before, hot())
  }
  return { ...placement, at: [...books.at] }
}

describe('volume', () => {
  it('is the product over what is left of each resource, and goes on rising in saturation', () => {
    expect(volume({ cpu: 0, network: 0, memory: 0 })).toBe(1)
    expect(volume({ cpu: 0.5, network: 0.75, memory: 0 })).toBe(8)
    expect(volume({ cpu: 0.5, network: 0, memory: 0 }, 3)).toBe(8)
    expect(volume({ cpu: 1 - SATURATION, network: 0, memory: 0 })).toBeCloseTo(1000, 9)
    expect(volume({ cpu: 1.2, network: 0, memory: 0 })).toBeGreaterThan(volume({ cpu: 1, network: 0, memory: 0 }))
    expect(volumeToSize(8, 2 ** 21)).toBe(4)
  })

  it('rises with each utilisation', () => {
    const use = fc.integer({ min: 0, max: 200 }).map((n) => n / 100)
    fc.assert(
      fc.property(use, use, use, fc.constantFrom(...resources), fc.integer({ min: 1, max: 50 }), (cpu, network, memory, which, more) => {
        const before = { cpu, network, memory }
        expect(volume({ ...before, [which]: before[which] + more / 100 })).toBeGreaterThan(volume(before))
      })
    )
  })
})

describe('mitigation', () => {
  it('moves the VM of the highest volume-to-size ratio to the host of the lowest volume that it fits on', () => {
    const placement: Placement = {
      hosts: [host('a'), host('b'), host('c'), host('d')],
      vms: [vm('big', 50, 4), vm('small', 45, 1), vm('on b', 20, 1), vm('on c', 10, 1), vm('on d', 40, 1)],
      at: [0, 0, 1, 2, 3]
    }
    const [decision] = mitigation(placement, [0])
    expect(decision).toMatchObject({ type: 'move', host: 0, moves: [{ vm: 1, from: 0, to: 2 }] })
  })

  it('takes the next VM where the first fits nowhere, and swaps where none does', () => {
    const full = (name: string) => vm(name, 40, 2)
    const placement: Placement = {
      hosts: [host('a'), host('b')],
      vms: [vm('huge', 60, 1), vm('light', 20, 4), full('x'), vm('y', 10, 1)],
      at: [0, 0, 1, 1]
    }
    expect(mitigation(placement, [0])[0]).toMatchObject({ type: 'move', moves: [{ vm: 1, from: 0, to: 1 }] })
    const tight: Placement = {
      hosts: [host('a'), host('b')],
      vms: [vm('p', 50, 1), vm('q', 50, 1), vm('r', 20, 1), vm('s', 30, 2)],
      at: [0, 0, 1, 1]
    }
    expect(mitigation(tight, [0])[0]).toMatchObject({
      type: 'swap',
      moves: [
        { vm: 0, from: 0, to: 1 },
        { vm: 3, from: 1, to: 0 }
      ]
    })
    expect(mitigation(tight, [0], { swapUpTo: 0 })).toEqual([
      { type: 'unresolved', host: 0, reason: 'none of its VMs fits on another host, nor can any be swapped' }
    ])
  })

  it('goes over a third host where neither side of a swap has memory to spare, and does not swap without one', () => {
    const two: Placement = {
      hosts: [host('a', 4), host('b', 4)],
      vms: [vm('p', 45, 2), vm('q', 45, 2), vm('r', 30, 2), vm('s', 20, 2)],
      at: [0, 0, 1, 1]
    }
    expect(mitigation(two, [0])).toMatchObject([{ type: 'unresolved' }])
    const with3 = (cpu: number) => ({ ...two, hosts: [...two.hosts, { name: 'c', capacity: { cpu, network: 100, memory: 4 * GIB } }] })
    // Who waits on a third host is no hotspot there either: 20 of 27 is within 75 %, 20 of 26 is not.
    expect(mitigation(with3(26), [0])).toMatchObject([{ type: 'unresolved' }])
    expect(mitigation(with3(27), [0])[0]).toMatchObject({
      type: 'swap',
      moves: [
        { vm: 3, from: 1, to: 2 },
        { vm: 0, from: 0, to: 1 },
        { vm: 3, from: 2, to: 0 }
      ]
    })
  })

  it('sends no VM to a host with fewer CPUs than it has, nor back to one in a swap', () => {
    const cpus = (count: number, ...[name, cpu, memory]: Parameters<typeof vm>): VmNeed => ({ ...vm(name, cpu, memory), cpus: count })
    const [a, b, c] = [
      { ...host('a'), cpus: 2 },
      { ...host('b'), cpus: 1 },
      { ...host('c'), cpus: 4 }
    ]
    const move: Placement = { hosts: [a, b, c], vms: [cpus(2, 'p', 60, 1), cpus(2, 'q', 30, 1), vm('r', 10, 1)], at: [0, 0, 2] }
    expect(mitigation(move, [0])[0]).toMatchObject({ type: 'move', moves: [{ vm: 0, from: 0, to: 2 }] })
    expect(mitigation({ ...move, hosts: [a, b], at: [0, 0, 1] }, [0])[0]).toMatchObject({ type: 'unresolved' })
    const swap: Placement = { hosts: [b, c], vms: [vm('p', 50, 1), vm('q', 50, 1), vm('r', 20, 1), vm('s', 30, 2)], at: [0, 0, 1, 1] }
    expect(mitigation(swap, [0])[0]).toMatchObject({ type: 'swap', moves: [{ vm: 0 }, { vm: 3 }] })
    expect(mitigation({ ...swap, vms: swap.vms.map((one) => (one.name === 's' ? { ...one, cpus: 2 } : one)) }, [0])).toMatchObject([
      { type: 'unresolved' }
    ])
  })

  it('leaves alone what is below every threshold, and what it must not do', () => {
    const placement: Placement = { hosts: [host('a'), host('b')], vms: [vm('p', 60, 1), vm('q', 30, 1)], at: [0, 0] }
    expect(mitigation({ ...placement, at: [0, 1] }, [1])).toMatchObject([{ type: 'unresolved', host: 1 }])
    expect(mitigation(placement, [0], { isBarred: (which) => which === 0 })).toMatchObject([{ type: 'move', moves: [{ vm: 1 }] }])
    expect(mitigation(placement, [0], { excluded: (one) => one === 1 })).toMatchObject([{ type: 'unresolved' }])
  })

  it('makes no hotspot, lowers the volume of its host with each decision, and never gives memory twice', () => {
    fc.assert(
      fc.property(placements, (placement) => {
        const decisions = mitigation(placement, overloaded(placement))
        const after = played(placement, decisions, ({ host: relieved, volumes }, before, now) => {
          expect(volumes[1]).toBeLessThan(volumes[0])
          now.forEach((hot, i) => {
            if (hot) expect(before[i]).toBe(true)
          })
          expect(before[relieved]).toBe(true)
        })
        const unresolved = new Set(decisions.flatMap((one) => (one.type === 'unresolved' ? [one.host] : [])))
        expect(new Set(overloaded(after))).toEqual(unresolved)
      }),
      { numRuns: 1000 }
    )
  })

  it('gives up only where no VM can move', () => {
    fc.assert(
      fc.property(placements, (placement) => {
        const decisions = mitigation(placement, overloaded(placement), { swapUpTo: 0 })
        const after = played(placement, decisions, () => {})
        const last = decisions.at(-1)
        if (last?.type !== 'unresolved') return
        for (const [which, at] of after.at.entries())
          if (at === last.host && resources.some((resource) => after.vms[which].needs[resource] > 0))
            for (const to of after.hosts.keys()) {
              if (to === at) continue
              const tried = booksOf(after)
              moveIn(tried, which, to)
              expect(isOver(utilisation(tried, to))).toBe(true)
            }
      }),
      { numRuns: 500 }
    )
  })

  it('is the same whatever the VMs are called', () => {
    fc.assert(
      fc.property(placements, fc.array(fc.string(), { minLength: 8, maxLength: 8 }), (placement, names) => {
        const renamed = { ...placement, vms: placement.vms.map((one, i) => ({ ...one, name: names[i] })) }
        expect(mitigation(renamed, overloaded(renamed))).toEqual(mitigation(placement, overloaded(placement)))
      })
    )
  })

  it('names what is senseless', () => {
    const placement: Placement = { hosts: [host('a')], vms: [vm('p', 60, 1)], at: [0] }
    expect(() => mitigation({ ...placement, at: [1] }, [])).toThrow('placement: p must be on one of 1 hosts (got 1)')
    expect(() => mitigation({ ...placement, at: [] }, [])).toThrow('placement: at must have a host for each of 1 VMs')
    expect(() => mitigation({ ...placement, hosts: [{ ...host('a'), capacity: { cpu: 0, network: 1, memory: 1 } }] }, [])).toThrow(
      'a must have cpu above 0'
    )
    expect(() => mitigation({ ...placement, vms: [vm('p', -1, 1)] }, [])).toThrow('p must need cpu from 0 on (got -1)')
    expect(() => mitigation(placement, [2])).toThrow('mitigation: hot must name hosts by their index (got 2)')
    expect(() => mitigation(placement, [], { swapUpTo: -1 })).toThrow('mitigation: swapUpTo must be')
    expect(() => mitigation(placement, [], { thresholds: { cpu: 0 } })).toThrow('mitigation: thresholds.cpu must be above 0')
  })
})
