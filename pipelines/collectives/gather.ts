import type { Pipeline } from '../../lib/protocol/pipeline'
import type { PatternOptions } from './pattern'
import { barrier, patternOf, programs, transfers, withBarrier } from './pattern'

/** Gather on a chip: after a barrier each cluster sends to the master, which takes from one after the other. The program of each cluster by its name. */
export const gather = (options: PatternOptions): Readonly<Record<string, Pipeline>> => {
  const pattern = patternOf('gather', options)
  const { inward, closed, toward, away, send, take } = transfers(pattern)
  return programs(pattern, (me, index) => {
    const [master, ...others] = pattern.nodes
    return withBarrier(
      pattern,
      index,
      index === 0
        ? [...inward, ...barrier(0), ...others.flatMap(take), ...closed]
        : [...toward(master), ...barrier(index), ...send(master, `from ${me}`), ...away(master)]
    )
  })
}
