import { clusterScheduler, scheduleUntil } from '../guest/clusterScheduler'
import { linesToFind } from '../guest/linesToFind'
import { scatteredLayout, uAreaLayout } from '../guest/processLayout'
import type { Address, Command } from '../protocol/command'
import type { KernelAnswer } from '../protocol/process'
import type { Answer } from '../protocol/signal'
import type { Key } from '../random/random'
import type { ChipContext, Site } from './chipSite'
import { ticksAt } from './chipSite'
import { work } from './chipWork'
import { admit } from './processAdmit'
import { born } from './processBorn'
import { hadOf, type Process, type ProcessCalls, type ProcessContext, type SiteKernel } from './processCopy'
import { dropped, end } from './processEnd'
import type { Errand } from './processFreeze'
import { clusterMemory } from './processMemory'
import { observe } from './processObserve'
import type { CheckedProcesses } from './processOptions'
import { type OwnKernelOrder, orderedOf } from './processOrders'
import { answered, given, programRuns } from './processProgram'

/**
 * The kernels of a chip's clusters, as far as processes go. `obey`: what a cluster's program asks of its own. `given`: an order of a process's program, which begins when its first thread has a core; `answered`: what it came
 * to. `siteOf`: where a process is that counts. `fail`: a cluster has failed, with all that was there: says what is lost, and gives what refuses the programs of it.
 * @internal
 */
export type ProcessKernel = {
  readonly has: (name: string) => boolean
  readonly siteOf: (process: string) => Site | undefined
  readonly obey: (site: Site, order: OwnKernelOrder, to: Address) => void
  readonly given: (command: Command) => void
  readonly answered: (to: Address, said: Answer) => void
  readonly fail: (site: Site, reason: string) => () => void
  readonly stop: () => void
}

/** See `ProcessKernel`. Processes begin on the timeline at their times. @internal */
export const processKernel = (
  context: ChipContext,
  checked: CheckedProcesses,
  sites: Iterable<Site>,
  key: Key,
  calls: ProcessCalls,
  say: (to: Address, said: Answer) => void
): ProcessKernel => {
  const kernels = new Map([...sites].map((site) => [site, kernelOf(site, checked)]))
  const processes = new Map([...checked.processes].map(([name, spec]) => [name, processOf(name, spec)]))
  const layout = checked.layout === 'uArea' ? uAreaLayout({ key }) : scatteredLayout({ key })
  const world: ProcessContext = {
    context,
    checked,
    processes,
    kernels,
    calls,
    key,
    lines: linesToFind(layout),
    say,
    programRuns: (copy) => programRuns(world, copy)
  }
  const open = new Map<Site, Map<Address, (said: Answer) => void>>()
  const due = [...processes.values()].map((process) =>
    context.timeline.schedule(() => born(world, process), Math.max(0, process.spec.at - context.timeline.now()))
  )

  const errand = (site: Site, to: Address): Errand => {
    const since = ticksAt(site, context)
    const own = open.get(site) ?? new Map<Address, (said: Answer) => void>()
    open.set(site, own)
    const answer = (said: Answer): void => {
      if (!own.delete(to)) return
      say(to, 'cycles' in said ? { ...said, cycles: ticksAt(site, context) - since } : said)
    }
    own.set(to, answer)
    return {
      site,
      after: (cycles, then) => work(context, context.owners.get(site.spec.name)!, () => cycles, then),
      done: () => answer({ type: 'done' }),
      answer: (said: KernelAnswer) => answer(said),
      refuse: (reason) => answer({ type: 'refused', reason })
    }
  }

  return {
    has: (name) => processes.has(name),
    siteOf: (name) => processes.get(name)?.home?.kernel.site,
    obey: (site, order, to) => {
      const kernel = kernels.get(site)!
      const task = errand(site, to)
      if (order.type === 'observe') observe(world, kernel, task)
      else if (order.type === 'admit') admit(world, kernel, processes.get(order.made.process), order.made, task)
      else {
        const copy = kernel.copies.get(order.process)
        if (copy === undefined) task.refuse(`no process called ${order.process} is here`)
        else orderedOf(world, copy, order, task)
      }
    },
    given: (command) => given(world, processes.get(command.to.migration)!, command),
    answered: (to, said) => answered(world, processes.get(to.migration)!, to, said),
    fail: (site, reason) => {
      const kernel = kernels.get(site)!
      const over: (() => void)[] = []
      kernel.due?.appointment.unsubscribe()
      kernel.scheduler = scheduleUntil(kernel.scheduler, ticksAt(site, context)).scheduler
      for (const copy of [...kernel.copies.values()]) {
        for (const thread of copy.threads) thread.had = hadOf(copy, thread)
        dropped(world, copy, copy.process.home === copy ? 'lost' : 'left', (process, why) => over.push(() => end(world, process, why)))
      }
      return () => {
        for (const answer of open.get(site)?.values() ?? []) answer({ type: 'refused', reason })
        for (const tell of over) tell()
      }
    },
    stop: () => {
      for (const one of due) one.unsubscribe()
      for (const kernel of kernels.values()) {
        kernel.due?.appointment.unsubscribe()
        for (const { ahead } of kernel.copies.values()) ahead?.unsubscribe()
      }
    }
  }
}

const kernelOf = (site: Site, { room, tick, quantum, perTick }: CheckedProcesses): SiteKernel => {
  const own = room[site.spec.kind]
  return {
    site,
    room: own,
    memory: clusterMemory(own),
    copies: new Map(),
    scheduler: clusterScheduler({ cores: own.userCores, tick, quantum, perTick }),
    spent: 0,
    due: undefined
  }
}

const processOf = (name: string, spec: Process['spec']): Process => ({
  name,
  spec,
  newest: new Map(),
  copies: new Map(),
  cursors: new Map(),
  given: [],
  answers: [],
  open: new Set(),
  blockedAt: -1,
  home: undefined,
  began: undefined,
  over: undefined,
  refusals: 0
})
