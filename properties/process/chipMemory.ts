import type { Began } from '../invariants/invariant'

/** What a cluster has for processes: cores, page frames, pages of the kernel's pool, bytes for its structures, and for each process places for threads. */
export type ChipMemory = {
  readonly userCores: number
  readonly frames: number
  readonly kernelPages: number
  readonly structureBytes: number
  readonly threads: number
}

/** What the first entry of a chip's journal says that a cluster of it has; nothing of a chip without processes. */
export const chipMemoryOf =
  (began: Began | undefined) =>
  (cluster: string): ChipMemory | undefined => {
    const world = began?.world as { readonly kernel?: ChipMemory & { readonly io?: ChipMemory } } | null | undefined
    return cluster.startsWith('io') ? (world?.kernel?.io ?? world?.kernel) : world?.kernel
  }
