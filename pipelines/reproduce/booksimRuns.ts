import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FlitRouter } from '../../lib/noc/flitRouter'
import { packageRoot } from '../packageRoot'

/** A point of a latency curve, as BookSim2 measured it: loads in flits a node and cycle, latencies in cycles. `steady`: far enough from saturation for its latency to mean something. */
export type BooksimPoint = {
  readonly topology: string
  readonly traffic: string
  readonly flits: number
  readonly offered: number
  readonly seed: number
  readonly packetLatency: number
  readonly networkLatency: number
  readonly hops: number
  readonly accepted: number
  readonly packets: number
  readonly steady: boolean
}

/** What came in, in flits a node and cycle, when every node offered one. */
export type BooksimSaturation = { readonly topology: string; readonly traffic: string; readonly flits: number; readonly accepted: number }

/** The fastest packet of a lone flow. */
export type BooksimLone = { readonly router: Partial<FlitRouter>; readonly links: number; readonly flits: number; readonly fastest: number }

/** The measurements with BookSim2 that come with the package. */
export const booksimRuns = (): {
  readonly points: readonly BooksimPoint[]
  readonly saturation: readonly BooksimSaturation[]
  readonly lone: readonly BooksimLone[]
} => {
  const { points, saturation, lone } = JSON.parse(readFileSync(join(packageRoot(), 'traces', 'measured', 'booksim2.json'), 'utf8'))
  return {
    points: points.map(
      ([topology, traffic, flits, offered, seed, packetLatency, networkLatency, hops, accepted, packets, steady]: readonly never[]) => ({
        topology,
        traffic,
        flits,
        offered,
        seed,
        packetLatency,
        networkLatency,
        hops,
        accepted,
        packets,
        steady: steady === 1
      })
    ),
    saturation: saturation.map(([topology, traffic, flits, accepted]: readonly never[]) => ({ topology, traffic, flits, accepted })),
    lone
  }
}
