import { vm } from '../../lib/guest/guest'
import type { Entry, Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import type { Time } from '../../lib/time/time'
import type { Leg } from '../../lib/world/conduct'
import type { Fault } from '../../lib/world/datacentre'
import { datacentre } from '../../lib/world/datacentre'
import { journalOf } from '../journalOf'
import type { Choice } from './choices'
import { exploredGuest, MIGRATION, pipelineOf, wire } from './firstState'
import { program } from './program'
import type { Choosing, Scope } from './scope'
import type { Item } from './state'
import { MESSAGE } from './state'
import { walk } from './walk'

/** A path as a run of the simulated data centre: `run(pipeline, world, { until })`. */
export type Replay = { readonly pipeline: Pipeline; readonly world: World; readonly until: Time }

/** Virtual time between two choices of a path that is run again. */
export const CHOICE_NS: Time = 1000

/**
 * A path of an exploration as a run of the simulated data centre, choice i happening at `(i + 1) * CHOICE_NS`: the guest is given a program that makes its accesses then,
 * the link breaks and is mended then, and a timetable says when all else comes. Law: the journal of that run is the path's, but for times. Throws `RangeError` when a
 * choice is not possible where it stands.
 */
export const replayOf = (pipeline: Pipeline | Choosing, path: readonly Choice[], scope: Scope = {}): Replay => {
  const plan = planOf(pipeline, path, scope)
  const { timetable, faults, accesses, said } = plan
  const world = datacentre({
    guests: { [MIGRATION]: vm({ ...exploredGuest(scope), workload: program(scope.pages ?? 3, accesses) }) },
    link: wire,
    fidelity: 'versions',
    batchPages: 1,
    faults,
    ...(scope.engine === undefined ? {} : { engine: scope.engine }),
    timetables: { [MIGRATION]: timetable }
  })
  return {
    pipeline: (view) => {
      let next = 0
      return pipelineOf(pipeline, () => said[next++] ?? false)(view)
    },
    world,
    until: (path.length + 0.5) * CHOICE_NS
  }
}

/** The journal of a path as the data centre gives it, up to its last choice. */
export const replayedJournal = ({ pipeline, world, until }: Replay): Journal => {
  const journal = journalOf(pipeline, world, { until })
  const last: Entry = journal[journal.length - 1]
  return last.type === 'ended' && last.at === until ? journal.slice(0, -1) : journal
}

type Carried = { leaves?: Time; arrives?: Time }

/** What happens when, as the walk meets it. */
const planOf = (pipeline: Pipeline | Choosing, path: readonly Choice[], scope: Scope) => {
  let speed = 1
  const along = walk(pipeline, scope, {
    throttled: (fraction) => {
      speed = 1 - fraction
    }
  })
  const { state } = along
  const errands: { n: number; leg: Leg; at: Time }[] = []
  const pages: Record<string, Carried[]> = {}
  const notices: (Time | null)[] = []
  const faults: (Fault & { until?: Time })[] = []
  const accesses: { page: number; write: boolean; guestNs: number }[] = []
  const said: boolean[] = [...along.said]
  const looks: Time[] = []
  /** When the state of the devices is put in, by its arrivals; a new one takes the place of what is not in yet. */
  const loads: (Time | null)[] = []
  const carried = new Map<Item, Carried>()
  /** Notices on their way, by their places in the timetable. */
  let waiting: number[] = []
  let guestNs = 0

  const look = (): void => {
    for (const { name, leaving } of state.lanes) {
      if (leaving === undefined || carried.has(leaving)) continue
      const one: Carried = {}
      carried.set(leaving, one)
      pages[name] = [...(pages[name] ?? []), one]
    }
    if (state.notices.length === 0) waiting = []
    while (waiting.length < state.notices.length) waiting.push(notices.push(null) - 1)
    while (loads.length < state.loads) loads.push(null)
  }

  look()
  path.forEach((choice, i) => {
    const at = (i + 1) * CHOICE_NS
    const { atSource, atTarget } = state.conduct.hosts
    if ((atSource || atTarget) && state.stalled === undefined) guestNs += atTarget ? CHOICE_NS : Math.floor(CHOICE_NS * speed)
    switch (choice.type) {
      case 'write':
      case 'read':
        accesses.push({ page: choice.page, write: choice.type === 'write', guestNs })
        break
      case 'leave':
        carried.get(state.lanes.find(({ name }) => name === choice.lane)!.leaving!)!.leaves = at
        break
      case 'arrive': {
        const [item] = state.lanes.find(({ name }) => name === choice.lane)!.flying
        if (item.page !== MESSAGE) carried.get(item)!.arrives = at
        else
          for (const one of state.owed)
            if (one.type === 'errand' && one.errand.to.n === item.n) errands.push({ n: item.n, leg: one.errand.leg, at })
        break
      }
      case 'answer': {
        const one = state.owed[choice.owed]
        errands.push(one.type === 'barrier' ? { n: one.to.n, leg: 'back', at } : { n: one.errand.to.n, leg: one.errand.leg, at })
        break
      }
      case 'notice':
        notices[waiting.shift()!] = at
        break
      case 'look':
        looks.push(at)
        break
      case 'load':
        loads[loads.length - 1] = at
        break
      case 'fail':
        faults.push({ at, what: choice.what })
        break
      case 'mend':
        faults.findLast(({ what }) => what === 'link')!.until = at
        break
    }
    said.push(...along.take(choice))
    look()
  })
  return { timetable: { errands, pages, notices, looks, loads }, faults, accesses, said, journal: along.journal }
}
