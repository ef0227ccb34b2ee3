/** Watts of a server at 0, 10, .. 100 % of its CPU, linear between: what SPECpower_ssj2008 reports. */
export type ServerPower = readonly number[]

/**
 * Two servers as CloudSim 4.0 has them from SPECpower_ssj2008 (PowerModelSpecPowerHpProLiantMl110G4Xeon3040 and ..G5Xeon3075): HP ProLiant ML110 G4 with two cores of 1,860 MHz, and G5 with two of 2,660 MHz.
 */
export const specPower = {
  hpMl110G4: [86, 89.4, 92.6, 96, 99.5, 102, 106, 108, 112, 114, 117],
  hpMl110G5: [93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135]
} as const satisfies Readonly<Record<string, ServerPower>>

/** Watts at a utilisation of the CPU; below 0 counts as 0, above 1 as 1. Cost: O(1). */
export const wattsAt = (power: ServerPower, utilisation: number): number => {
  const steps = power.length - 1
  const at = Math.min(1, Math.max(0, utilisation)) * steps
  const low = Math.min(steps - 1, Math.floor(at))
  return power[low] + (power[low + 1] - power[low]) * (at - low)
}
