import type { ProcessView } from '../protocol/process'
import { type Copy, cyclesIn, hadOf, type ProcessContext, type SiteKernel } from './processCopy'
import type { Errand } from './processFreeze'
import { look } from './processLook'
import { pieceKey } from './processPieces'
import { reschedule } from './processThreads'

/** What a cluster runs and has free. @internal */
export const observe = (world: ProcessContext, kernel: SiteKernel, { after, answer }: Errand): void =>
  after(world.checked.kernel.call, () => {
    reschedule(world, kernel)
    const { scheduler, copies, memory, room } = kernel
    const cycles = [...copies.values()].reduce((sum, copy) => sum + spentBy(copy), kernel.spent)
    answer({
      type: 'observed',
      processes: [...copies.values()].map((copy) => viewOf(world, copy)),
      running: scheduler.cores.filter((one) => one !== undefined).length,
      ready: scheduler.ready.length,
      cores: room.userCores,
      freeFrames: memory.frames.free,
      freeKernelPages: memory.kernelPages.free,
      busyNs: cyclesIn.ns(kernel, cycles)
    })
  })

/** Cycles of core time that a copy's threads have had since it began to run here. */
const spentBy = (copy: Copy): number => copy.threads.reduce((sum, thread, i) => sum + hadOf(copy, thread) - copy.base[i], 0)

const viewOf = ({ context, calls }: ProcessContext, copy: Copy): ProcessView => {
  const { process, kernel, image, threads, state } = copy
  const { name, spec, began, refusals } = process
  return {
    process: name,
    user: spec.user,
    state: state === 'arriving' || state === 'frozen' ? state : state === 'thawing' ? 'frozen' : 'running',
    threads: spec.threads,
    pages: spec.pages,
    bytes: image.pieces.reduce((sum, { bytes }) => sum + bytes, 0),
    ageNs: context.timeline.now() - (began ?? context.timeline.now()),
    cpuNs: threads.reduce((sum, thread) => sum + cyclesIn.ns(kernel, hadOf(copy, thread)), 0),
    bytesTo: calls.bytesTo(name),
    ...(refusals === 0 ? {} : { refusals })
  }
}

/** Writes to a copy's pages are noted from now on, or no longer. @internal */
export const watch = (world: ProcessContext, copy: Copy, on: boolean, { after, done }: Errand): void =>
  after(world.checked.kernel.call, () => {
    look(world, copy)
    if (!on) copy.log = undefined
    else copy.log ??= new Set()
    done()
  })

/** Reads the log of writes, and clears it. @internal */
export const collect = (world: ProcessContext, copy: Copy, { after, answer, refuse }: Errand): void => {
  if (copy.log === undefined) {
    refuse(`writes of ${copy.process.name} are not noted`)
    return
  }
  after(world.checked.kernel.call, () => {
    look(world, copy)
    const log = copy.log ?? new Set<string>()
    const pieces = copy.image.pieces.filter((piece) => log.has(pieceKey(piece)))
    copy.log = new Set()
    after(world.checked.kernel.collect * pieces.length, () => answer({ type: 'collected', pieces, cycles: 0 }))
  })
}
