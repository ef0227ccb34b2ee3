/**
 * The wiring of a network on chip: routers with numbered ports, and one terminal (a core, a cluster, an I/O node) at each router's last port.
 *
 * - `nodes`: routers, and so terminals. `ports`: network ports of a router; the terminal is at port `ports`.
 * - `target[node * ports + out]`: where a link that leaves by port `out` ends, as `node * ports + in`; -1 where there is no link.
 * - `radices`: nodes in each dimension, lowest first, where the wiring is a mesh or a torus (empty otherwise). `wraps`: whether its dimensions are rings.
 */
export type Topology = {
  readonly name: string
  readonly nodes: number
  readonly ports: number
  readonly target: Int32Array
  readonly radices: readonly number[]
  readonly wraps: boolean
}

/**
 * A mesh: `radices` nodes in each dimension, neighbours joined both ways. Node (x, y, ...) has the number x + y * radices[0] + ...; port 2 d leads up dimension d and
 * port 2 d + 1 down.
 *
 *     mesh([4, 4])   // 16 routers of 5 ports, 48 links
 *
 * Errors: `RangeError` when a radix is not an integer from 1 on, or none is given, or a router would have more than 31 ports.
 */
export const mesh = (radices: readonly number[]): Topology => cube('mesh', radices, false)

/** A torus: a mesh whose dimensions are rings (a dimension of one or two nodes has no or double links to the same neighbour). Numbers and errors as of `mesh`. */
export const torus = (radices: readonly number[]): Topology => cube('torus', radices, true)

/** The coordinate of a node of a mesh or torus in one dimension. */
export const coordinate = ({ radices }: Topology, node: number, dimension: number): number =>
  Math.floor(node / radices.slice(0, dimension).reduce((product, radix) => product * radix, 1)) % radices[dimension]

/** The number of links of a wiring, each direction counted once. */
export const linksOf = ({ target }: Topology): number => target.reduce((links, end) => links + (end < 0 ? 0 : 1), 0)

const cube = (name: string, radices: readonly number[], wraps: boolean): Topology => {
  if (radices.length === 0 || radices.length > 15) throw new RangeError(`${name}: 1 to 15 dimensions (got ${radices.length})`)
  const bad = radices.find((radix) => !Number.isSafeInteger(radix) || radix < 1)
  if (bad !== undefined) throw new RangeError(`${name}: a radix must be an integer from 1 on (got ${bad})`)
  const nodes = radices.reduce((product, radix) => product * radix, 1)
  if (nodes > 1 << 20) throw new RangeError(`${name}: at most 2^20 nodes (got ${nodes})`)
  const ports = 2 * radices.length
  const target = new Int32Array(nodes * ports).fill(-1)
  let stride = 1
  radices.forEach((radix, d) => {
    for (let node = 0; node < nodes; node++) {
      const x = Math.floor(node / stride) % radix
      const up = x + 1 < radix ? node + stride : wraps && radix > 1 ? node - x * stride : -1
      if (up < 0) continue
      target[node * ports + 2 * d] = up * ports + 2 * d + 1
      target[up * ports + 2 * d + 1] = node * ports + 2 * d
    }
    stride *= radix
  })
  return { name: `${name}${radices.join('x')}`, nodes, ports, target, radices: Object.freeze([...radices]), wraps }
}
