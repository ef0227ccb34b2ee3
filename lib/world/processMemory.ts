import type { ClusterRoom } from './processOptions'
import type { Stamp } from './processPieces'

/** A kind of memory that a cluster gives out page by page. @internal */
export type PageKind = 'frames' | 'kernelPages'

/** Pages of one kind: whose each is, and what stands in it, which stays there until somebody writes anew. @internal */
type Pool = { readonly owners: (string | undefined)[]; readonly contents: (Stamp | undefined)[]; free: number }

/** A cluster's memory for users and for what its kernel keeps of them: a kernel. Contents are physical: a page that is given back keeps its own. @internal */
export type ClusterMemory = Readonly<Record<PageKind, Pool>> & { structureBytes: number }

/** What a process asks of a cluster's memory. @internal */
export type Demand = Readonly<Record<PageKind, number>> & { readonly structureBytes: number }

/** Memory that nobody has used. @internal */
export const clusterMemory = ({ frames, kernelPages, structureBytes }: ClusterRoom): ClusterMemory => {
  const pool = (n: number): Pool => ({ owners: Array.from({ length: n }), contents: Array.from({ length: n }), free: n })
  return { frames: pool(frames), kernelPages: pool(kernelPages), structureBytes }
}

/** Why a demand cannot be met, as a sentence. @internal */
export const shortOf = (memory: ClusterMemory, demand: Demand): string | undefined => {
  for (const [what, wanted, free] of [
    ['frames', demand.frames, memory.frames.free],
    ['kernel pages', demand.kernelPages, memory.kernelPages.free],
    ['bytes for structures of the kernel', demand.structureBytes, memory.structureBytes]
  ] as const)
    if (wanted > free) return `there is not enough memory: ${wanted} ${what} are needed, and ${free} are free`
  return undefined
}

/** Takes free pages of a kind, those of the lowest numbers; there must be as many. Cost: O(pages of the pool). @internal */
export const takePages = (memory: ClusterMemory, kind: PageKind, count: number, owner: string): readonly number[] => {
  const pool = memory[kind]
  const taken: number[] = []
  for (let i = 0; taken.length < count; i++)
    if (pool.owners[i] === undefined) {
      pool.owners[i] = owner
      taken.push(i)
    }
  pool.free -= count
  return taken
}

/** Gives all pages of an owner back, with what stands in them. @internal */
export const givePages = (memory: ClusterMemory, owner: string): void => {
  for (const kind of ['frames', 'kernelPages'] as const) {
    const pool = memory[kind]
    for (let i = 0; i < pool.owners.length; i++)
      if (pool.owners[i] === owner) {
        pool.owners[i] = undefined
        pool.free++
      }
  }
}
