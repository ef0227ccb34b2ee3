import type { Amounts } from './placement'

/**
 * The volume of a host or VM: `1/(1-cpu) · 1/(1-net) · 1/(1-mem)` of its utilisations (Wood et al., NSDI 2007, hotspot mitigation), the more the fuller it is in any of them. A resource in full use counts as used up to all but
 * `SATURATION`, and one of which more is needed than there is as so much less. `cpus`: the term of the CPU counts once for each, of a whole number of them (recalled of the journal version of 2009, unverified). Law: rises with each utilisation; 1 of what is idle.
 */
export const volume = ({ cpu, network, memory }: Amounts, cpus = 1): number => 1 / (power(free(cpu), cpus) * free(network) * free(memory))

/** What is left of a resource in full use, for volumes: `ε` of a later reimplementation (cloud-control/vm-migration-sim), and unverified. */
export const SATURATION = 0.001

/** A VM's volume per MiB that its migration must copy: what a move relieves for its cost (Wood et al., NSDI 2007). Infinity for a size of 0. */
export const volumeToSize = (of: number, sizeBytes: number): number => of / (sizeBytes / 2 ** 20)

const free = (used: number): number => (used < 1 - SATURATION ? 1 - Math.max(0, used) : SATURATION / (used + SATURATION))

const power = (base: number, exponent: number): number => {
  let product = 1
  for (let i = 0; i < exponent; i++) product *= base
  return product
}
