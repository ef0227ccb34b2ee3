import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Script } from './script'
import { script } from './script'

/**
 * `master`: the cluster that a pattern turns about (default `io0`). `clusters`: how many compute clusters take part, `cc0` on (1 to 16). `over`: messages of a mailbox, or a portal's bulk of `bytes`
 * for each transfer (default 4096).
 */
export type PatternOptions = {
  readonly clusters: number
  readonly over: 'mailbox' | 'portal'
  readonly bytes?: number
  readonly master?: string
}

/** A pattern with its defaults; `nodes` in order, the master first. @internal */
export type Pattern = Required<PatternOptions> & { readonly nodes: readonly string[] }

/** A pattern with its defaults. Errors: `RangeError` naming the option. @internal */
export const patternOf = (name: string, { clusters, over, bytes = 4096, master = 'io0' }: PatternOptions): Pattern => {
  if (!(Number.isSafeInteger(clusters) && clusters >= 1 && clusters <= 16))
    throw new RangeError(`${name}: clusters must be an integer from 1 to 16 (got ${clusters})`)
  if (!(Number.isSafeInteger(bytes) && bytes > 0)) throw new RangeError(`${name}: bytes must be an integer from 1 on (got ${bytes})`)
  return { clusters, over, bytes, master, nodes: [master, ...Array.from({ length: clusters }, (_, i) => `cc${i}`)] }
}

/** The programs of a pattern, by cluster. @internal */
export const programs = ({ nodes }: Pattern, of: (me: string, index: number) => Script): Readonly<Record<string, Pipeline>> =>
  Object.fromEntries(nodes.map((me, index) => [me, () => script(of(me, index))]))

/** The ends of a barrier of all, opened and closed. @internal */
export const withBarrier = ({ nodes }: Pattern, index: number, inner: Script): Script => {
  const up = { mode: 'allToOne', nodes } as const
  const down = { mode: 'oneToAll', nodes } as const
  return [
    [{ type: 'create', end: 'barrier in', kind: 'sync', sync: index === 0 ? up : down }],
    [{ type: 'attach', end: 'barrier out', kind: 'sync', sync: index === 0 ? down : up }],
    ...inner,
    [{ type: 'close', end: 'barrier in' }],
    [{ type: 'close', end: 'barrier out' }]
  ]
}

/** Nobody goes on before all have come: the first waits for all and then lets them go. @internal */
export const barrier = (index: number): Script =>
  index === 0
    ? [[{ type: 'await', end: 'barrier in' }], [{ type: 'signal', end: 'barrier out' }]]
    : [[{ type: 'signal', end: 'barrier out' }], [{ type: 'await', end: 'barrier in' }]]

/** Transfers of a pattern over its kind of channel: what one end sends and the other takes, `content` telling one from another. @internal */
export const transfers = ({ over, bytes }: Pattern) => ({
  inward: [[{ type: 'create', end: 'in', kind: over }]] as Script,
  closed: [[{ type: 'close', end: 'in' }]] as Script,
  toward: (remote: string): Script => [[{ type: 'attach', end: `to ${remote}`, kind: over, remote }]],
  away: (remote: string): Script => [[{ type: 'close', end: `to ${remote}` }]],
  send: (remote: string, content: string): Script =>
    over === 'mailbox'
      ? [[{ type: 'mail', end: `to ${remote}`, message: content }]]
      : [[{ type: 'put', end: `to ${remote}`, bytes, content }]],
  take: (from: string): Script =>
    over === 'mailbox'
      ? [[{ type: 'receive', end: 'in' }]]
      : [[{ type: 'allow', end: 'in', from, bytes }], [{ type: 'get', end: 'in', bytes }]]
})
