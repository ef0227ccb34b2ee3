import * as fc from 'fast-check'
import { booksOf, type Move, moveIn, type Placement, utilisation, type VmNeed } from '../../lib/hotspot/placement'

/** Bytes of a gibibyte. */
export const GIB = 2 ** 30

/** A VM that needs so many hundredths of a host's CPU and network, and GiB of memory. */
export const vm = (name: string, cpu: number, memory: number, network = 0, cpus?: number): VmNeed => ({
  name,
  needs: { cpu, network, memory: memory * GIB },
  sizeBytes: memory * GIB,
  ...(cpus === undefined ? {} : { cpus })
})

/** A host of 100 of CPU and network, with so many GiB of memory. */
export const host = (name: string, memory = 8, cpus?: number) => ({
  name,
  capacity: { cpu: 100, network: 100, memory: memory * GIB },
  ...(cpus === undefined ? {} : { cpus })
})

/** Placements of 1 to `hosts` hosts and up to `vms` VMs, in whole hundredths and GiB; memory is enough where they are. */
export const placements = ({ hosts = 4, vms = 8 } = {}): fc.Arbitrary<Placement> =>
  fc
    .record({
      hosts: fc.array(fc.tuple(fc.integer({ min: 2, max: 9 }), fc.constantFrom(undefined, 1, 2)), { minLength: 1, maxLength: hosts }),
      vms: fc.array(
        fc.tuple(
          fc.integer({ min: 0, max: 60 }),
          fc.integer({ min: 0, max: 60 }),
          fc.integer({ min: 1, max: 4 }),
          fc.constantFrom(undefined, 1, 2),
          fc.nat()
        ),
        { maxLength: vms }
      )
    })
    .map(({ hosts: drawn, vms: wanted }) => {
      const free = drawn.map(([memory]) => memory)
      const placed = wanted.flatMap(([cpu, network, memory, cpus, draw], i) => {
        const at = draw % drawn.length
        if (free[at] < memory) return []
        free[at] -= memory
        return [{ need: vm(`v${i}`, cpu, memory, network, cpus), at }]
      })
      return {
        hosts: drawn.map(([memory, cpus], i) => host(`h${i}`, memory, cpus)),
        vms: placed.map(({ need }) => need),
        at: placed.map(({ at }) => at)
      }
    })

/** Whether a host is above 75 % of CPU or network, or its memory. */
export const isOver = ({ cpu, network, memory }: ReturnType<typeof utilisation>): boolean =>
  cpu > 0.75 + 1e-9 || network > 0.75 + 1e-9 || memory > 1 + 1e-9

/** The hosts that are. */
export const overloaded = (placement: Placement): readonly number[] => {
  const books = booksOf(placement)
  return placement.hosts.map((_, i) => i).filter((i) => isOver(utilisation(books, i)))
}

/** Whether each host has as many CPUs as each VM that has come to it. */
export const hasCpus = ({ hosts, vms, at: before }: Placement, at: readonly number[]): boolean =>
  at.every((to, one) => to === before[one] || (vms[one].cpus ?? 1) <= (hosts[to].cpus ?? Infinity))

/** Where the VMs are after moves that are made one after the other; what is wrong with a move is in words. */
export const playedMoves = (placement: Placement, moves: readonly Move[]): { readonly at: readonly number[]; readonly wrong?: string } => {
  const books = booksOf(placement)
  for (const { vm: which, from, to } of moves) {
    if (books.at[which] !== from || from === to) return { at: [...books.at], wrong: `${which} is not on ${from}` }
    moveIn(books, which, to)
    if (utilisation(books, to).memory > 1 + 1e-9) return { at: [...books.at], wrong: `${to} has not the memory for ${which}` }
  }
  return { at: [...books.at] }
}

/** Bytes of the VMs that are elsewhere. */
export const bytesMoved = ({ vms, at: before }: Placement, at: readonly number[]): number =>
  vms.reduce((sum, { sizeBytes }, i) => sum + (at[i] === before[i] ? 0 : sizeBytes), 0)
