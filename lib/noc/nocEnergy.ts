import type { Delivery, NocCounts } from './noc'
import type { Topology } from './topology'

/**
 * What moving flits costs, in picojoules: `linkPicojoules` for a flit through a router and over the link behind it, `terminalPicojoules` for one through its last router to the
 * terminal.
 */
export type FlitEnergy = { readonly linkPicojoules: number; readonly terminalPicojoules: number }

/**
 * 32 pJ for a flit and hop, a picojoule for each of 32 bits; 16 pJ to a terminal, where there is no link to drive. Round figures of the right order for routers of 28 to 65 nm: recalled,
 * unverified, and no measurement of any chip. Ratios between two runs do not depend on them as long as both have the same share of hops.
 */
export const assumedFlitEnergy: FlitEnergy = { linkPicojoules: 32, terminalPicojoules: 16 }

/** Energy that a network spent on flits: in all, and by link (`node * (ports + 1) + port`, the last port the terminal's) as in `NocCounts.linkFlits`. */
export type NocEnergy = { readonly picojoules: number; readonly linkPicojoules: Float64Array }

/**
 * The energy of what a network has carried: flits by link times the energy of a flit. It counts what moves, not what leaks.
 *
 *     nocEnergy(wiring, noc.counts()).picojoules
 *
 * Errors: `RangeError` when an energy is negative or not finite, or the counts are those of another wiring.
 */
export const nocEnergy = (
  { nodes, ports, name }: Topology,
  { linkFlits }: Pick<NocCounts, 'linkFlits'>,
  energy: FlitEnergy = assumedFlitEnergy
): NocEnergy => {
  check('nocEnergy', energy)
  if (linkFlits.length !== nodes * (ports + 1))
    throw new RangeError(`nocEnergy: ${name} has ${nodes * (ports + 1)} links and terminals (got counts of ${linkFlits.length})`)
  const linkPicojoules = linkFlits.map(
    (flits, link) => flits * (link % (ports + 1) === ports ? energy.terminalPicojoules : energy.linkPicojoules)
  )
  return { linkPicojoules, picojoules: linkPicojoules.reduce((sum, one) => sum + one, 0) }
}

/**
 * The energy of one packet that came in. Law: summed over all deliveries of a network in which nothing is under way, it is `nocEnergy`; over those of a flow or a process, that flow's or
 * process's share. Errors: `RangeError` when an energy is negative or not finite.
 */
export const packetPicojoules = ({ flits, hops }: Pick<Delivery, 'flits' | 'hops'>, energy: FlitEnergy = assumedFlitEnergy): number => {
  check('packetPicojoules', energy)
  return flits * (hops * energy.linkPicojoules + energy.terminalPicojoules)
}

const check = (by: string, energy: FlitEnergy): void => {
  for (const [name, value] of Object.entries(energy))
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`${by}: ${name} must be finite and not negative (got ${value})`)
}
