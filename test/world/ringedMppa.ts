import { mppa256 } from '../../lib/noc/mppa256'
import type { ChipWiring } from '../../lib/world/mppaWiring'

/** The clusters of an MPPA-256, always up the ring of a row or column and without virtual channels: ways that close a ring, and deadlock. */
export const ringedMppa = (): ChipWiring => {
  const { topology, nodeOf } = mppa256()
  const routing = {
    name: 'rings',
    vcs: 1,
    draws: false,
    next: (node: number, _port: number, _vc: number, _source: number, to: number) =>
      node === to ? topology.ports : node % 4 === to % 4 ? 2 : 0
  }
  return { topology, routing, nodeOf: (node) => nodeOf(/^io\d$/.test(node) ? `${node}.0` : node) }
}
