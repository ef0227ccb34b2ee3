import type { Copy, ProcessContext, ProcessThread } from './processCopy'
import { dropped } from './processEnd'
import type { Errand } from './processFreeze'
import { halt } from './processThreads'

/** Drops a copy that does not run. @internal */
export const forget = (world: ProcessContext, copy: Copy, { after, done, refuse }: Errand): void => {
  const { process } = copy
  const isIdle = (): boolean => copy.state === 'frozen' || copy.state === 'arriving'
  if (!isIdle()) {
    refuse(`${process.name} is neither frozen nor arriving`)
    return
  }
  after(world.checked.kernel.call + world.checked.kernel.page * copy.pages.size, () => {
    if (!isIdle()) return refuse(GONE)
    if (copy.state === 'arriving') world.calls.release(process.name, copy.kernel.site)
    dropped(world, copy, 'left')
    done()
  })
}

/** Ends a process, wherever it stands; of one that is arriving the copy here. @internal */
export const kill = (world: ProcessContext, copy: Copy, { after, done, refuse }: Errand): void =>
  after(world.checked.kernel.call + world.checked.kernel.page * copy.pages.size, () => {
    if (copy.state === 'gone') return refuse(GONE)
    const isHome = copy.process.home === copy
    halt(world, copy, inOrder(copy))
    dropped(world, copy, isHome ? 'exited' : 'left')
    done()
  })

/** Those that wait for a core first, so that none of them gets one. */
const inOrder = ({ kernel: { scheduler }, process: { name }, threads }: Copy): readonly ProcessThread[] =>
  [...scheduler.ready, ...scheduler.cores].flatMap((one) => (one?.process === name ? [threads[one.thread]] : []))

const GONE = 'the process has gone meanwhile'
