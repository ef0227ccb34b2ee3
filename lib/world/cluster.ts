import { Observable, type Subscription } from 'rxjs'
import { empty } from '../memory/pageSet'
import type { Address, Command, Order } from '../protocol/command'
import type { GuestView } from '../protocol/pipeline'
import type { Answer, Fact, Signal } from '../protocol/signal'
import type { Ports, World } from '../protocol/world'
import type { Time } from '../time/time'
import type { Timeline } from '../time/timeline'
import type { ClusterPort } from './clusterConduct'
import { begin, durationOf, finish, refusalOf } from './clusterConduct'
import type { Frame } from './clusterMember'
import * as members from './clusterMember'
import { switchedLan } from './clusterNetwork'
import type { CheckedCluster, ClusterOptions } from './clusterOptions'
import { checkedCluster } from './clusterOptions'
import { senseless } from './senseless'

/**
 * A cluster of virtual machines on one switched LAN, whose guests exchange frames while their hypervisors and a coordinator, on a machine of its own, exchange messages: each is a
 * guest of this world by its name, and its pipeline is the machine that acts there. Frames are numbered by channel, so that the oracle sees what is lost, doubled or out of order. Every command is
 * answered; a machine that has broken down refuses all. Errors: `RangeError` naming the option. Cost: three events for each frame.
 */
export const cluster = (options: ClusterOptions): World => {
  const checked = checkedCluster(options)
  const views = checked.members.map(
    ({ name, memoryBytes }): GuestView => ({ name, pages: memoryBytes / PAGE_BYTES, pageBytes: PAGE_BYTES })
  )
  const all = [...views, { name: checked.coordinator, pages: 0, pageBytes: PAGE_BYTES }]
  return {
    guests: Object.fromEntries(all.map((view) => [view.name, view])),
    description: checked.description,
    signals: ({ commands, timeline }: Ports) =>
      new Observable<Signal>((subscriber) => {
        const work = running(checked, timeline, (signal) => subscriber.next(signal))
        subscriber.add(commands.subscribe((command) => work.obey(command)))
        subscriber.add(() => work.stop())
        work.start()
      })
  }
}

const PAGE_BYTES = 4096

/** What a machine has under way, to be refused when it breaks down. */
type Errand = { readonly to: Address; readonly due: Subscription }

type Running = { readonly obey: (command: Command) => void; readonly start: () => void; readonly stop: () => void }

const running = (
  { members: specs, coordinator, communication, network: lan, faults, outages }: CheckedCluster,
  timeline: Timeline,
  emit: (signal: Signal) => void
): Running => {
  const names = specs.map(({ name }) => name)
  const machines = [...names, coordinator]
  const links = switchedLan(lan, machines.length, outages, timeline)
  const placeOf = new Map(machines.map((name, i) => [name, i]))
  const down = machines.map(() => false)
  const errands: Errand[][] = machines.map(() => [])
  const scheduled = new Set<Subscription>()
  const cluster = specs.map(({ name, memoryBytes }, place) =>
    members.member({
      place,
      names,
      program: communication.program(place, names.length),
      bytes: memoryBytes,
      misdelivered: (from, number, expected) => fact(name, { type: 'misdelivered', from, number, expected })
    })
  )
  /** What each guest waits for: the end of a computation that began at a time. */
  const computing: ({ readonly since: Time; readonly ns: Time; readonly due: Subscription } | undefined)[] = names.map(() => undefined)
  const ranNs = names.map(() => 0)
  const ranSince = names.map(() => 0)
  const ended = names.map(() => false)

  const answer = (to: Address, said: Answer): void => emit({ ...said, at: timeline.now(), to })
  const refuse = (to: Address, reason: string): void => answer(to, { type: 'refused', reason })
  const fact = (migration: string, said: Fact): void => emit({ ...said, at: timeline.now(), migration })
  const after = (delayNs: Time, work: () => void): Subscription => {
    const due = timeline.schedule(() => {
      scheduled.delete(due)
      work()
    }, delayNs)
    scheduled.add(due)
    return due
  }
  /** What a machine does in a time, unless it breaks down meanwhile. */
  const errand = (place: number, to: Address, ns: Time, work: () => void): void => {
    const own = errands[place]
    const one: Errand = {
      to,
      due: after(ns, () => {
        own.splice(own.indexOf(one), 1)
        work()
      })
    }
    own.push(one)
  }

  const proceed = (place: number): void => {
    const m = cluster[place]
    while (m.running && m.vm !== undefined && computing[place] === undefined) {
      const action = members.actionOf(m)
      if (action.type === 'compute' && action.ns > 0) {
        const { vm } = m
        const ns = vm.leftNs >= 0 ? vm.leftNs : action.ns
        const due = after(ns, () => {
          computing[place] = undefined
          members.act(m)
          proceed(place)
        })
        computing[place] = { since: timeline.now(), ns, due }
        return
      }
      const acted = members.act(m)
      if (acted.type === 'sent') carry(acted.frame)
      else if (acted.type === 'blocked') return
      else if (acted.type === 'ended') {
        if (!ended[place]) fact(m.names[place], { type: 'finished', digest: m.vm.digest })
        ended[place] = true
        return
      }
    }
  }
  const carry = (frame: Frame): void =>
    links.send(frame.from, frame.to, frame.bytes + lan.headerBytes, 'frames', () => {
      if (down[frame.to]) return
      members.arrive(cluster[frame.to], frame)
      proceed(frame.to)
    })
  const halt = (place: number): void => {
    const m = cluster[place]
    const under = computing[place]
    if (under !== undefined) {
      under.due.unsubscribe()
      scheduled.delete(under.due)
      if (m.vm !== undefined) m.vm.leftNs = under.ns - (timeline.now() - under.since)
      computing[place] = undefined
    }
    if (m.running) ranNs[place] += timeline.now() - ranSince[place]
    members.pause(m)
  }
  const port = (place: number): ClusterPort => ({
    stop: () => halt(place),
    started: () => {
      ranSince[place] = timeline.now()
    },
    guestNs: () => ranNs[place] + (cluster[place].running ? timeline.now() - ranSince[place] : 0),
    clockNs: () => timeline.now(),
    stored: (checkpoint, stands, record) => fact(names[place], { type: 'stored', checkpoint, stands, ...record })
  })
  const ports = names.map((_, place) => port(place))

  const tell = (place: number, order: Extract<Order, { readonly type: 'tell' }>, to: Address): void => {
    const { whom, message, closing } = order
    const there = placeOf.get(whom)
    if (there === undefined) {
      refuse(to, `there is no machine called ${whom}`)
      return
    }
    links.send(place, there, lan.messageBytes, closing === undefined ? 'messages' : 'frames', () => {
      if (down[there]) return
      if (closing !== undefined && there < names.length && place < names.length) members.close(cluster[there], place, closing)
      fact(whom, { type: 'told', from: to.migration, message })
    })
    answer(to, { type: 'done' })
  }
  const cancel = (place: number, tag: number, to: Address): void => {
    const own = errands[place]
    const one = own.find((other) => other.to.tag === tag && other.to.lane === to.lane)
    if (one !== undefined) {
      giveUp(one, 'it is cancelled')
      own.splice(own.indexOf(one), 1)
    }
    answer(to, { type: 'cancelled', unsent: empty(0) })
  }
  const giveUp = ({ to, due }: Errand, reason: string): void => {
    due.unsubscribe()
    scheduled.delete(due)
    refuse(to, reason)
  }

  const obey = ({ order, to }: Command): void => {
    const place = placeOf.get(to.migration)
    if (place === undefined) throw new RangeError(`cluster: commands must come from one of its machines (got ${to.migration})`)
    if (down[place]) refuse(to, BROKEN)
    else if (order.type === 'tell') tell(place, order, to)
    else if (order.type === 'cancel') cancel(place, order.tag, to)
    else if (order.type === 'wake' && senseless(order) !== undefined) refuse(to, senseless(order)!)
    else if (order.type === 'wake') errand(place, to, order.afterNs, () => answer(to, { type: 'done' }))
    else if (place >= names.length) refuse(to, 'the coordinator has no guest')
    else {
      const m = cluster[place]
      const reason = refusalOf(m, order)
      if (reason !== undefined) {
        refuse(to, reason)
        return
      }
      begin(m, order, ports[place])
      errand(place, to, durationOf(m, order, specs[place].costs, lan), () => {
        answer(to, finish(m, order, ports[place], lan))
        if (order.type === 'load') ended[place] = false
        if (order.type === 'resume') proceed(place)
      })
    }
  }

  const breakDown = (place: number): void => {
    down[place] = true
    links.crash(place)
    if (place < names.length) {
      halt(place)
      members.crash(cluster[place])
    }
    fact(machines[place], { type: 'failed', what: 'source', reason: BROKEN })
    for (const one of errands[place].splice(0)) giveUp(one, BROKEN)
  }
  const comeBack = (place: number): void => {
    down[place] = false
    fact(machines[place], { type: 'mended', what: 'source' })
  }

  return {
    obey,
    start: () => {
      for (const { machine, at, until } of faults) {
        after(at - timeline.now(), () => breakDown(machine))
        if (until !== undefined) after(until - timeline.now(), () => comeBack(machine))
      }
      for (let place = 0; place < names.length; place++) after(0, () => proceed(place))
    },
    stop: () => {
      for (const due of scheduled) due.unsubscribe()
      scheduled.clear()
    }
  }
}

const BROKEN = 'the machine has broken down'
