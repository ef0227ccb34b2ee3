import { split } from '../random/random'
import { type Copy, cyclesIn, hadOf, type Process, type ProcessContext, type ProcessThread } from './processCopy'
import { type Cursor, cursor } from './processCursor'
import { isPage, pieceKey, pieceOfPage } from './processPieces'

/** So far ahead it is looked which pages a thread will need, while some have not come, in nanoseconds. @internal */
export const WINDOW_NS = 1_000_000

/** Whether a page of a copy has not come. @internal */
export const lacks = ({ image, present }: Copy): boolean => image.pieces.some((piece) => isPage(piece) && !present.has(pieceKey(piece)))

/** What a thread does to memory, where its process's workload has such a virtual CPU. @internal */
export const cursorOf = ({ key }: ProcessContext, { name, spec: { workload }, cursors }: Process, vcpu: number): Cursor | undefined => {
  if (workload === undefined || vcpu >= workload.vcpus) return undefined
  const known = cursors.get(vcpu)
  if (known !== undefined) return known
  const made = cursor(workload, split(key, name), vcpu)
  cursors.set(vcpu, made)
  return made
}

/** The first piece that a thread needs now and that has not come: its stacks and the code that it runs at once, a page when it touches it, by way of the table of pages. @internal */
export const absentFor = (world: ProcessContext, copy: Copy, thread: ProcessThread): string | undefined => {
  if (!lacks(copy)) return undefined
  const base = baseOf(thread).find((key) => !copy.present.has(key))
  if (base !== undefined) return base
  let found: string | undefined
  const now = cyclesIn.ns(copy.kernel, hadOf(copy, thread))
  cursorOf(world, copy.process, thread.index)?.first(now + 1 + cyclesIn.ns(copy.kernel, 1), (page) => {
    found = absentAt(copy, page)
    return found !== undefined
  })
  return found
}

/** The first piece that an access to a page needs and that has not come. @internal */
export const absentAt = (copy: Copy, page: number): string | undefined => {
  const { spec } = copy.process
  const table = page < spec.pages ? pieceKey({ section: 'stacks', index: 2 * spec.threads }) : undefined
  return [table, pieceOfPage(page, spec)].find((key) => key !== undefined && !copy.present.has(key))
}

/** At how many cycles of core time a thread leaves its core by itself, as far as can be seen: when its work is done, or at its first access to what has not come. @internal */
export const leavesAt = (world: ProcessContext, copy: Copy, thread: ProcessThread): number => {
  const { kernel, process } = copy
  const done = cyclesIn.upTo(kernel, process.spec.cpuNs)
  if (!lacks(copy)) return done
  const had = hadOf(copy, thread)
  if (baseOf(thread).some((key) => !copy.present.has(key))) return had
  const at = cursorOf(world, process, thread.index)?.first(
    cyclesIn.ns(kernel, had) + 2 * WINDOW_NS,
    (page) => absentAt(copy, page) !== undefined
  )
  return at === undefined ? done : Math.min(done, Math.max(had, cyclesIn.below(kernel, at)))
}

const baseOf = ({ index }: ProcessThread): readonly string[] => [
  pieceKey({ section: 'stacks', index: 2 * index }),
  pieceKey({ section: 'stacks', index: 2 * index + 1 }),
  pieceKey({ section: 'user', index: 0 })
]
