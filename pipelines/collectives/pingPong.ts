import type { Pipeline } from '../../lib/protocol/pipeline'
import type { PatternOptions } from './pattern'
import { barrier, patternOf, programs, transfers, withBarrier } from './pattern'

/**
 * Ping-pong on a chip: the master takes from one cluster after the other, and answers each before the next. Over portals a barrier of all stands before each turn; over mailboxes all send after
 * one barrier, and the master answers whoever's turn it is in the order of their names. The program of each cluster by its name.
 */
export const pingPong = (options: PatternOptions): Readonly<Record<string, Pipeline>> => {
  const pattern = patternOf('pingPong', options)
  const { inward, closed, toward, away, send, take } = transfers(pattern)
  const isByTurns = pattern.over === 'portal'
  return programs(pattern, (me, index) => {
    const [master, ...others] = pattern.nodes
    const before = isByTurns ? [] : barrier(index)
    const turn = isByTurns ? barrier(index) : []
    const mine = [...send(master, `from ${me}`), ...take(master)]
    return withBarrier(pattern, index, [
      ...inward,
      ...(index === 0 ? [] : toward(master)),
      ...before,
      ...others.flatMap((other) => {
        if (index === 0) return [...turn, ...toward(other), ...take(other), ...send(other, `to ${other}`), ...away(other)]
        return [...turn, ...(other === me ? mine : [])]
      }),
      ...(index === 0 ? [] : away(master)),
      ...closed
    ])
  })
}
