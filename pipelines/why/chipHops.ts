import { linksBetween } from '../../lib/noc/linksBetween'
import { type ChipWiring, mppaWiring } from '../../lib/world/mppaWiring'

/** Links that a packet takes from one node of a chip to another (`cc3`, `io0`, `io0.1`), as its routes go (default: the MPPA-256's). Cost: each pair is looked up once. */
export const chipHops = (wiring: ChipWiring = mppaWiring()): ((from: string, to: string) => number) => {
  const known = new Map<string, number>()
  return (from, to) => {
    const pair = `${from} ${to}`
    const links = known.get(pair) ?? linksBetween(wiring, wiring.nodeOf(from), wiring.nodeOf(to)).length
    known.set(pair, links)
    return links
  }
}
