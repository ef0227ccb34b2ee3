import type { Subscription } from 'rxjs'
import { blocksAsPages, costsOfBlocks } from '../guest/blocksAsPages'
import { settle } from '../guest/dependency'
import { type Device, deviceState } from '../guest/device'
import type { Address, Command, Order, Where } from '../protocol/command'
import type { Time } from '../time/time'
import type { ConductPort, Errand, Part } from './conduct'
import * as conducts from './conduct'
import { contentOf, hosts as hostsOf, stateful, toPlug } from './hosts'
import type { MachineOptions } from './machineOptions'
import { outgoing } from './outgoing'
import { pendingAnswers } from './pendingAnswers'
import { running } from './running'
import { arrivalOf } from './stalls'
import type { Transport } from './transport'
import { voice } from './voice'

/** One guest on its two hosts, on a timeline: obeys commands and answers every one of them. @internal */
export type Machine = {
  readonly obey: (command: Command) => void
  /** Makes everything that is due happen. */
  readonly look: () => void
  /** Something has changed on the link: who sends, or when pages arrive. */
  readonly changed: () => void
  /** Looks if it was to be looked at by now; answers when it is next. */
  readonly wake: () => Time
  readonly fail: (what: 'link' | Where, reason: string) => void
  readonly mend: () => void
  readonly stop: () => void
}

/** See `Machine`. A kernel that gives each errand of a conduct its time; all its state is born here and dies with the subscription to the world. @internal */
export const machine = (options: MachineOptions): Machine => {
  const { migration, guest, link, costs, fidelity, engine, agenda, transport, held } = options
  const settlement = settle(guest.dependencies)
  const hosts = hostsOf({ guest, costs: costs.source, link, fidelity, engine })
  const blocks = blocksAsPages(guest)
  const ownCosts = blocks && costsOfBlocks(guest.disk!)
  const disk =
    ownCosts && hostsOf({ guest: blocks, costs: ownCosts.source, link, fidelity, engine: engine.usedTarget ? { usedTarget: true } : {} })
  const conduct = conducts.conduct({ migration, settlement, hosts, ...(disk && { disk }) })
  const speaking = voice(migration, agenda, options.emit)
  const { tell, tellAll, refuse } = speaking
  const run = running(options, conduct, speaking)
  const pending = pendingAnswers(agenda)
  const out = outgoing(options, conduct, run, pending, speaking)
  let applicationSince: ReturnType<Transport['application']> | undefined
  /** The hosts that were targets so far: one more with each hop. */
  let hop = 1
  /** The state of the devices on its way to the target or being put in there: when it arrives, and when it is in. */
  let loading: { readonly arrivesAt: Time; readonly loadedAt: Time; readonly timer: Subscription } | undefined
  const load = (comesAt: Time, loadNs: Time): void => {
    // By a timetable what is no page arrives when it leaves.
    const arrivesAt = options.times === undefined ? comesAt : agenda.now()
    loading?.timer.unsubscribe()
    const loadedAt = options.times?.load() ?? arrivesAt + loadNs
    const timer = agenda.schedule(() => {
      loading = undefined
      run.look()
      conducts.loaded(conduct, port)
    }, loadedAt - agenda.now())
    loading = { arrivesAt, loadedAt, timer }
  }
  const neverLoaded = (): void => {
    loading?.timer.unsubscribe()
    loading = undefined
  }

  const port: ConductPort = {
    tell: (to, answer) => tell(to, answer),
    tellAll: (fact) => tellAll(fact),
    guestNs: run.guestNs,
    clockNs: run.clockNs,
    waited: run.waited,
    stopped: run.stopped,
    started: run.started,
    faultAgain: run.faultAgain,
    changed: run.changed,
    setThrottle: run.setThrottle,
    limitDirtying: run.limitDirtying,
    pin: run.pin,
    heldBySync: run.heldBySync,
    departed: () => {
      hop++
      run.departed()
    },
    admit: (bytes) => options.admit(hop, bytes),
    dismiss: (bytes, where) => options.dismiss(where === 'target' ? hop : hop - 1, bytes),
    cutOff: (reason) => {
      neverLoaded()
      out.cutOff(reason)
      for (const to of pending.fail('target')) refuse(to as Address, reason)
    },
    linkUsed: () => {
      const total = transport.application(agenda.now())
      const before = applicationSince ?? total
      return {
        type: 'linkUsed',
        applicationBytes: total.applicationBytes - before.applicationBytes,
        applicationDemandBytes: total.applicationDemandBytes - before.applicationDemandBytes
      }
    },
    send: out.send,
    sendBytes: (to, bytes, loadNs) => out.sendBytes(to, bytes, loadNs === undefined ? undefined : (at) => load(at, loadNs)),
    flush: out.flush,
    cancel: (to, tag) => {
      const timer = pending.hurry(to.lane, tag)
      out.cancel(to, tag)
      if (timer) run.changed()
    }
  }

  /** How long an errand waits, from now on. */
  const duration = ({ leg, order, to }: Errand): Time => {
    const now = agenda.now()
    if (options.times !== undefined && leg !== 'synced') return Math.max(0, options.times.errand(to.n, leg) - now)
    const out = (): Time => arrivalOf(held, link.latencyNs, migration, to.lane, now) - now
    switch (leg) {
      case 'out':
        return out()
      case 'back':
        return held(migration, to.lane, 'back', now + link.latencyNs) - now
      case 'suspend':
        return costs.source.suspendNs
      case 'activate':
        return Math.max(out(), (loading?.loadedAt ?? 0) - now) + settlement.reboundNs + costs.target.resumeNs
      case 'restart':
        return costs.source.resumeNs
      case 'redirect':
        return out() + options.redirectNs
      case 'synced':
        return order.type === 'sync' && order.of === 'disk' ? 0 : costs.source.syncNs
      case 'timer':
        return order.type === 'wake' ? order.afterNs : 0
      case 'save':
        return deviceState(stateful(hosts)).saveNs
      case 'dump':
        return fileNs(order, costs.source.dumpBytesPerSecond)
      case 'rebuild':
        return out() + fileNs(order, costs.target.rebuildBytesPerSecond)
      case 'plug':
        return order.type === 'plug' ? plugNs(toPlug(hosts, order.on), order.on) : 0
    }
  }

  /** How long it takes to write pages into a file, or to make memory of them: zero pages are not in it. */
  const fileNs = (order: Order, bytesPerSecond: number | undefined): Time =>
    bytesPerSecond === undefined || (order.type !== 'dump' && order.type !== 'rebuild')
      ? 0
      : Math.ceil((contentOf(hosts, order.pages) * guest.pageBytes * 1e9) / bytesPerSecond)

  /** Gives an errand its time; what takes none and only tells is told at once. */
  const under = (errand: Errand | undefined): void => {
    if (errand === undefined) return
    const ns = duration(errand)
    if (ns === 0 && atOnce.has(errand.leg)) {
      conducts.happen(conduct, errand, port)
      return
    }
    const wait = pending.wait(errand.to, errand.needs)
    if (errand.leg === 'timer') wait.atOnce = () => void conducts.happen(conduct, errand, port)
    pending.end(wait, ns, () => {
      run.look()
      under(conducts.happen(conduct, errand, port))
      run.changed()
    })
  }

  return {
    obey: (command) => {
      run.look()
      applicationSince ??= transport.application(agenda.now())
      under(conducts.obey(conduct, command, port))
    },
    look: run.look,
    changed: run.changed,
    wake: run.wake,
    fail: (what: Part, reason) => {
      run.look()
      run.failing(what)
      if (what === 'target' || (loading !== undefined && loading.arrivesAt > agenda.now())) neverLoaded()
      conducts.fail(conduct, what, reason, port)
      for (const to of pending.fail(what)) refuse(to as Address, reason)
      out.fail()
      run.changed()
    },
    mend: () => {
      run.look()
      conducts.mend(conduct, port)
      run.changed()
    },
    stop: () => {
      run.stop()
      out.stop()
      neverLoaded()
      pending.stop()
    }
  }
}

/** Devices are plugged and unplugged one after the other. */
const plugNs = (devices: readonly Device[], on: boolean): Time =>
  devices.reduce((sum, one) => sum + (on ? one.plugNs : (one.unplugNs ?? 0)), 0)

const atOnce: ReadonlySet<Errand['leg']> = new Set(['redirect', 'synced'])
