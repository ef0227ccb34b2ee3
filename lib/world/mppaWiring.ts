import type { Wired } from '../noc/doubled'
import { feedForwardRoutes } from '../noc/feedForwardRoutes'
import { type Mppa256Options, mppa256 } from '../noc/mppa256'
import { sourceRouted } from '../noc/sourceRouted'

/**
 * How the networks of a chip are wired, the way of packets (which must not draw), and at which node each interface is: `io0`, `io0.1`, .. and `cc0`, .. `usual`: what `mppaWiring` has made, so that a
 * journal may name it instead of holding it whole.
 */
export type ChipWiring = Placed & { readonly usual?: Placed }

type Placed = Wired & { readonly nodeOf: (node: string) => number }

/** The wiring of the MPPA-256, of which not all is published (see `mppaSources`), with feed-forward source routes: no virtual channels, no deadlock. Cost: some 70 ms, so build it once for many chips. */
export const mppaWiring = (options: Pick<Mppa256Options, 'ioLinks'> = {}): ChipWiring => {
  const { topology, nodeOf } = mppa256(options)
  const usual: Placed = {
    topology,
    routing: sourceRouted(topology, feedForwardRoutes(topology)),
    nodeOf: (node) => nodeOf(/^io\d$/.test(node) ? `${node}.0` : node)
  }
  return { ...usual, usual }
}
