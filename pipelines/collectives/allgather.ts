import type { Order } from '../../lib/protocol/command'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { PatternOptions } from './pattern'
import { barrier, patternOf, programs, transfers, withBarrier } from './pattern'
import type { Script } from './script'

/**
 * Allgather on a chip: in round j each node sends to the j-th after it and takes from the j-th before it. Over portals each round begins with a barrier; the master sends before it takes, the
 * others do both at once. Over mailboxes all messages are sent, and then all taken. The program of each cluster by its name.
 */
export const allgather = (options: PatternOptions): Readonly<Record<string, Pipeline>> => {
  const pattern = patternOf('allgather', options)
  const { nodes, over } = pattern
  const { inward, closed, toward, away, send, take } = transfers(pattern)
  const rounds = nodes.slice(1).map((_, i) => i + 1)
  return programs(pattern, (me, index) => {
    const after = (j: number): string => nodes[(index + j) % nodes.length]
    const before = (j: number): string => nodes[(index - j + nodes.length) % nodes.length]
    const round = (j: number): Script => {
      const sends = send(after(j), `from ${me}`)
      const takes = take(before(j))
      const exchange = index === 0 ? [...sends, ...takes] : [takes[0], [...takes[1], ...sends[0]] as readonly Order[]]
      return [...toward(after(j)), ...barrier(index), ...exchange, ...away(after(j))]
    }
    const messages = rounds.flatMap((j) => [...toward(after(j)), ...send(after(j), `from ${me}`), ...away(after(j))])
    return withBarrier(pattern, index, [
      ...inward,
      ...(over === 'portal' ? rounds.flatMap(round) : [...barrier(index), ...messages, ...rounds.flatMap((j) => take(before(j)))]),
      ...closed
    ])
  })
}
