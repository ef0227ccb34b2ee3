import type { Order } from '../../lib/protocol/command'
import { asked, awaiting, done, type Step } from '../../lib/protocol/phase'
import type { Outcome } from '../../lib/protocol/pipeline'

/** Orders one after the other; those in one batch are given at once, and all of them answered before the next. */
export type Script = readonly (readonly Order[])[]

/**
 * A program that gives the orders of a script, and ends when the last has been answered. The first refusal aborts it, with the reason, as soon as what was given at once with it has been
 * answered; what it has made is then closed by nobody.
 */
export const script = (batches: Script): Step<Outcome> => {
  const at = (index: number): Step<Outcome> => {
    if (index === batches.length) return done({ type: 'completed', needs: [] })
    const batch = batches[index]
    return batch.length === 0
      ? at(index + 1)
      : waiting(
          index,
          batch,
          batch.map((_, tag) => tag),
          '',
          true
        )
  }
  const waiting = (index: number, batch: readonly Order[], open: readonly number[], reason: string, isFirst = false): Step<Outcome> =>
    awaiting(isFirst ? batch.map(asked) : [], 'script', [index, open, reason], (signal) => {
      if (!('to' in signal) || !open.includes(signal.to.tag)) return undefined
      const left = open.filter((tag) => tag !== signal.to.tag)
      const why = reason === '' && signal.type === 'refused' ? `${batch[signal.to.tag].type}: ${signal.reason}` : reason
      if (left.length > 0) return waiting(index, batch, left, why)
      return why === '' ? at(index + 1) : done({ type: 'aborted', reason: why, running: 'source' })
    })
  return at(0)
}
