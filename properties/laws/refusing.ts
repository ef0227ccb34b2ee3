import { filter, merge, Observable, Subject } from 'rxjs'
import type { Command } from '../../lib/protocol/command'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'

/** `n`: the number of the order that is refused, in every migration. `reason`: as it is told (default: that it was refused on purpose). */
export type RefusingOptions = { readonly n: number; readonly reason?: string }

/**
 * A world that refuses one order and is never asked it: a failure that passes, at a place of one's choice. All others are the world's own.
 *
 *     commands             --0--1--2--->
 *     refusing({ n: 1 })   --0--x--2--->     x is answered `refused` at once
 *
 * Throws `RangeError` when `n` is not an integer from 0 on.
 */
export const refusing = ({ n, reason = `order ${n} was refused on purpose` }: RefusingOptions): ((world: World) => World) => {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`refusing: n must be an integer from 0 on (got ${n})`)
  return (world) => ({
    guests: world.guests,
    description: { world: 'refusing', n, of: world.description },
    signals: (ports) =>
      new Observable<Signal>((subscriber) => {
        const refusals = new Subject<Signal>()
        const commands = ports.commands.pipe(filter(({ to }: Command) => to.n !== n))
        const answers = merge(refusals, world.signals({ ...ports, commands })).subscribe(subscriber)
        answers.add(
          ports.commands.subscribe(({ to }) => {
            if (to.n === n) refusals.next({ type: 'refused', reason, to, at: ports.timeline.now() })
          })
        )
        return answers
      })
  })
}
