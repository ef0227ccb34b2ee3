import { cursorOf } from './processAbsent'
import { type Copy, cyclesIn, hadOf, type ProcessContext, wrote } from './processCopy'
import { pieceOfPage } from './processPieces'
import { reschedule } from './processThreads'

/** What the threads of a copy have written since somebody looked last: a page that was written, however often, has one write more. Threads that ran have written their stacks. @internal */
export const look = (world: ProcessContext, copy: Copy): void => {
  const { process, kernel, threads, looked } = copy
  if (copy.state === 'running' || copy.state === 'freezing') reschedule(world, kernel)
  const now = threads.map((thread) => hadOf(copy, thread))
  copy.looked = now
  const written = new Set<number>()
  now.forEach((had, i) => {
    if (had <= looked[i]) return
    for (const index of [2 * i, 2 * i + 1]) if (copy.present.has(`stacks ${index}`)) wrote(copy, { section: 'stacks', index })
    cursorOf(world, process, i)?.until(cyclesIn.ns(kernel, had), (page) => written.add(page))
  })
  for (const page of [...written].sort((a, b) => a - b)) {
    const key = pieceOfPage(page, process.spec)
    if (key === undefined || !copy.present.has(key)) continue
    const isAllocated = page < process.spec.pages
    wrote(copy, { section: isAllocated ? 'frames' : 'user', index: isAllocated ? page : page - process.spec.pages })
  }
}
