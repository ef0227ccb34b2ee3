import type { ProcessPiece } from '../protocol/process'
import type { Copy, ProcessContext } from './processCopy'
import { stampIn } from './processCopy'
import { pieceKey } from './processPieces'

/** Tells how a copy that goes on, or is dropped, compares with what was last written of its process. @internal */
export const check = ({ context }: ProcessContext, copy: Copy, when: 'unfrozen' | 'left'): void => {
  const { process, kernel } = copy
  const lost: ProcessPiece[] = []
  const stale: ProcessPiece[] = []
  const foreign: ProcessPiece[] = []
  // A copy that is dropped takes with it what nobody else has, of a process that is not over; one that goes on must have, or be owed, everything.
  const looked = when === 'unfrozen' ? copy : (process.home ?? copy)
  for (const piece of looked.image.pieces) {
    const key = pieceKey(piece)
    const stamp = looked.state === 'gone' ? undefined : stampIn(looked, key)
    if (stamp === undefined) {
      const owed = [...process.copies.values()].some((other) => other !== copy && other !== looked && isNewest(other, key))
      if (!owed && (when === 'unfrozen' || process.over === undefined)) lost.push(piece)
    } else if (when === 'unfrozen' && stamp.of !== process.name) foreign.push(piece)
    else if (when === 'unfrozen' && !isNewest(looked, key)) stale.push(piece)
  }
  context.tell(kernel.site, { type: 'checked', process: process.name, when, lost, stale, foreign })
}

const isNewest = (copy: Copy, key: string): boolean => {
  const stamp = stampIn(copy, key)
  const { name, newest } = copy.process
  return stamp !== undefined && stamp.of === name && pieceKey(stamp) === key && stamp.version >= (newest.get(key) ?? 0)
}
