import { Observable } from 'rxjs'
import { empty } from '../memory/pageSet'
import { isChipOrder } from '../protocol/chip'
import type { Address, Command } from '../protocol/command'
import type { GuestView } from '../protocol/pipeline'
import type { Answer, Signal } from '../protocol/signal'
import type { Ports, World } from '../protocol/world'
import { key, type Seed, split } from '../random/random'
import type { Time } from '../time/time'
import type { Timeline } from '../time/timeline'
import { begin } from './chipCall'
import { endsOrder, isEndsOrder } from './chipEndOrders'
import { waitingAt } from './chipEnds'
import { chipNetwork } from './chipNetwork'
import type { CheckedChip, ChipFault, ChipOptions } from './chipOptions'
import { checkedChip } from './chipOptions'
import { end, endsBytes, goOn, type Reserved, reserve, stop, unreserve } from './chipOwners'
import { leave, resumePuts } from './chipPortal'
import type { Call, ChipContext, EndsOrder, Interface, Owner, Site } from './chipSite'
import { finish, ownerOf, refuse, siteOf, ticksAt } from './chipSite'
import { missing } from './chipSync'
import { nodeFor, targetsOf } from './chipWhere'
import type { ProcessCalls } from './processCopy'
import { type ProcessKernel, processKernel } from './processKernel'
import { PAGE_BYTES, takenBy } from './processOptions'
import { isOwnKernelOrder } from './processOrders'
import { senseless } from './senseless'

/**
 * A chip of clusters with a memory each, that talk over two networks on chip by syncs, mailboxes and portals (see `ChipOrder`): each cluster is a guest of this world by its name, and its pipeline
 * is the program that runs there. Software takes cycles of the cluster's own clock on one core; what travels, travels as packets of a kernel of lib/noc. Every command is answered; a cluster that
 * has failed refuses all, and those who wait for it are refused when they are told. Errors: `RangeError` naming the option. Cost: some events a message or chunk, besides its packets.
 *
 *     run({ io0: broadcaster, cc0: listener }, chip({ fidelity: 'flit' }))
 */
export const chip = (options: ChipOptions = {}): World => {
  const checked = checkedChip(options)
  const views: readonly GuestView[] = [
    ...checked.sites.map(({ name, kind }) => ({ name, pages: (kind === 'compute' ? SRAM : 2 * SRAM) / PAGE_BYTES, pageBytes: PAGE_BYTES })),
    ...[...checked.processes.processes].map(([name, spec]) => ({ name, pages: takenBy(spec).frames, pageBytes: PAGE_BYTES }))
  ]
  return {
    guests: Object.fromEntries(views.map((view) => [view.name, view])),
    description: checked.description,
    signals: ({ commands, timeline, seed }: Ports) =>
      new Observable<Signal>((subscriber) => {
        const running = chipAtWork(checked, timeline, seed, (signal) => subscriber.next(signal))
        subscriber.add(commands.subscribe((command) => running.obey(command)))
        subscriber.add(() => running.stop())
      })
  }
}

/** Bytes of a compute cluster's memory; an I/O cluster has twice as much on the chip. */
const SRAM = 2 * 2 ** 20

type AtWork = { readonly obey: (command: Command) => void; readonly stop: () => void }

const chipAtWork = (checked: CheckedChip, timeline: Timeline, seed: Seed, emit: (signal: Signal) => void): AtWork => {
  const born = checked.sites.map((spec) => siteOf(spec, checked))
  const sites = new Map(born.map(({ site }) => [site.spec.name, site]))
  const owners = new Map(born.map(({ program }) => [program.name, program]))
  for (const [name, { cluster, user }] of checked.processes.processes) {
    const at = sites.get(cluster)!
    owners.set(name, ownerOf('process', name, user, [at.interfaces[0]]))
    for (const { book } of sites.values()) book.set(name, at)
  }
  const nodes = new Map([...sites.values()].flatMap(({ interfaces }) => interfaces).map((node) => [node.name, node]))
  const stations = new Map([...owners.values()].flatMap((owner) => owner.stations).map((station) => [station.name, station]))
  /** Of what breaks, what everybody has been told. */
  const known = { clusters: new Set<Site>(), processes: new Map<string, string>(), links: false }
  const reserved: Reserved = new Map()
  let isDeadlocked = false

  const speak = (to: Address, said: Answer): void => emit({ ...said, at: timeline.now(), to })
  const say = (to: Address, said: Answer): void => (kernel.has(to.migration) ? kernel.answered(to, said) : speak(to, said))
  const context: ChipContext = {
    chip: checked,
    timeline,
    nodes,
    owners,
    stations,
    network: chipNetwork(checked.wiring, checked.born(seed), checked.clock, checked.packets, timeline, () => {
      if (isDeadlocked) return
      isDeadlocked = true
      for (const site of sites.values()) {
        context.tell(site, { type: 'failed', what: 'link', reason: DEADLOCKED })
        for (const owner of site.owners) for (const call of [...owner.calls]) abandon(owner, call, DEADLOCKED)
      }
    }),
    answer: ({ site }, { to, since }, said) => say(to, 'cycles' in said ? { ...said, cycles: ticksAt(site, context) - since } : said),
    tell: ({ spec }, said) => emit({ ...said, at: timeline.now(), migration: spec.name }),
    lost: (from, to) => known.processes.get(to) ?? cut(from.node, nodeFor(context, from.owner.site, to), from.name, to),
    cut: (from, to) => cut(from, to, from.name, to.name),
    probes: new Set()
  }
  const cut = (from: Interface, to: Interface, ...[one, other]: readonly string[]): string | undefined => {
    if (isDeadlocked) return DEADLOCKED
    if (known.clusters.has(to.site)) return `${to.site.spec.name} has failed`
    return known.links && from.site !== to.site && isCut(from, to) ? `a link between ${one} and ${other} is dead` : undefined
  }
  const isCut = (one: Interface, other: Interface): boolean =>
    context.network.isCut(one.at, other.at) || context.network.isCut(other.at, one.at)

  /** Ends a call that waits, with a reason. What is on its way by it comes all the same. */
  const abandon = (owner: Owner, call: Call, reason: string): void => {
    for (const end of owner.ends.values()) {
      if (end.kind === 'mailboxIn' && end.receive === call) end.receive = undefined
      else if (end.kind === 'mailboxOut' && end.mail === call) end.mail = undefined
      else if (end.kind === 'portalIn' && end.get === call) end.get = undefined
      else if (end.kind === 'portalOut' && end.put === call) leave(context, end)
      else if (end.kind === 'syncIn' && end.await === call) end.await = undefined
    }
    refuse(context, owner, call, reason)
  }
  /** Everybody has been told what broke: who waits for it waits no longer. */
  const notice = (): void => {
    for (const owner of owners.values()) {
      if (owner.site.isDown) continue
      for (const end of [...owner.ends.values()]) {
        const unreached = end.opening && targetsOf(end).map((whom) => context.lost(end.station, whom))
        const gone = unreached?.find((one) => one !== undefined)
        if (gone !== undefined) end.opening!.fail(gone)
        const waiting = waitingAt(end)
        if (waiting === undefined) continue
        const reason =
          end.kind === 'syncIn'
            ? missing(context, end)
            : waiting.whom.map((whom) => context.lost(end.station, whom)).find((one) => one !== undefined)
        if (reason !== undefined) abandon(owner, waiting.call, reason)
      }
    }
    for (const { outbox } of sites.values()) {
      const left = outbox.filter(({ to }) => known.processes.has(to.name))
      outbox.splice(0, outbox.length, ...outbox.filter(({ to }) => !known.processes.has(to.name)))
      for (const { to, gone } of left) gone?.(known.processes.get(to.name)!)
    }
    for (const probe of context.probes) if (cut(probe.from, probe.to) !== undefined && context.probes.delete(probe)) probe.then()
  }
  const breakDown = ({ cluster, link }: ChipFault): void => {
    if (link !== undefined) context.network.kill(link[0], link[1])
    else {
      const site = sites.get(cluster)!
      site.isDown = true
      context.tell(site, { type: 'failed', what: 'source', reason: BROKEN })
      // First what is lost with it, then whoever is refused by that: the last program to end ends the run.
      const endPrograms = kernel.fail(site, BROKEN)
      const program = owners.get(cluster)!
      for (const call of [...program.calls]) finish(context, program, call, { type: 'refused', reason: BROKEN })
      stopTimers(program, BROKEN)
      endPrograms()
    }
    timeline.schedule(() => {
      if (cluster !== undefined) known.clusters.add(sites.get(cluster)!)
      else known.links = true
      notice()
    }, checked.noticeNs)
  }

  const stopTimers = ({ timers }: Owner, reason: string): void => {
    for (const { to, due } of timers.values()) {
      due.unsubscribe()
      say(to, { type: 'refused', reason })
    }
    timers.clear()
  }
  const wake = ({ timers: own }: Owner, afterNs: Time, to: Address): void => {
    const name = `${to.lane} ${to.tag} ${to.n}`
    own.set(name, {
      to,
      due: timeline.schedule(() => {
        own.delete(name)
        say(to, { type: 'done' })
      }, afterNs)
    })
  }
  const cancel = (owner: Owner, { lane }: Address, tag: number): void => {
    for (const [name, { to, due }] of owner.timers)
      if (to.lane === lane && to.tag === tag) {
        due.unsubscribe()
        owner.timers.delete(name)
        say(to, { type: 'refused', reason: CANCELLED })
      }
    for (const end of [...owner.ends.values()]) {
      const waiting = waitingAt(end)
      if (waiting !== undefined && waiting.call.to.lane === lane && waiting.call.to.tag === tag) abandon(owner, waiting.call, CANCELLED)
      else if (end.opening?.call.to.lane === lane && end.opening.call.to.tag === tag) end.opening.fail(CANCELLED)
    }
  }
  const processCalls: ProcessCalls = {
    begin: (command) => obeyed(owners.get(command.to.migration)!, command),
    stop: (process, then) => stop(owners.get(process)!, then),
    goOn: (process, at) => {
      const owner = owners.get(process)!
      const from = owner.site
      known.processes.delete(process)
      const reason = goOn(context, reserved, owner, at)
      for (const site of new Set([from, at])) resumePuts(context, site)
      return reason
    },
    end: (process, reason) => {
      const owner = owners.get(process)!
      end(context, reserved, owner, reason)
      stopTimers(owner, reason)
      timeline.schedule(() => {
        if (owner.over === undefined) return
        known.processes.set(process, `${process} is no more: ${reason}`)
        notice()
      }, checked.noticeNs)
    },
    reserve: (process, at) => reserve(context, reserved, owners.get(process)!, at),
    release: (process) => unreserve(context, reserved, owners.get(process)!),
    handOver: (process) => {
      owners.get(process)!.isHandedOver = true
    },
    endsBytes: (process) => endsBytes(context, owners.get(process)!),
    bytesTo: (process) => Object.fromEntries(owners.get(process)!.bytesTo)
  }
  /** What any program may ask. */
  const obeyed = (owner: Owner, { order, to }: Command): void => {
    if (order.type === 'cancel') {
      cancel(owner, to, order.tag)
      say(to, { type: 'cancelled', unsent: empty(0) })
    } else if (order.type === 'wake') {
      const reason = senseless(order)
      if (reason === undefined) wake(owner, order.afterNs, to)
      else say(to, { type: 'refused', reason })
    } else if (isChipOrder(order)) begin(context, owner, order, to)
    else {
      const what = owner.kind === 'process' ? 'not for a process' : 'for the migration of a guest, and this is a chip'
      say(to, { type: 'refused', reason: `${order.type} is ${what}` })
    }
  }

  const kernel: ProcessKernel = processKernel(
    context,
    checked.processes,
    sites.values(),
    split(key(seed), 'processes'),
    processCalls,
    speak
  )
  const due = checked.faults.map((fault) => timeline.schedule(() => breakDown(fault), Math.max(0, fault.at - timeline.now())))
  return {
    obey: (command) => {
      const { order, to } = command
      if (kernel.has(to.migration)) {
        kernel.given(command)
        return
      }
      const owner = owners.get(to.migration)
      if (owner === undefined) throw new RangeError(`chip: commands must come from one of its clusters (got ${to.migration})`)
      if (owner.site.isDown) say(to, { type: 'refused', reason: BROKEN })
      else if (isOwnKernelOrder(order)) kernel.obey(owner.site, order, to)
      else if (isEndsOrder(order)) {
        const call: Call<EndsOrder> = { order, to, since: ticksAt(owner.site, context), over: false }
        owner.calls.add(call)
        endsOrder(context, owner, call)
      } else obeyed(owner, command)
    },
    stop: () => {
      for (const one of due) one.unsubscribe()
      context.network.stop()
      kernel.stop()
      for (const site of sites.values()) site.isDown = true
      for (const { timers } of owners.values()) for (const { due } of timers.values()) due.unsubscribe()
    }
  }
}

const BROKEN = 'the cluster has failed'
const CANCELLED = 'it is cancelled'
const DEADLOCKED = 'the network on chip is deadlocked'
