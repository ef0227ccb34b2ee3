import { Observable } from 'rxjs'
import { empty } from '../memory/pageSet'
import { type ChipOrder, isChipOrder } from '../protocol/chip'
import type { Address, Command } from '../protocol/command'
import type { GuestView } from '../protocol/pipeline'
import type { Answer, Signal } from '../protocol/signal'
import type { Ports, World } from '../protocol/world'
import { key, type Seed, split } from '../random/random'
import type { Time } from '../time/time'
import type { Timeline } from '../time/timeline'
import { attach, close, create, waitingAt } from './chipEnds'
import { mail, receive } from './chipMailbox'
import { chipNetwork } from './chipNetwork'
import type { CheckedChip, ChipFault, ChipOptions } from './chipOptions'
import { checkedChip } from './chipOptions'
import { allow, get, leave, put } from './chipPortal'
import type { Call, CallOf, ChipContext, End, EndOf, Interface, Owner, Site } from './chipSite'
import { finish, refuse, siteOf, ticksAt } from './chipSite'
import { awaitAll, missing, signal } from './chipSync'
import type { ProcessCalls } from './processCopy'
import { isOwnKernelOrder, type ProcessKernel, processKernel } from './processKernel'
import { PAGE_BYTES, takenBy } from './processOptions'
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
  const nodes = new Map([...sites.values()].flatMap(({ interfaces }) => interfaces).map((node) => [node.name, node]))
  const stations = new Map([...owners.values()].flatMap((owner) => owner.stations).map((station) => [station.name, station]))
  /** Of what breaks, what everybody has been told. */
  const known = { clusters: new Set<Site>(), links: false }
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
    lost: (from, to) => {
      const there = stations.get(to)!.node
      if (isDeadlocked) return DEADLOCKED
      if (known.clusters.has(there.site)) return `${there.site.spec.name} has failed`
      return known.links && isCut(from.node, there) ? `a link between ${from.name} and ${to} is dead` : undefined
    }
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
        const waiting = waitingAt(end)
        if (waiting === undefined) continue
        const reason =
          end.kind === 'syncIn'
            ? missing(context, end)
            : waiting.whom.map((whom) => context.lost(end.station, whom)).find((one) => one !== undefined)
        if (reason !== undefined) abandon(owner, waiting.call, reason)
      }
    }
  }
  const breakDown = ({ cluster, link }: ChipFault): void => {
    if (link !== undefined) context.network.kill(link[0], link[1])
    else {
      const site = sites.get(cluster)!
      site.isDown = true
      context.tell(site, { type: 'failed', what: 'source', reason: BROKEN })
      for (const owner of site.owners) {
        for (const call of [...owner.calls]) finish(context, owner, call, { type: 'refused', reason: BROKEN })
        for (const { to, due } of owner.timers.values()) {
          due.unsubscribe()
          say(to, { type: 'refused', reason: BROKEN })
        }
        owner.timers.clear()
      }
      kernel.fail(site, BROKEN)
    }
    timeline.schedule(() => {
      if (cluster !== undefined) known.clusters.add(sites.get(cluster)!)
      else known.links = true
      notice()
    }, checked.noticeNs)
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
    }
  }
  const atEnd = (owner: Owner, call: Call, end: End | undefined): void => {
    const { order } = call
    if (end === undefined || !('end' in order)) refuse(context, owner, call, `there is no end called ${order.end}`)
    else if (order.type === 'close') close(context, owner, call as CallOf<'close'>, end)
    else if (kinds[order.type as keyof typeof kinds] !== end.kind) refuse(context, owner, call, `${order.end} is no end for ${order.type}`)
    else if ('bytes' in order && !(Number.isSafeInteger(order.bytes) && order.bytes > 0))
      refuse(context, owner, call, `bytes must be a whole number above 0 (got ${order.bytes})`)
    else if (order.type === 'mail') mail(context, owner, end as EndOf<'mailboxOut'>, call as CallOf<'mail'>)
    else if (order.type === 'receive') receive(context, owner, end as EndOf<'mailboxIn'>, call as CallOf<'receive'>)
    else if (order.type === 'allow') allow(context, owner, end as EndOf<'portalIn'>, call as CallOf<'allow'>)
    else if (order.type === 'get') get(context, owner, end as EndOf<'portalIn'>, call as CallOf<'get'>)
    else if (order.type === 'put') put(context, owner, end as EndOf<'portalOut'>, call as CallOf<'put'>)
    else if (order.type === 'signal') signal(context, owner, end as EndOf<'syncOut'>, call as CallOf<'signal'>)
    else awaitAll(context, owner, end as EndOf<'syncIn'>, call as CallOf<'await'>)
  }
  const processCalls: ProcessCalls = {
    begin: ({ order, to }) => {
      const reason = senseless(order)
      if (order.type === 'cancel') say(to, { type: 'cancelled', unsent: empty(0) })
      else if (reason !== undefined || order.type !== 'wake')
        say(to, { type: 'refused', reason: reason ?? `${order.type} is not for a process` })
      else timeline.schedule(() => say(to, { type: 'done' }), order.afterNs)
    },
    stop: (_, then) => then(),
    goOn: () => undefined,
    end: () => undefined,
    reserve: () => undefined,
    release: () => undefined,
    handOver: () => undefined,
    endsBytes: () => 0,
    bytesTo: () => ({})
  }
  const begin = (owner: Owner, order: ChipOrder, to: Address): void => {
    const call: Call = { order, to, since: ticksAt(owner.site, context), over: false }
    owner.calls.add(call)
    if (order.type === 'create') create(context, owner, call as CallOf<'create'>)
    else if (order.type === 'attach') attach(context, owner, call as CallOf<'attach'>)
    else atEnd(owner, call, owner.ends.get(order.end))
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
      else if (order.type === 'cancel') {
        cancel(owner, to, order.tag)
        say(to, { type: 'cancelled', unsent: empty(0) })
      } else if (order.type === 'wake') {
        const reason = senseless(order)
        if (reason === undefined) wake(owner, order.afterNs, to)
        else say(to, { type: 'refused', reason })
      } else if (isChipOrder(order)) begin(owner, order, to)
      else if (isOwnKernelOrder(order)) kernel.obey(owner.site, order, to)
      else say(to, { type: 'refused', reason: `${order.type} is for the migration of a guest, and this is a chip` })
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

/** The kind of end that each order is for. */
const kinds = {
  mail: 'mailboxOut',
  receive: 'mailboxIn',
  allow: 'portalIn',
  get: 'portalIn',
  put: 'portalOut',
  signal: 'syncOut',
  await: 'syncIn'
} as const

const BROKEN = 'the cluster has failed'
const CANCELLED = 'it is cancelled'
const DEADLOCKED = 'the network on chip is deadlocked'
