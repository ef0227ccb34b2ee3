import type { KernelCore } from './kernelCore'

/** What a program of the kernel waits for: a lock, its release, a moment, or to be woken; `core` is the one whose clock counts. @internal */
export type KernelStep =
  | { readonly type: 'lock'; readonly lock: string; readonly core: KernelCore }
  | { readonly type: 'unlock'; readonly lock: string; readonly core: KernelCore }
  | { readonly type: 'until'; readonly at: number; readonly core: KernelCore }
  | { readonly type: 'sleep'; readonly name: string; readonly core: KernelCore }

/** A program of the kernel: code that touches a core, and steps between which others may come first. @internal */
export type KernelProgram = Generator<KernelStep, void>

/** Programs on cores that share locks. `stuck` is asked when none can go on; it returns whether it started or woke one. @internal */
export type KernelRun = {
  readonly start: (program: KernelProgram) => void
  readonly wake: (name: string, at: number) => void
  readonly finish: (stuck: (at: number) => boolean) => void
}

type Actor = { readonly program: KernelProgram; step: KernelStep; a: number; b: number }

/**
 * Runs programs by their cores' clocks, the earliest first, each up to its next step. A lock that is taken is tried again and again, after busy loops whose lengths grow and wrap
 * (nanvix/hal, k1b spinlock.h: factors from the core's number and from 1, by 1 and by 3 modulo 16): the branches of waiting are counted as any others. @internal
 */
export const kernelRun = (): KernelRun => {
  const actors: Actor[] = []
  const sleeping = new Map<string, Actor>()
  const owners = new Map<string, Actor>()
  let latest = 0
  const onward = (actor: Actor): void => {
    const next = actor.program.next()
    if (next.done) actors.splice(actors.indexOf(actor), 1)
    else {
      actor.step = next.value
      actor.a = next.value.core.id
      actor.b = 1
    }
  }
  const earliest = (): Actor | undefined => {
    let first: Actor | undefined
    for (const actor of actors) if (first === undefined || actor.step.core.now() < first.step.core.now()) first = actor
    return first
  }
  const spin = (actor: Actor, until: number): void => {
    const { core } = actor.step
    do {
      core.uncached()
      core.branch()
      core.loop(actor.a * actor.b, busyCycles)
      actor.a = (actor.a + 1) % backoffRange
      actor.b = (actor.b + 3) % backoffRange
    } while (core.now() < until)
  }
  const act = (actor: Actor): void => {
    const { step } = actor
    latest = Math.max(latest, step.core.now())
    if (step.type === 'sleep') {
      actors.splice(actors.indexOf(actor), 1)
      sleeping.set(step.name, actor)
      return
    }
    if (step.type === 'lock') {
      const owner = owners.get(step.lock)
      if (owner !== undefined) {
        spin(actor, owner.step.core.now())
        return
      }
      owners.set(step.lock, actor)
      step.core.uncached()
    } else if (step.type === 'unlock') owners.delete(step.lock)
    else step.core.idleUntil(step.at)
    onward(actor)
  }
  return {
    start: (program) => {
      const first = program.next()
      if (!first.done) actors.push({ program, step: first.value, a: first.value.core.id, b: 1 })
    },
    wake: (name, at) => {
      const actor = sleeping.get(name)
      if (actor === undefined) return
      sleeping.delete(name)
      actor.step.core.idleUntil(at)
      actors.push(actor)
      onward(actor)
    },
    finish: (stuck) => {
      for (;;) {
        const actor = earliest()
        if (actor !== undefined) act(actor)
        else if (!stuck(latest)) return
      }
    }
  }
}

const backoffRange = 16
const busyCycles = 10
