import type { Pipeline } from '../../lib/protocol/pipeline'
import type { PatternOptions } from './pattern'
import { barrier, patternOf, programs, transfers, withBarrier } from './pattern'

/**
 * Broadcast on a chip: after a barrier the master sends the same to each cluster in turn (a flat tree). The program of each cluster by its name.
 *
 *     run(broadcast({ clusters: 16, over: 'portal', bytes: 65536 }), chip())
 */
export const broadcast = (options: PatternOptions): Readonly<Record<string, Pipeline>> => {
  const pattern = patternOf('broadcast', options)
  const { inward, closed, toward, away, send, take } = transfers(pattern)
  return programs(pattern, (_, index) => {
    const [master, ...others] = pattern.nodes
    return withBarrier(
      pattern,
      index,
      index === 0
        ? [...barrier(0), ...others.flatMap((other) => [...toward(other), ...send(other, `from ${master}`), ...away(other)])]
        : [...inward, ...barrier(index), ...take(master), ...closed]
    )
  })
}
