import type { ProcessImage } from '../protocol/process'
import type { Copy, Process, ProcessContext, SiteKernel } from './processCopy'
import { place } from './processEnd'
import type { Errand } from './processFreeze'
import { shortOf, takePages } from './processMemory'
import { structureBytesOfOne, takenBy } from './processOptions'
import { imageOf, isPage, pieceKey } from './processPieces'

/** Keeps memory for a process that shall come here, at once. @internal */
export const admit = (
  world: ProcessContext,
  kernel: SiteKernel,
  process: Process | undefined,
  made: ProcessImage,
  { after, done, refuse }: Errand
): void => {
  const { kernel: costs, layout } = world.checked
  const reason = process === undefined ? `no process of the chip is called ${made.process}` : unfit(kernel, process, made, layout)
  if (process === undefined || reason !== undefined) {
    refuse(reason ?? '')
    return
  }
  // Nobody has it any more: what comes is what was saved, and counts from now on.
  if (process.over !== undefined && process.copies.size === 0) process.newest.clear()
  const copy = settled(world, kernel, process, made)
  place(world, copy, 'arriving')
  const { frames, kernelPages } = takenBy(process.spec)
  after(costs.call + costs.page * (frames + kernelPages), () => (copy.state === 'gone' ? refuse(GONE) : done()))
}

/** A copy with memory of its own, in which nothing stands yet. There must be room. @internal */
export const settled = ({ checked }: ProcessContext, kernel: SiteKernel, process: Process, image: ProcessImage): Copy => {
  const { frames, kernelPages } = takenBy(process.spec)
  const free = {
    frames: takePages(kernel.memory, 'frames', frames, process.name)[Symbol.iterator](),
    kernelPages: takePages(kernel.memory, 'kernelPages', kernelPages, process.name)[Symbol.iterator]()
  }
  kernel.memory.structureBytes -= structureBytesOfOne
  const threads = Array.from({ length: process.spec.threads }, (_, index) => ({ index, had: 0, waits: undefined, isOver: false }))
  const own = imageOf(process.name, process.spec, checked.layout, 0).pieces
  const copy: Copy = {
    process,
    kernel,
    image: { ...image, pieces: [...own, ...image.pieces.filter(({ section }) => section === 'ends')] },
    state: 'arriving',
    pages: new Map(
      own.filter(isPage).map((piece) => {
        const kind = piece.section === 'stacks' ? 'kernelPages' : 'frames'
        return [pieceKey(piece), { kind, number: free[kind].next().value! }]
      })
    ),
    structures: new Map(),
    present: new Set(),
    threads,
    behind: new Set(),
    wanted: new Set(),
    log: undefined,
    queue: [],
    looked: threads.map(() => 0),
    base: threads.map(() => 0),
    ahead: undefined,
    told: ''
  }
  process.copies.set(kernel, copy)
  kernel.copies.set(process.name, copy)
  return copy
}

const unfit = (kernel: SiteKernel, process: Process, made: ProcessImage, layout: 'uArea' | 'scattered'): string | undefined => {
  const { name, spec } = process
  if (process.copies.has(kernel)) return `${name} is here already`
  const own = imageOf(name, spec, layout, 0).pieces
  const others = new Set(made.pieces.filter(({ section }) => section !== 'ends').map((piece) => `${pieceKey(piece)} ${piece.bytes}`))
  if (made.user !== spec.user || own.length !== others.size || own.some((piece) => !others.has(`${pieceKey(piece)} ${piece.bytes}`)))
    return `this is no image of ${name}`
  if (spec.threads > kernel.room.threads) return `there is not enough memory: ${spec.threads} threads are more than ${kernel.room.threads}`
  return shortOf(kernel.memory, { ...takenBy(spec), structureBytes: structureBytesOfOne })
}

const GONE = 'the process has gone meanwhile'
