import { type DmaResources, mppaControlDma, mppaDataDma } from './dmaResources'
import { type Topology, torus } from './topology'

/**
 * The Kalray MPPA-256 as far as its networks see it: 16 compute clusters and 4 I/O clusters of 4 nodes each, 32 nodes on two networks of one wiring.
 *
 * - `names[node]`: `cc0` to `cc15`, then `io0.0` to `io3.3`. `nodeOf(name)` is its inverse.
 * - `cores`: 256 processing and 32 resource managing ones.
 */
export type Mppa256 = {
  readonly topology: Topology
  readonly names: readonly string[]
  readonly nodeOf: (name: string) => number
  readonly cores: { readonly processing: number; readonly managing: number }
  readonly clusterMemoryBytes: number
  readonly clockHz: number
  readonly data: MppaNetwork
  readonly control: MppaNetwork
}

/** One of the two networks: its flits, its packets, and what each node's interface has. `packetFlits` counts the header. */
export type MppaNetwork = {
  readonly flitBytes: number
  readonly headerFlits: number
  readonly payloadLimitBytes: number
  readonly interface: DmaResources
  readonly bytesPerSecond: number
  readonly packetFlits: (payloadBytes: number) => number
}

/**
 * What of the chip is not published, or not in one voice. Each has a label in `mppaSources`.
 *
 * - `clockHz` (400 MHz). `flitBytes` (4): a flit a cycle and link. `headerFlits` (1). `payloadLimitBytes` (256) of a data packet; `controlBytes` (8) of a control message.
 * - `ioLinks` (`none`): whether the four nodes of an I/O cluster are joined among themselves, as a `line`.
 */
export type Mppa256Options = {
  readonly clockHz?: number
  readonly flitBytes?: number
  readonly headerFlits?: number
  readonly payloadLimitBytes?: number
  readonly controlBytes?: number
  readonly ioLinks?: 'none' | 'line'
}

/** Where each default of `mppa256` comes from. */
export const mppaSources: Readonly<Record<keyof Mppa256Options | 'nodes' | 'attachment', string>> = {
  nodes: 'one for each of 16 compute clusters, four for each of 4 I/O clusters (de Dinechin et al., NoCArc 2014)',
  attachment: 'a 4x4 torus of compute clusters, I/O nodes at its rims: recalled, unverified',
  clockHz: 'K1B_CLUSTER_FREQ of the Nanvix HAL, and its benchmarks; 500 MHz in the text of J. V. Souto, UFSC, 2019',
  flitBytes: 'recalled, unverified',
  headerFlits: 'at least one: recalled, unverified',
  payloadLimitBytes: 'payload_max 32 of the drivers of ODP for the MPPA; that its unit is 8 bytes is recalled, unverified',
  controlBytes: 'messages of 64 bits (J. V. Souto, UFSC, 2019)',
  ioLinks: 'that the nodes of an I/O cluster are joined is recalled, unverified'
}

/**
 * The MPPA-256: compute clusters 0 to 15 on a 4x4 torus, and at its rims the nodes of the I/O clusters: io0.k above column k, io1.k below it, io2.k left of row k, io3.k right of it.
 *
 * Ports 0 to 3 are those of `torus([4, 4])`; 4 leads to the node above or below, 5 to the one left or right; an I/O node reaches its cluster by port 4, and its neighbours in its own I/O
 * cluster by 0 (up) and 1 (down) where there are `ioLinks`.
 *
 *     const { topology, data, nodeOf } = mppa256()
 *     data.packetFlits(256)      // 65
 *
 * Errors: `RangeError` when a number is not an integer from 1 on (`headerFlits`: from 0).
 */
export const mppa256 = ({
  clockHz = 400e6,
  flitBytes = 4,
  headerFlits = 1,
  payloadLimitBytes = 256,
  controlBytes = 8,
  ioLinks = 'none'
}: Mppa256Options = {}): Mppa256 => {
  for (const [name, value] of Object.entries({ clockHz, flitBytes, payloadLimitBytes, controlBytes })) whole(name, value, 1)
  whole('headerFlits', headerFlits, 0)
  const names = Object.freeze([
    ...Array.from({ length: 16 }, (_, cluster) => `cc${cluster}`),
    ...Array.from({ length: 16 }, (_, node) => `io${node >> 2}.${node & 3}`)
  ])
  const network = (limit: number, interfaces: DmaResources): MppaNetwork => ({
    flitBytes,
    headerFlits,
    payloadLimitBytes: limit,
    interface: interfaces,
    bytesPerSecond: flitBytes * clockHz,
    packetFlits: (payloadBytes) => {
      if (!(Number.isSafeInteger(payloadBytes) && payloadBytes >= 1 && payloadBytes <= limit))
        throw new RangeError(`packetFlits: a packet of the ${interfaces.name} carries 1 to ${limit} bytes (got ${payloadBytes})`)
      return headerFlits + Math.ceil(payloadBytes / flitBytes)
    }
  })
  return {
    topology: wiring(ioLinks),
    names,
    nodeOf: (name) => {
      const node = names.indexOf(name)
      if (node < 0) throw new RangeError(`mppa256: nodes are cc0 to cc15 and io0.0 to io3.3 (got ${name})`)
      return node
    },
    cores: { processing: 16 * 16, managing: 16 + 4 * 4 },
    clusterMemoryBytes: 2 * 2 ** 20,
    clockHz,
    data: network(payloadLimitBytes, mppaDataDma()),
    control: network(controlBytes, mppaControlDma())
  }
}

const ports = 6

const wiring = (ioLinks: 'none' | 'line'): Topology => {
  const target = new Int32Array(32 * ports).fill(-1)
  const join = (one: number, port: number, other: number, back: number): void => {
    target[one * ports + port] = other * ports + back
    target[other * ports + back] = one * ports + port
  }
  const grid = torus([4, 4])
  for (let node = 0; node < 16; node++)
    for (let port = 0; port < 4; port++) {
      const end = grid.target[node * 4 + port]
      join(node, port, Math.floor(end / 4), end % 4)
    }
  for (let k = 0; k < 4; k++) {
    join(k, 4, 16 + k, 4)
    join(12 + k, 4, 20 + k, 4)
    join(4 * k, 5, 24 + k, 4)
    join(4 * k + 3, 5, 28 + k, 4)
  }
  if (ioLinks === 'line') for (let node = 16; node < 32; node++) if ((node & 3) < 3) join(node, 0, node + 1, 1)
  return { name: ioLinks === 'none' ? 'mppa256' : 'mppa256, I/O nodes joined', nodes: 32, ports, target, radices: [], wraps: true }
}

const whole = (name: string, value: number, least: number): void => {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw new RangeError(`mppa256: ${name} must be an integer from ${least} on (got ${value})`)
}
