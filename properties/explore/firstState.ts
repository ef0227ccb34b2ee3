import { settle } from '../../lib/guest/dependency'
import type { GuestOptions } from '../../lib/guest/guest'
import { vm } from '../../lib/guest/guest'
import { idealHost } from '../../lib/guest/hostCosts'
import type { Link } from '../../lib/network/link'
import { link } from '../../lib/network/link'
import type { Data } from '../../lib/protocol/data'
import type { GuestView, Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { conduct } from '../../lib/world/conduct'
import { datacentre } from '../../lib/world/datacentre'
import { hosts } from '../../lib/world/hosts'
import type { Chances } from './choices'
import type { Numbering } from './numbering'
import type { Saving } from './saving'
import { saving } from './saving'
import type { Choose, Choosing, Scope } from './scope'
import type { State } from './state'

/** The migration of an exploration, by name. */
export const MIGRATION = 'guest'

/** The pipeline, its decisions asked of `choose`. */
export const pipelineOf = (of: Pipeline | Choosing, choose: Choose): Pipeline => (typeof of === 'function' ? of : of.choosing(choose))

/** What chance may do besides. */
export const chancesOf = ({ fail = ['link', 'source', 'target'], mend = true }: Scope): Chances => ({ fail, mend })

/** The guest as its pipeline sees it. */
export const viewOf = (scope: Scope): GuestView => simulated(scope).guests[MIGRATION]

/** The world of an exploration as a journal's first entry describes it: its pages, and the devices of its guest where it has some. */
export const descriptionOf = (scope: Scope): Data => {
  const { pages = 3, guest } = scope
  if (guest?.devices === undefined || guest.devices.length === 0) return { world: 'explored', pages }
  const { devices } = vm(exploredGuest(scope))
  return { world: 'explored', pages, guests: { [MIGRATION]: { devices: devices.map(({ dma: _, ...one }) => one) } } }
}

const simulated = (scope: Scope): World => datacentre({ guests: { [MIGRATION]: vm(exploredGuest(scope)) }, link: wire })

const PAGE_BYTES = 64

/** What both the explorer and the data centre are made of: the guest without its program, and the link. */
export const exploredGuest = ({ pages = 3, guest }: Scope): GuestOptions => ({
  name: MIGRATION,
  pages,
  pageBytes: PAGE_BYTES,
  contextBytes: 0,
  ...guest
})

/** The link between the hosts; times being no matter, it only says what a page takes on the wire. */
export const wire: Link = link({ bytesPerSecond: 1e9 })

const nothing = { pages: 0, bytes: 0 }

/** The state before a pipeline's first command, and the putting away of states. */
export const firstState = (scope: Scope, numbered: Numbering): readonly [State, Saving] => {
  const { writes = 4, faults = 0, looks = 0, engine = {} } = scope
  const of = vm(exploredGuest(scope))
  const both = hosts({ guest: of, costs: idealHost, link: wire, fidelity: 'versions', engine })
  const first = conduct({ migration: MIGRATION, settlement: settle(of.dependencies), hosts: both })
  const putAway = saving(first, numbered)
  const state: State = {
    conduct: first,
    carrier: { phase: { type: 'done', value: { type: 'lost', reason: 'not begun' } }, n: 0 },
    saved: putAway.save(),
    phase: 0,
    sends: [],
    lanes: [],
    owed: [],
    notices: [],
    stalled: undefined,
    writes,
    faults,
    looks,
    told: nothing,
    loading: false,
    loads: 0,
    outcome: undefined
  }
  return [state, putAway]
}
