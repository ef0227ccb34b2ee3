import { clusterScheduler, scheduleUntil } from '../guest/clusterScheduler'
import { linesToFind } from '../guest/linesToFind'
import { scatteredLayout, uAreaLayout } from '../guest/processLayout'
import type { Address, Command, Order } from '../protocol/command'
import type { KernelAnswer, KernelOrder } from '../protocol/process'
import type { Answer } from '../protocol/signal'
import type { Key } from '../random/random'
import type { ChipContext, Site } from './chipSite'
import { ticksAt, work } from './chipSite'
import { admit, settled } from './processAdmit'
import { type Copy, hadOf, type Process, type ProcessCalls, type ProcessContext, putStamp, type SiteKernel } from './processCopy'
import { dropped, place } from './processEnd'
import { describe, extract, install } from './processExtract'
import { forget, kill } from './processForget'
import { type Errand, freeze, run, unfreeze } from './processFreeze'
import { clusterMemory, shortOf } from './processMemory'
import { collect, observe, watch } from './processObserve'
import { type CheckedProcesses, structureBytesOfOne, takenBy } from './processOptions'
import { imageOf, pieceKey } from './processPieces'
import { answered, given, programRuns } from './processProgram'

/** Orders about processes that the kernels of clusters know; `depend`, `hold` and `repoint` are of ends. @internal */
export type OwnKernelOrder = Exclude<KernelOrder, { readonly type: 'depend' | 'hold' | 'repoint' }>

/** Whether an order is one of those. @internal */
export const isOwnKernelOrder = (order: Order): order is OwnKernelOrder => own.has(order.type)

const own: ReadonlySet<string> = new Set<OwnKernelOrder['type']>([
  'freeze',
  'unfreeze',
  'describe',
  'extract',
  'admit',
  'install',
  'forget',
  'kill',
  'watch',
  'collect',
  'observe'
])

/**
 * The kernels of a chip's clusters, as far as processes go. `obey`: what a cluster's program asks of its own. `given`: an order of a process's program, which begins when its first thread has a core; `answered`: what it came
 * to. `siteOf`: where a process is that counts. `fail`: a cluster has failed, with all that was there.
 * @internal
 */
export type ProcessKernel = {
  readonly has: (name: string) => boolean
  readonly siteOf: (process: string) => Site | undefined
  readonly obey: (site: Site, order: OwnKernelOrder, to: Address) => void
  readonly given: (command: Command) => void
  readonly answered: (to: Address, said: Answer) => void
  readonly fail: (site: Site, reason: string) => void
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
        else obeyed(world, copy, order, task)
      }
    },
    given: (command) => given(world, processes.get(command.to.migration)!, command),
    answered: (to, said) => answered(world, processes.get(to.migration)!, to, said),
    fail: (site, reason) => {
      const kernel = kernels.get(site)!
      kernel.due?.appointment.unsubscribe()
      for (const answer of open.get(site)?.values() ?? []) answer({ type: 'refused', reason })
      kernel.scheduler = scheduleUntil(kernel.scheduler, ticksAt(site, context)).scheduler
      for (const copy of [...kernel.copies.values()]) {
        for (const thread of copy.threads) thread.had = hadOf(copy, thread)
        dropped(world, copy, copy.process.home === copy ? 'lost' : 'left')
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

type OfOne = Exclude<OwnKernelOrder, { readonly type: 'observe' | 'admit' }>

const obeyed = (world: ProcessContext, copy: Copy, order: OfOne, task: Errand): void => {
  if (order.type === 'freeze') freeze(world, copy, task)
  else if (order.type === 'unfreeze') unfreeze(world, copy, order.absent === true, task)
  else if (order.type === 'describe') describe(world, copy, task)
  else if (order.type === 'extract') extract(world, copy, order.piece, task)
  else if (order.type === 'install') install(world, copy, order.piece, order.content, task)
  else if (order.type === 'forget') forget(world, copy, task)
  else if (order.type === 'kill') kill(world, copy, task)
  else if (order.type === 'watch') watch(world, copy, order.on, task)
  else collect(world, copy, task)
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

/** A process begins where its options say, with cleared memory; where it does not fit it is lost before it began. */
const born = (world: ProcessContext, process: Process): void => {
  const { context, checked, kernels } = world
  const { name, spec } = process
  const kernel = [...kernels.values()].find(({ site }) => site.spec.name === spec.cluster)!
  const short = kernel.site.isDown
    ? 'the cluster has failed'
    : shortOf(kernel.memory, { ...takenBy(spec), structureBytes: structureBytesOfOne })
  process.began = context.timeline.now()
  if (short !== undefined) {
    process.over = short
    place(world, { process, kernel }, 'lost')
    for (const { to } of process.given.splice(0)) world.say(to, { type: 'refused', reason: short })
    return
  }
  const copy = settled(world, kernel, process, imageOf(name, spec, checked.layout, 0))
  for (const { section, index } of copy.image.pieces) {
    putStamp(copy, pieceKey({ section, index }), { of: name, section, index, version: 0, word: 0 })
  }
  copy.state = 'running'
  process.home = copy
  world.calls.goOn(name, kernel.site)
  place(world, copy, 'running')
  run(world, copy)
}
