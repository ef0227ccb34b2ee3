import { flitRouter } from '../../lib/noc/flitRouter'
import { flitState } from '../../lib/noc/flitState'
import { hopState } from '../../lib/noc/hopState'
import { dimensionOrder } from '../../lib/noc/routing'
import { torus } from '../../lib/noc/topology'
import { key } from '../../lib/random/random'
import { compile, fieldName } from './compile'
import { layoutOf, type Struct } from './layout'

/** A kernel of lib that is compiled, and the file that holds it so. */
export type Generated = { readonly path: string; readonly text: string }

/** Numbers of states that may be more than 32 bits hold: cycles, and what is counted without end. */
const doubles = new Set(['now', 'flits', 'flitHops', 'opened', 'packets', 'admitted'])

/** The compiled kernels of the networks on chip, as the files that they stand in. */
export const generatedKernels = (): readonly Generated[] => {
  const topology = torus([4, 4])
  const routing = dimensionOrder(topology, 2)
  return [
    generated('runFlits', 'FlitState', 'flitState', 'compiledFlits', flitState(topology, routing, flitRouter(), key(1)), {
      PacketTable: ['table'],
      RouteTable: ['routes'],
      Key: ['routes', 'chances'],
      PacketQueues: ['queues'],
      DelayLine: ['links'],
      FlitRouter: ['router']
    }),
    generated('runHops', 'HopState', 'hopState', 'compiledHops', hopState(topology, routing, flitRouter(), key(1)), {
      PacketTable: ['table'],
      RouteTable: ['routes'],
      Key: ['routes', 'chances']
    })
  ]
}

const generated = (
  entry: string,
  type: string,
  typeFile: string,
  name: string,
  state: object,
  within: Readonly<Record<string, readonly string[]>>
): Generated => {
  const whole = layoutOf(state, doubles)
  const structs = Object.fromEntries([
    [type, whole],
    ...Object.entries(within).map(([named, path]) => [named, structAt(whole, path)] as const)
  ])
  const { bytes, read, written } = compile({ file: `lib/noc/${entry}.ts`, entry, structs, outside: ['findWay', 'outOfOrder'] })
  const columns: string[] = []
  const enter: string[] = []
  const leave: string[] = []
  const list = (struct: Struct, base: number, path: readonly string[], value: object): void => {
    for (const [field, { type: kind, offset, ...rest }] of struct.fields) {
      const full = fieldName(struct, field)
      if (!read.has(full)) continue
      const here = [...path, field]
      const there = (value as Record<string, unknown>)[field]
      if ('struct' in rest) list(rest.struct, base + offset, here, there as object)
      else if (kind === 'column') columns.push(`[${[base + offset, ...here.map((one) => `'${one}'`)].join(', ')}]`)
      else {
        const cell = kind === 'f64' ? `doubles[${(base + offset) / 8}]` : `integers[${(base + offset) / 4}]`
        const place = ['state', ...here].join('.')
        enter.push(`${cell} = ${typeof there === 'boolean' ? `Number(${place})` : place}`)
        if (written.has(full)) leave.push(`${place} = ${cell}`)
      }
    }
  }
  list(whole, 0, [], state)
  const text = `// Written by \`npm run kernels\` from ${entry}.ts and what it calls; a test holds it equal to them.
import type { CompiledKernel } from './compiledKernel'
import type { ${type} } from './${typeFile}'

/** See \`${entry}\`. @internal */
export const ${name}: CompiledKernel<${type}> = {
  module:
    '${Buffer.from(bytes).toString('base64')}',
  size: ${whole.size},
  columns: [
    ${columns.join(',\n    ')}
  ],
  enter: (state, integers, doubles) => {
    ${enter.join('\n    ')}
  },
  leave: (state, integers, doubles) => {
    ${leave.join('\n    ')}
  }
}
`
  return { path: `lib/noc/${name}.ts`, text }
}

const structAt = (whole: Struct, path: readonly string[]): Struct =>
  path.reduce((struct, name) => {
    const field = struct.fields.get(name)
    if (field?.type !== 'struct') throw new RangeError(`structAt: no structure ${path.join('.')}`)
    return field.struct
  }, whole)
