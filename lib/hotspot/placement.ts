/** What guests use of a host, and what a manager weighs against each other: CPU in units of work (cores, or MIPS), network in bytes/s, memory in bytes. */
export const resources = ['cpu', 'network', 'memory'] as const
/** See `resources`. */
export type Resource = (typeof resources)[number]

/** An amount of each resource. */
export type Amounts = Readonly<Record<Resource, number>>

/** A host: its name, and what it has to give; `cpus`: how many it has, so that a VM with more does not go there (default: as many as anybody wants). */
export type HostCapacity = { readonly name: string; readonly capacity: Amounts; readonly cpus?: number }

/** A VM: its name, what it needs of each resource, the CPUs allotted to it (default 1), and the bytes that a migration of it must copy. */
export type VmNeed = { readonly name: string; readonly needs: Amounts; readonly cpus?: number; readonly sizeBytes: number }

/** Which VM is on which host: `at` has the index of a host for each VM. */
export type Placement = { readonly hosts: readonly HostCapacity[]; readonly vms: readonly VmNeed[]; readonly at: readonly number[] }

/** A VM from one host to another, by their indices in the placement. */
export type Move = { readonly vm: number; readonly from: number; readonly to: number }

/** A placement that can be changed, with sums of what is used. @internal */
export type Books = {
  readonly placement: Placement
  readonly at: Int32Array
  readonly on: readonly (readonly number[])[]
  readonly used: Readonly<Record<Resource, Float64Array>>
}

/** The books of a placement. Throws `RangeError` naming what is senseless in it. Cost: O(hosts + VMs). */
export const booksOf = (placement: Placement): Books => {
  const { hosts, vms, at } = placement
  if (at.length !== vms.length) throw new RangeError(`placement: at must have a host for each of ${vms.length} VMs (got ${at.length})`)
  for (const { name, capacity } of hosts)
    for (const resource of resources)
      if (!(capacity[resource] > 0)) throw new RangeError(`placement: ${name} must have ${resource} above 0 (got ${capacity[resource]})`)
  const on: number[][] = hosts.map(() => [])
  const used = { cpu: new Float64Array(hosts.length), network: new Float64Array(hosts.length), memory: new Float64Array(hosts.length) }
  vms.forEach(({ name, needs, sizeBytes }, vm) => {
    const host = at[vm]
    if (!(Number.isInteger(host) && host >= 0 && host < hosts.length))
      throw new RangeError(`placement: ${name} must be on one of ${hosts.length} hosts (got ${host})`)
    if (!(sizeBytes >= 0)) throw new RangeError(`placement: ${name} must have a size in bytes from 0 on (got ${sizeBytes})`)
    on[host].push(vm)
    for (const resource of resources) {
      if (!(needs[resource] >= 0)) throw new RangeError(`placement: ${name} must need ${resource} from 0 on (got ${needs[resource]})`)
      used[resource][host] += needs[resource]
    }
  })
  return { placement, at: Int32Array.from(at), on, used }
}

/** Moves a VM in the books. Sums are added up anew, so that they do not depend on the way there. @internal */
export const moveIn = ({ placement: { vms }, at, on, used }: Books, vm: number, to: number): void => {
  const from = at[vm]
  const [left, joined] = [on[from] as number[], on[to] as number[]]
  left.splice(left.indexOf(vm), 1)
  joined.push(vm)
  joined.sort((a, b) => a - b)
  at[vm] = to
  for (const host of [from, to])
    for (const resource of resources) used[resource][host] = on[host].reduce((sum, one) => sum + vms[one].needs[resource], 0)
}

/** The part of each resource of a host that is used; above 1 where more is needed than there is. */
export const utilisation = ({ placement: { hosts }, used }: Books, host: number): Amounts => {
  const { capacity } = hosts[host]
  return {
    cpu: used.cpu[host] / capacity.cpu,
    network: used.network[host] / capacity.network,
    memory: used.memory[host] / capacity.memory
  }
}
