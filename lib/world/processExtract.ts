import type { Data } from '../protocol/data'
import type { ProcessPiece } from '../protocol/process'
import { type Copy, type ProcessContext, putStamp, stampIn } from './processCopy'
import type { Errand } from './processFreeze'
import { look } from './processLook'
import { imageOf, isPage, pieceKey, stampFrom } from './processPieces'
import { goOn, lookAhead } from './processThreads'

/** What a process is made of. Its state in the kernel has to be found first: each line of memory that is looked at costs, many without a UArea. @internal */
export const describe = ({ checked, calls, lines }: ProcessContext, { process: { name, spec } }: Copy, { after, answer }: Errand): void => {
  const { describe: first, line } = checked.kernel
  after(first + line * lines, () =>
    answer({ type: 'described', made: imageOf(name, spec, checked.layout, calls.endsBytes(name)), cycles: 0 })
  )
}

/** A copy of a piece, read when the work is done: of a process that runs its pages only. @internal */
export const extract = (world: ProcessContext, copy: Copy, asked: ProcessPiece, { after, answer, refuse }: Errand): void => {
  const { extract: first, copyPerByte } = world.checked.kernel
  const key = pieceKey(asked)
  const piece = asked.section === 'ends' ? asked : copy.image.pieces.find((one) => pieceKey(one) === key)
  const unreadable = (): string | undefined => {
    if (piece === undefined) return `${copy.process.name} has no ${key}`
    if (copy.state === 'gone') return GONE
    if (copy.state !== 'frozen' && !isPage(piece)) return `${copy.process.name} is not frozen: only its pages can be read`
    return piece.section === 'ends' || copy.present.has(key) ? undefined : `${key} of ${copy.process.name} has not come`
  }
  const reason = unreadable()
  if (reason !== undefined || piece === undefined) {
    refuse(reason ?? '')
    return
  }
  after(first + copyPerByte * piece.bytes, () => {
    const late = unreadable()
    if (late !== undefined) return refuse(late)
    if (copy.state === 'running' || copy.state === 'freezing') look(world, copy)
    const ends = { of: copy.process.name, section: 'ends', index: 0, version: 0, word: 0 }
    if (piece.section === 'ends') world.calls.handOver(copy.process.name)
    answer({ type: 'extracted', content: stampIn(copy, key) ?? ends, cycles: 0 })
  })
}

/** A piece of a process that was admitted; of one that runs here what it still lacks. @internal */
export const install = (world: ProcessContext, copy: Copy, asked: ProcessPiece, content: Data, { after, done, refuse }: Errand): void => {
  const { install: first, copyPerByte } = world.checked.kernel
  const key = pieceKey(asked)
  const { process } = copy
  const piece = copy.image.pieces.find((one) => pieceKey(one) === key)
  const stamp = stampFrom(content)
  const unfitting = (): string | undefined => {
    if (piece === undefined) return `${process.name} has no ${key}`
    if (stamp === undefined) return `this is no content of a piece`
    if (copy.state === 'gone') return GONE
    return copy.state !== 'arriving' && copy.present.has(key) ? `${key} of ${process.name} has come already` : undefined
  }
  const reason = unfitting()
  if (reason !== undefined || piece === undefined || stamp === undefined) {
    refuse(reason ?? '')
    return
  }
  after(first + copyPerByte * piece.bytes, () => {
    const late = unfitting()
    const noRoom = late ?? (piece.section === 'ends' ? world.calls.reserve(process.name, copy.kernel.site) : undefined)
    if (noRoom !== undefined) return refuse(noRoom)
    putStamp(copy, key, stamp)
    if (process.over !== undefined && stamp.of === process.name)
      process.newest.set(key, Math.max(stamp.version, process.newest.get(key) ?? 0))
    const waiting = copy.threads.filter(({ waits }) => waits === key)
    if (copy.state === 'running' && waiting.length > 0) goOn(world, copy, waiting)
    lookAhead(world, copy)
    done()
  })
}

const GONE = 'the process has gone meanwhile'
