import type { Communication } from '../guest/communication'
import type { Data } from '../protocol/data'
import type { Time } from '../time/time'
import type { ClusterNetwork, Outage } from './clusterNetwork'

/**
 * What a member's hypervisor takes: `saveBytesPerSecond` into its storage and `loadBytesPerSecond` out of it (default 60e6 each: a disk of 2009), `openNs` to open a file there
 * (default 0), `snapshotNs` for the snapshot of the guest's disk (default 0: an overlay that is only renamed), `settleNs` to mark or list images (default 0), and `pauseNs` and `resumeNs` for the guest
 * (default 0).
 */
export type MemberCosts = {
  readonly saveBytesPerSecond: number
  readonly loadBytesPerSecond: number
  readonly openNs: Time
  readonly snapshotNs: Time
  readonly settleNs: Time
  readonly pauseNs: Time
  readonly resumeNs: Time
}

/** A virtual machine of a cluster: its memory (a multiple of 4,096 bytes), all of which an image holds, and what differs on its host from the others. */
export type ClusterMember = { readonly memoryBytes: number } & Partial<MemberCosts>

/**
 * Something that breaks: a machine (`host`), which comes back at `until` without its guest and with its storage (absent: never), or a machine's link to the switch, over which what
 * was on its way then goes again from `until` on (absent: never).
 */
export type ClusterFault = { readonly at: Time; readonly until?: Time } & (
  | { readonly host: string; readonly link?: undefined }
  | { readonly link: string; readonly host?: undefined }
)

/**
 * `members` by name; `communication`: what their guests run together. `coordinator`: the name of the machine that coordinates, which has no guest (default `coordinator`).
 * `network`, `costs`: of all, as far as they differ from the defaults. `faults`: what breaks (default nothing).
 */
export type ClusterOptions = {
  readonly members: Readonly<Record<string, ClusterMember>>
  readonly communication: Communication
  readonly coordinator?: string
  readonly network?: Partial<ClusterNetwork>
  readonly costs?: Partial<MemberCosts>
  readonly faults?: readonly ClusterFault[]
}

/** A cluster with its defaults, machines by their places: the members in their order, then the coordinator. @internal */
export type CheckedCluster = {
  readonly members: readonly { readonly name: string; readonly memoryBytes: number; readonly costs: MemberCosts }[]
  readonly coordinator: string
  readonly communication: Communication
  readonly network: ClusterNetwork
  readonly faults: readonly Outage[]
  readonly outages: readonly Outage[]
  readonly description: Data
}

/** A cluster's options with their defaults. Throws `RangeError` naming the option. @internal */
export const checkedCluster = ({
  members: given,
  communication,
  coordinator = 'coordinator',
  network: lan,
  costs,
  faults = []
}: ClusterOptions): CheckedCluster => {
  const network: ClusterNetwork = { bytesPerSecond: 125e6, latencyNs: 50_000, headerBytes: 66, messageBytes: 84, ...lan }
  const members = Object.entries(given).map(([name, { memoryBytes, ...own }]) => ({
    name,
    memoryBytes,
    costs: { ...defaults, ...costs, ...own }
  }))
  if (members.length === 0) throw new RangeError('cluster: members must not be empty (got none)')
  if (coordinator in given) throw new RangeError(`cluster: coordinator must not be one of the members (got ${coordinator})`)
  for (const [what, value] of Object.entries(network))
    amount(`network.${what}`, value, what === 'bytesPerSecond' || what === 'messageBytes')
  for (const { name, memoryBytes, costs } of members) {
    if (!(Number.isSafeInteger(memoryBytes) && memoryBytes > 0 && memoryBytes % 4096 === 0))
      throw new RangeError(`cluster: members.${name}.memoryBytes must be a positive multiple of 4096 (got ${memoryBytes})`)
    for (const [what, value] of Object.entries(costs)) amount(`members.${name}.${what}`, value, what.endsWith('PerSecond'))
  }
  const machines = [...members.map(({ name }) => name), coordinator]
  const placed = (kind: 'host' | 'link'): readonly Outage[] =>
    faults.flatMap(({ at, until, [kind]: name }) => {
      if (name === undefined) return []
      const machine = machines.indexOf(name)
      if (machine < 0) throw new RangeError(`cluster: faults must name a machine of the cluster (got ${name})`)
      if (!(Number.isSafeInteger(at) && at >= 0) || (until !== undefined && !(Number.isSafeInteger(until) && until > at)))
        throw new RangeError(`cluster: faults must be at whole times from 0 on and end later (got ${at} until ${until})`)
      if (kind === 'host' && name === coordinator && until !== undefined)
        throw new RangeError('cluster: a coordinator that has broken down does not come back (got a fault with until)')
      return [until === undefined ? { machine, at } : { machine, at, until }]
    })
  return {
    members,
    coordinator,
    communication,
    network,
    faults: placed('host'),
    outages: placed('link'),
    description: {
      world: 'cluster',
      members: Object.fromEntries(members.map(({ name, memoryBytes, costs }) => [name, { memoryBytes, ...costs }])),
      coordinator,
      communication: communication.description,
      network,
      faults: faults.map((fault) => ({ ...fault }))
    }
  }
}

const defaults: MemberCosts = {
  saveBytesPerSecond: 60e6,
  loadBytesPerSecond: 60e6,
  openNs: 0,
  snapshotNs: 0,
  settleNs: 0,
  pauseNs: 0,
  resumeNs: 0
}

const amount = (what: string, value: number, isPositive: boolean): void => {
  const holds = isPositive ? Number.isFinite(value) && value > 0 : Number.isSafeInteger(value) && value >= 0
  if (!holds) throw new RangeError(`cluster: ${what} must be ${isPositive ? 'a positive number' : 'an integer from 0 on'} (got ${value})`)
}
