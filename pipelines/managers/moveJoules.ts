/**
 * The energy of a live migration itself, at both hosts together, by the bytes that it sends: 0.512 J a MiB, and 20.165 J (Liu, Xu, Jin, Gong & Liao, Performance and energy modeling for live migration of virtual machines, HPDC 2011, for pre-copy on like Xen hosts). That the paper has such a
 * linear model is known, its two figures are recalled, unverified.
 */
export const moveJoules = (bytes: number): number => 0.512 * (bytes / 2 ** 20) + 20.165
