import { check } from './processCheck'
import type { Copy, Process, ProcessContext } from './processCopy'
import { givePages } from './processMemory'
import { structureBytesOfOne } from './processOptions'

/** A copy is no more: its memory is free, with what stands in it. Its threads must have left the scheduler. Where it was the last one, the process is over (`over`: who does what follows). @internal */
export const dropped = (
  world: ProcessContext,
  copy: Copy,
  how: 'left' | 'exited' | 'lost',
  over: (process: Process, reason: string) => void = (process, reason) => end(world, process, reason)
): void => {
  const { process, kernel } = copy
  const { name } = process
  copy.ahead?.unsubscribe()
  copy.state = 'gone'
  kernel.spent += copy.threads.reduce((sum, { had }, i) => sum + had - copy.base[i], 0)
  process.copies.delete(kernel)
  kernel.copies.delete(name)
  givePages(kernel.memory, name)
  kernel.memory.structureBytes += structureBytesOfOne
  const isHome = process.home === copy
  if (how === 'exited') {
    place(world, copy, 'exited')
    over(process, ENDED)
  } else {
    const isLast = process.copies.size === 0 && process.over === undefined
    if (how === 'left' || !isLast) place(world, copy, 'left')
    check(world, copy, 'left')
    if (isLast) {
      place(world, copy, 'lost')
      over(process, LOST)
    }
  }
  if (isHome) process.home = undefined
}

/** Says how a process stands on a copy's cluster. @internal */
export const place = (
  { context }: ProcessContext,
  { process: { name, spec }, kernel }: Pick<Copy, 'process' | 'kernel'>,
  state: 'running' | 'frozen' | 'arriving' | 'left' | 'exited' | 'lost'
): void => context.tell(kernel.site, { type: 'placed', process: name, user: spec.user, state })

/** A process is over: its program is refused all from now on. @internal */
export const end = (world: ProcessContext, process: Process, reason: string): void => {
  process.over = reason
  world.calls.end(process.name, reason)
  for (const { to } of process.given.splice(0)) world.say(to, { type: 'refused', reason })
  for (const { to, said } of process.answers.splice(0)) world.say(to, said)
}

const ENDED = 'the process has ended'
const LOST = 'the process is lost'
