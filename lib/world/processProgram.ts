import { isChipOrder } from '../protocol/chip'
import type { Address, Command } from '../protocol/command'
import type { Answer } from '../protocol/signal'
import { ticksAt } from './chipSite'
import { absentAt } from './processAbsent'
import { type Copy, cyclesIn, type Process, type ProcessContext, stampIn, wrote } from './processCopy'
import { pieceOfPage } from './processPieces'
import { goOn, halt, hasFirstCore, waitFor } from './processThreads'

/**
 * An order of a process's own program, which runs on its first thread: it begins when that has a core. A call of the kernel takes the core from it until it is answered, a word of memory and a timer do not. What the
 * program gives at one moment begins together.
 * @internal
 */
export const given = (world: ProcessContext, process: Process, command: Command): void => {
  const { order, to } = command
  if (process.over !== undefined) world.say(to, { type: 'refused', reason: process.over })
  else if (order.type === 'cancel') {
    for (const one of process.given.filter((other) => other.to.lane === to.lane && other.to.tag === order.tag)) {
      process.given.splice(process.given.indexOf(one), 1)
      answered(world, process, one.to, { type: 'refused', reason: 'it is cancelled' })
    }
    world.calls.begin(command)
  } else {
    process.given.push(command)
    beginGiven(world, process)
  }
}

/** What an order of a program came to: heard when its first thread has a core, which it waits for like any other. @internal */
export const answered = (world: ProcessContext, process: Process, to: Address, said: Answer): void => {
  process.open.delete(to.n)
  if (process.over !== undefined) {
    world.say(to, said)
    return
  }
  process.answers.push({ to, said })
  hear(world, process)
}

/** A program's first thread has a core: it hears what its calls came to, and gives what it has to give. @internal */
export const programRuns = (world: ProcessContext, { process }: Copy): void => {
  hear(world, process)
  beginGiven(world, process)
}

/** Wakes the first thread for answers, and hands them over when it has a core. */
const hear = (world: ProcessContext, process: Process): void => {
  const { home, answers } = process
  if (home === undefined || home.state !== 'running') return
  const [first] = home.threads
  while (answers.length > 0 && (first.isOver || hasFirstCore(home))) {
    const { to, said } = answers.shift()!
    world.say(to, said)
  }
  if (process.home !== home || home.state !== 'running') return
  if (answers.length > 0) {
    if (first.waits === CALL) goOn(world, home, [first])
  } else if (process.open.size > 0 && hasFirstCore(home)) block(world, process, home)
}

const beginGiven = (world: ProcessContext, process: Process): void => {
  while (process.given.length > 0 && mayBegin(world, process)) {
    const home = process.home!
    const [command] = process.given
    const { order, to } = command
    if (order.type === 'peek' || order.type === 'poke') {
      const absent = absentAt(home, order.page)
      if (absent !== undefined) {
        halt(world, home, [home.threads[0]])
        waitFor(world, home, home.threads[0], absent)
        return
      }
      process.given.shift()
      touch(world, process, home, command)
    } else {
      process.given.shift()
      if (isChipOrder(order)) {
        process.open.add(to.n)
        if (hasFirstCore(home)) block(world, process, home)
      } else if (order.type !== 'wake') process.refusals++
      world.calls.begin(command)
    }
  }
}

/** It has a core, or gave it up for a call at this very moment. */
const mayBegin = ({ context }: ProcessContext, { home, blockedAt }: Process): boolean =>
  home !== undefined &&
  (hasFirstCore(home) || (home.state === 'running' && home.threads[0].waits === CALL && blockedAt === context.timeline.now()))

const block = (world: ProcessContext, process: Process, home: Copy): void => {
  const [first] = home.threads
  first.waits = CALL
  process.blockedAt = world.context.timeline.now()
  halt(world, home, [first])
}

/** A word of memory. */
const touch = (world: ProcessContext, process: Process, home: Copy, { order, to }: Command): void => {
  if (order.type !== 'peek' && order.type !== 'poke') return
  const key = pieceOfPage(order.page, process.spec)
  if (key === undefined || (order.type === 'poke' && !Number.isSafeInteger(order.word))) {
    process.refusals++
    const reason =
      key === undefined
        ? `${process.name} has no page ${order.page}`
        : `a word must be a whole number (got ${order.type === 'poke' && order.word})`
    answered(world, process, to, { type: 'refused', reason })
    return
  }
  const { context, checked } = world
  const { kernel } = home
  const word = stampIn(home, key)!.word
  const since = ticksAt(kernel.site, context)
  const { pages } = process.spec
  const piece =
    order.page < pages ? ({ section: 'frames', index: order.page } as const) : ({ section: 'user', index: order.page - pages } as const)
  if (order.type === 'poke') wrote(home, piece, { word: order.word })
  context.timeline.schedule(
    () => {
      const cycles = ticksAt(kernel.site, context) - since
      answered(world, process, to, order.type === 'poke' ? { type: 'done' } : { type: 'peeked', word, cycles })
    },
    cyclesIn.ns(kernel, Math.round(checked.kernel.access))
  )
}

/** What a thread waits for that has given its core up for a call. @internal */
export const CALL = 'call'
