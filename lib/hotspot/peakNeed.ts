import type { Profile } from './profile'

/**
 * How much of a resource a VM needs, from outside (black box): a high percentile of its profile; and `headroom` of it more where the resource was used up, since what it would have taken then cannot be seen. Wood et al. (NSDI 2007, resource provisioning);
 * 0.95 and the estimate plus a bit are recalled, 0.2 is ours, all unverified. NaN where nothing has been observed.
 */
export const peakNeed = (
  of: Pick<Profile, 'percentile'>,
  {
    part = 0.95,
    isSaturated = false,
    headroom = 0.2
  }: { readonly part?: number; readonly isSaturated?: boolean; readonly headroom?: number } = {}
): number => of.percentile(part) * (isSaturated ? 1 + headroom : 1)

/** Bytes of memory that a VM needs, from outside: what it has, and a step more while it swaps (32 MB, recalled of Wood et al., unverified). */
export const memoryNeed = (hasBytes: number, isSwapping: boolean, stepBytes = 32 * 2 ** 20): number =>
  hasBytes + (isSwapping ? stepBytes : 0)
