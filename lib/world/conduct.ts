import type { Settlement } from '../guest/dependency'
import { deviceState } from '../guest/device'
import type { Guest } from '../guest/guest'
import { memoryBytes } from '../guest/guest'
import { level } from '../memory/pageClasses'
import { orderOf } from '../memory/pageSequence'
import * as pageSet from '../memory/pageSet'
import { isChipOrder } from '../protocol/chip'
import { isClusterOrder } from '../protocol/cluster'
import type { Address, Command, Of, Order, Where } from '../protocol/command'
import { cannotCompress } from '../protocol/compression'
import { imageOrders } from '../protocol/imageOrder'
import { isKernelOrder } from '../protocol/process'
import type { Answer, Fact, WaitedFor } from '../protocol/signal'
import type { Hosts } from './hosts'
import * as hosts from './hosts'
import { senseless } from './senseless'

/** What can fail: the link or a host. */
export type Part = 'link' | Where

/**
 * How two hosts obey one migration's orders, without time: what each order does, where, and in what order. A kernel's state; the simulated data centre gives each
 * errand its time, and the state explorer takes any errand that is due as a choice. Both run this code.
 */
export type Conduct = {
  readonly migration: string
  readonly guest: Guest
  readonly settlement: Settlement
  hosts: Hosts
  /** The same of the guest's disk, where it has one that must move. */
  readonly disk?: Hosts
  /** Bytes of the target's memory held for the guest, and of the source's, where that was the target of an earlier hop. */
  reserved: number
  kept: number
  /** What is broken, and why. */
  failed: Readonly<Partial<Record<Part, string>>>
  /** Why the connection is broken: as with TCP, what was on its way is lost, and a mended link carries nothing until a `preselect` or an `inquire` has begun a new one. */
  severed: string | undefined
  /** The source has let go: the next `preselect` begins another hop. */
  released: boolean
}

/**
 * What an errand waits for. `out`: its message arrives at the target. `back`: the answer arrives. `suspend`: the guest has stopped. `activate`: the order to resume
 * is at the target and obeyed. `restart`: the guest goes on at the source. `redirect`: the network delivers at the target. `synced`: the log has been read.
 * `timer`: a time has passed. `save`: the source has read out the state of the devices. `plug`: the devices are plugged or unplugged.
 * `dump`: a file has been written. `rebuild`: the order is at the target and obeyed.
 */
export type Leg =
  | 'out'
  | 'back'
  | 'suspend'
  | 'activate'
  | 'restart'
  | 'redirect'
  | 'synced'
  | 'timer'
  | 'save'
  | 'plug'
  | 'dump'
  | 'rebuild'

/** An order on its way: what it waits for, and what must not fail meanwhile. Plain data; `answer` is what the back leg brings. */
export type Errand = {
  readonly to: Address
  readonly order: Order
  readonly leg: Leg
  readonly needs: readonly Part[]
  readonly answer?: Answer | Fact
}

/** What a conduct needs of whoever drives it: a voice, the guest's clocks and its running, the target's memory, and the lanes of the link. */
export type ConductPort = {
  readonly tell: (to: Address, answer: Answer) => void
  readonly tellAll: (fact: Fact) => void
  /** How long the guest has run, and what its own clock shows. */
  readonly guestNs: () => number
  readonly clockNs: () => number
  /** How long it has waited for missing pages, where it has. */
  readonly waited: () => WaitedFor | undefined
  /** The guest stops; the guest goes on there, its clock not behind `notBeforeNs`; the target tells again, at once, for which pages it waits, and whether it has ended. */
  readonly stopped: () => void
  readonly started: (where: Where, notBeforeNs?: number) => void
  readonly faultAgain: () => void
  /** Traps, logging or running have changed. */
  readonly changed: () => void
  readonly setThrottle: (fraction: number) => void
  /** Each virtual CPU is held to what it may dirty. */
  readonly limitDirtying: (order: Extract<Order, { readonly type: 'dirtyLimit' }>) => void
  /** The guest's virtual CPUs share so many cores; `null`: any. */
  readonly pin: (cores: number | null) => void
  /** The guest stands still while its log is read. */
  readonly heldBySync: () => void
  readonly departed: () => void
  /** Takes memory of the target for a guest; the reason when it will not. */
  readonly admit: (bytes: number) => string | undefined
  /** Gives it back, there or where it was taken a hop before. */
  readonly dismiss: (bytes: number, where: Where) => void
  /** The target has closed the connection: what is on its way to it, and every send and errand that needs it, is given up and refused. */
  readonly cutOff: (reason: string) => void
  readonly linkUsed: () => Extract<Fact, { readonly type: 'linkUsed' }>
  readonly send: (to: Address, order: Extract<Order, { readonly type: 'send' }>) => void
  /** Bytes that are no pages; when they have arrived, the target loads the devices' state out of them, which takes `loadNs` (absent: there is none). */
  readonly sendBytes: (to: Address, bytes: number, loadNs?: number) => void
  readonly flush: (to: Address) => void
  /** Ends the send or the timer of a lane that has this tag. */
  readonly cancel: (to: Address, tag: number) => void
}

/** A conduct before the first order. */
export const conduct = (of: {
  readonly migration: string
  readonly settlement: Settlement
  readonly hosts: Hosts
  readonly disk?: Hosts
}): Conduct => ({
  ...of,
  guest: of.hosts.setting.guest,
  reserved: 0,
  kept: 0,
  failed: {},
  severed: undefined,
  released: false
})

/** The same conduct, to go another way from here. */
export const copy = (c: Conduct): Conduct => ({
  ...c,
  hosts: hosts.copy(c.hosts),
  ...(c.disk === undefined ? {} : { disk: hosts.copy(c.disk) })
})

/** What an errand over the link and back needs. */
export const overLink: readonly Part[] = ['link', 'source', 'target']
const atSource: readonly Part[] = ['source']
const nothing: readonly Part[] = []

const done: Answer = { type: 'done' }

/** Obeys a command, or refuses it; what takes time comes back as an errand. */
export const obey = (c: Conduct, { order, to }: Command, port: ConductPort): Errand | undefined => {
  // The next hop begins here, and not when the message arrives: the hosts of the one before have no part in it, whatever becomes of it.
  if (order.type === 'preselect' && c.released) depart(c, port)
  const reason = refusal(c, order)
  if (reason !== undefined) {
    port.tell(to, { type: 'refused', reason })
    return undefined
  }
  switch (order.type) {
    case 'preselect':
    case 'reserve':
    case 'discard':
    case 'inquire':
    case 'commit':
      return { to, order, leg: 'out', needs: overLink }
    case 'select': {
      const classes = hosts.classesOf(of(c, order))
      const pages = level(classes, order.level)
      const { pinned } = of(c, order)
      const fixed = pinned === undefined ? classes.nonPageable : pageSet.union(classes.nonPageable, pinned)
      port.tell(to, { type: 'selected', pages, nonPageable: pageSet.intersection(fixed, pages), of: order.of })
      return undefined
    }
    case 'track':
      hosts.track(of(c, order), order.on)
      port.changed()
      port.tell(to, done)
      return undefined
    case 'sync':
      if (!c.hosts.atTarget && order.of === undefined) port.heldBySync()
      return { to, order, leg: 'synced', needs: nothing, answer: { type: 'synced', dirty: hosts.sync(of(c, order)), to, of: order.of } }
    case 'send':
      port.send(to, order)
      return undefined
    case 'flush':
      port.flush(to)
      return undefined
    case 'pause':
      return { to, order, leg: 'suspend', needs: atSource }
    case 'dump':
      return { to, order, leg: 'dump', needs: atSource, answer: done }
    case 'rebuild':
      return { to, order, leg: 'rebuild', needs: overLink }
    case 'plug':
      return { to, order, leg: 'plug', needs: c.hosts.atTarget ? ['target'] : atSource }
    case 'sendContext':
      if (hosts.stateful(c.hosts).length > 0) return { to, order, leg: 'save', needs: overLink }
      port.sendBytes(to, c.guest.contextBytes + c.settlement.movedBytes)
      return undefined
    case 'redirect':
      return { to, order, leg: 'redirect', needs: nothing, answer: { type: 'redirected' } }
    case 'resume':
      if (order.where === 'target') return { to, order, leg: 'activate', needs: c.hosts.primary === 'target' ? ['target'] : overLink }
      if (!c.hosts.atSource) return { to, order, leg: 'restart', needs: atSource }
      port.tell(to, activated(port, 'source'))
      return undefined
    case 'release':
      port.tellAll(port.linkUsed())
      compare(c, 'released', port)
      c.released = c.hosts.primary === 'target' && c.hosts.trapped.count === 0
      if (c.kept > 0) port.dismiss(c.kept, 'source')
      c.kept = 0
      port.tell(to, released(c, port))
      return undefined
    case 'throttle':
      port.setThrottle(order.fraction)
      port.tell(to, done)
      return undefined
    case 'dirtyLimit':
      port.limitDirtying(order)
      port.tell(to, done)
      return undefined
    case 'pin':
      port.pin(order.cores)
      port.tell(to, done)
      return undefined
    case 'wake':
      return { to, order, leg: 'timer', needs: nothing, answer: done }
    case 'cancel':
      port.cancel(to, order.tag)
      return undefined
    case 'abandon':
      if (deadLink(c) === undefined) return { to, order, leg: 'out', needs: nothing }
      // The target hears nothing any more, and abandons by itself what is not its own.
      port.tell(to, abandon(c, port))
      return undefined
  }
}

/** What an errand waited for has come: its effect, its answer, or its next leg. */
export const happen = (c: Conduct, errand: Errand, port: ConductPort): Errand | undefined => {
  const { to, order, leg } = errand
  if (leg === 'out') {
    const answer = arrive(c, order, port)
    return { to, order, leg: 'back', needs: order.type === 'abandon' ? nothing : overLink, answer }
  }
  if (leg === 'suspend') suspend(c, to, port)
  else if (leg === 'activate') activate(c, errand, port)
  else if (leg === 'restart') start(c, to, 'source', port)
  else if (leg === 'save') save(c, to, port)
  else if (leg === 'plug') plug(c, errand, port)
  else if (leg === 'rebuild') return { to, order, leg: 'back', needs: overLink, answer: done }
  else if (errand.answer!.type === 'synced') port.tellAll(errand.answer as Fact)
  else {
    const answer = errand.answer as Answer
    port.tell(to, answer.type === 'preselected' ? { type: 'preselected', host: answer.host, guestNs: port.guestNs() } : answer)
    // Notices are lost with a link that breaks; they come again behind what tells the pipeline how to go on.
    if (order.type === 'inquire') port.faultAgain()
  }
  return undefined
}

/** What a message does at the target; answers what goes back. */
const arrive = (c: Conduct, order: Order, port: ConductPort): Answer => {
  switch (order.type) {
    case 'preselect':
      c.severed = undefined
      return { type: 'preselected', host: 'target', guestNs: 0 }
    case 'reserve': {
      const bytes = memoryBytes(c.guest)
      const reason = c.reserved === 0 ? port.admit(bytes) : undefined
      if (reason !== undefined) return { type: 'refused', reason }
      c.reserved = bytes
      return { type: 'reserved', bytes }
    }
    case 'discard':
      hosts.discard(of(c, order), order.pages)
      return done
    case 'commit':
      for (const h of both(c)) hosts.commit(h)
      if (c.disk !== undefined) compareOne(c.disk, 'committed', 'disk', port)
      tellHosts(c, port)
      return { type: 'committed' }
    case 'inquire':
      c.severed = undefined
      return { type: 'standing', primary: c.hosts.primary, missing: hosts.missing(c.hosts) }
    case 'abandon':
      return abandon(c, port)
    default:
      return done
  }
}

/** The target drops what it has of the guest and closes the connection, unless the guest is its own by now. */
const abandon = (c: Conduct, port: ConductPort): Answer => {
  if (c.hosts.primary === 'target' || c.hosts.activated) return { type: 'refused', reason: 'the guest is at the target' }
  for (const h of both(c)) hosts.abandon(h)
  if (c.reserved > 0) port.dismiss(c.reserved, 'target')
  c.reserved = 0
  port.cutOff('the target has abandoned the migration')
  return done
}

const released = (c: Conduct, port: ConductPort): Answer => {
  const waited = port.waited()
  const told = { type: 'released', needs: c.settlement.needs, guestNs: port.guestNs() } as const
  return waited === undefined ? told : { ...told, waited }
}

const depart = (c: Conduct, port: ConductPort): void => {
  port.cutOff('the source has let go')
  for (const h of both(c)) hosts.depart(h)
  c.released = false
  c.kept = c.reserved
  c.reserved = 0
  c.failed = {
    ...(c.failed.link === undefined ? {} : { link: c.failed.link }),
    ...(c.failed.target === undefined ? {} : { source: c.failed.target })
  }
  port.departed()
  tellHosts(c, port)
}

const suspend = (c: Conduct, to: Address, port: ConductPort): void => {
  const clockNs = port.clockNs()
  for (const h of both(c)) hosts.pause(h)
  port.stopped()
  tellHosts(c, port)
  port.tell(to, { type: 'suspended', guestNs: port.guestNs(), clockNs })
}

const activate = (c: Conduct, { order, to }: Errand, port: ConductPort): void => {
  const { missing, clockNs } = order as Extract<Order, { readonly type: 'resume' }>
  if (!c.hosts.activated) {
    if (missing !== undefined) hosts.trap(c.hosts, missing)
    compare(c, 'activated', port)
  }
  start(c, to, 'target', port, clockNs)
}

/** The state of the devices has been read out, and leaves with the execution context. */
const save = (c: Conduct, to: Address, port: ConductPort): void => {
  const devices = hosts.stateful(c.hosts)
  for (const { name, stateBytes, saveNs } of devices)
    port.tellAll({ type: 'device', device: name, done: 'saved', bytes: stateBytes, ns: saveNs })
  const { bytes, loadNs } = deviceState(devices)
  port.sendBytes(to, c.guest.contextBytes + c.settlement.movedBytes + bytes, loadNs)
}

/** The target has put in the state of the devices. */
export const loaded = (c: Conduct, port: ConductPort): void => {
  for (const { name, stateBytes, loadNs } of hosts.stateful(c.hosts))
    port.tellAll({ type: 'device', device: name, done: 'loaded', bytes: stateBytes, ns: loadNs })
}

const plug = (c: Conduct, { order, to }: Errand, port: ConductPort): void => {
  const { on } = order as Extract<Order, { readonly type: 'plug' }>
  const devices = hosts.toPlug(c.hosts, on)
  hosts.plug(c.hosts, on)
  for (const { name, plugNs, unplugNs } of devices)
    port.tellAll({ type: 'device', device: name, done: on ? 'plugged' : 'unplugged', bytes: 0, ns: on ? plugNs : unplugNs! })
  port.tell(to, done)
}

const start = (c: Conduct, to: Address, where: Where, port: ConductPort, notBeforeNs?: number): void => {
  for (const h of both(c)) hosts.resume(h, where)
  port.started(where, notBeforeNs)
  tellHosts(c, port)
  port.tell(to, activated(port, where))
}

const activated = (port: ConductPort, where: Where): Answer => ({
  type: 'activated',
  where,
  guestNs: port.guestNs(),
  clockNs: port.clockNs()
})

const tellHosts = (c: Conduct, port: ConductPort): void =>
  port.tellAll({ type: 'hosts', primary: c.hosts.primary, running: hosts.running(c.hosts) })

const compare = (c: Conduct, when: 'activated' | 'released', port: ConductPort): void => {
  compareOne(c.hosts, when, undefined, port)
  if (c.disk !== undefined) compareOne(c.disk, when, 'disk', port)
}

const compareOne = (h: Hosts, when: 'committed' | 'activated' | 'released', of: Of | undefined, port: ConductPort): void => {
  const { lost, regressed, misread, owed } = hosts.compare(h, when)
  port.tellAll({ type: 'compared', when, lost, regressed, misread, owed, of })
}

/** The memory or the disk, whichever an order speaks of; it was refused if that is not there. */
const of = (c: Conduct, order: { readonly of?: Of }): Hosts => (order.of === undefined ? c.hosts : c.disk!)

/** The memory, and the disk where it must move. */
const both = ({ hosts: h, disk }: Conduct): readonly Hosts[] => (disk === undefined ? [h] : [h, disk])

/** Something breaks. Who drives the conduct then gives up every errand and lane that needs it. */
export const fail = (c: Conduct, what: Part, reason: string, port: ConductPort): void => {
  c.failed = { ...c.failed, [what]: reason }
  for (const h of both(c)) hosts.nothingArrives(h)
  if (what === 'link') c.severed = reason
  else {
    for (const h of both(c)) hosts.crash(h, what)
    tellHosts(c, port)
  }
  port.tellAll({ type: 'failed', what, reason })
}

/** The link is back; for which pages the guest waits is told when the pipeline inquires. */
export const mend = (c: Conduct, port: ConductPort): void => {
  const { link: _, ...failed } = c.failed
  c.failed = failed
  port.tellAll({ type: 'mended', what: 'link' })
}

/** Why nothing can be sent to the target; `undefined` when it can. */
export const deadLink = ({ failed }: Conduct): string | undefined => failed.link ?? failed.target

/** The orders that take a link and a target that are there. */
const needsTarget: ReadonlySet<Order['type']> = new Set([
  'preselect',
  'reserve',
  'send',
  'discard',
  'flush',
  'sendContext',
  'rebuild',
  'inquire',
  'commit',
  'resume'
])

/**
 * Why an order cannot be obeyed at all. Once ownership has passed, the target goes on by itself: it needs neither link nor source to resume, and a
 * source that is gone is one that nobody needs, unless it owed pages.
 */
const refusal = (c: Conduct, order: Order): string | undefined => {
  const passed = c.hosts.primary === 'target'
  const { source, target } = c.failed
  if (isClusterOrder(order)) return `${order.type} is for a machine of a cluster, and this is a migration of one guest`
  if (order.type === 'act') return 'act is for a thread with iso-address memory, and this is a migration of one guest'
  if (isChipOrder(order) || isKernelOrder(order)) return `${order.type} is for a cluster of a chip, and this is a migration of one guest`
  const onDisk = 'of' in order && order.of === 'disk'
  if (onDisk && c.disk === undefined) return 'the guest has no disk that moves with it'
  const senseless = nonsense(order, onDisk ? c.disk! : c.hosts)
  if (senseless !== undefined) return senseless
  if (order.type === 'resume' && order.where === 'source') return source
  if (order.type === 'resume' && passed) return target
  if (order.type === 'plug') return (passed ? target : source) ?? cannotPlug(c.hosts, order.on)
  if (order.type === 'redirect' || order.type === 'wake' || order.type === 'cancel') return undefined
  if (order.type === 'release' && passed && c.hosts.trapped.count === 0) return undefined
  if (source !== undefined) return source
  if (!needsTarget.has(order.type)) return undefined
  if (order.type === 'reserve' && c.settlement.refusals.length > 0) return `residual dependency ${c.settlement.refusals.join('; ')}`
  if (order.type === 'reserve') {
    const fixed = hosts.plugged(c.hosts).filter(({ movable }) => !movable)
    if (fixed.length > 0) return fixed.map(({ name, reason }) => `device ${name} cannot move: ${reason}`).join('; ')
  }
  return deadLink(c) ?? (order.type === 'preselect' || order.type === 'inquire' ? undefined : c.severed)
}

/** Why devices cannot be plugged or unplugged. */
const cannotPlug = (h: Hosts, on: boolean): string | undefined => {
  if (!h.atSource && !h.atTarget) return 'devices are plugged and unplugged while the guest runs'
  const stuck = on ? [] : hosts.toPlug(h, on).filter(({ unplugNs }) => unplugNs === null)
  return stuck.length === 0 ? undefined : `device ${stuck.map(({ name }) => name).join(', ')} cannot be unplugged`
}

/** Why an order makes no sense for this guest. */
const nonsense = (order: Order, { pages, exact, coder }: Hosts): string | undefined => {
  if (imageOrders.has(order.type)) return 'a data centre keeps no images of its guests'
  const reason = senseless(order)
  if (reason !== undefined) return reason
  if (order.type === 'send') {
    const { bytesPerSecond, channels, encoding, from } = order
    if (from !== undefined && !(Number.isInteger(from) && from >= 0 && from < pages))
      return `from must be one of the guest's ${pages} pages (got ${from})`
    if (bytesPerSecond !== undefined && !(bytesPerSecond > 0)) return `bytes per second must be above 0 (got ${bytesPerSecond})`
    if (channels !== undefined && !(Number.isInteger(channels) && channels >= 1 && channels <= 256))
      return `channels must be an integer from 1 to 256 (got ${channels})`
    const unfit = order.compression === undefined ? undefined : cannotCompress(order.compression)
    if (unfit !== undefined) return `compression: ${unfit}`
    if (order.compression !== undefined && (encoding !== undefined || coder !== undefined))
      return 'a page is written in one way: encoded, or compressed'
    if (encoding === 'delta' && exact === undefined) return 'deltas need a world that keeps versions or bytes of pages (got marks)'
  }
  const named = 'pages' in order && !imageOrders.has(order.type) ? order.pages : order.type === 'resume' ? order.missing : undefined
  if (named === undefined) return undefined
  if (named.type === 'PageSet')
    return named.size === pages ? undefined : `pages must be of the guest's ${pages} (got a set of ${named.size})`
  const listed = orderOf(named)
  for (let i = 0; i < listed.length; i++) if (listed[i] >= pages) return `pages must be below the guest's ${pages} (got ${listed[i]})`
  return undefined
}
