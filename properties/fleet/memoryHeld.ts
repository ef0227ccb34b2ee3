import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * Memory is never given twice: at every look, before what a manager has done and after it, VMs on a host and those on their way there have no more of it than there is, in the middle of a swap too. Where more was placed from the beginning it becomes no more.
 *
 *     sum of memory(vm), vm in on(host)  <=  max(memoryBytes(host), the same sum before)
 *
 * Not asked of a fleet whose memory does not count (`memoryCounts: false`).
 */
export const memoryHeld: FleetInvariant = fleetInvariant<Memory>({
  name: 'memoryHeld',
  sentence: 'VMs on a host, and those on their way there, never have more memory than it has, in the middle of a swap too.',
  source: 'capacity; swaps need scratch space (Wood et al., NSDI 2007, §5)',
  of: 'world',
  init: ({ hosts, vms, placement, memoryCounts = true }) => ({
    isAsked: memoryCounts,
    before: hosts.map((_, host) => vms.reduce((sum, { memoryBytes }, vm) => sum + (placement[vm] === host ? memoryBytes : 0), 0))
  }),
  step: (memory, { view, row }, tell) => {
    if (!memory.isAsked) return memory
    view.hosts.forEach(({ name, memoryBytes }, host) => {
      const seen = view.on[host].reduce((sum, vm) => sum + view.memory[vm], 0)
      for (const [when, used] of [
        ['', seen],
        [' after the decision', row.memory[host] * memoryBytes]
      ] as const) {
        if (used > Math.max(memoryBytes, memory.before[host]) + 1)
          tell(`${name} has ${mib(memoryBytes)}, and its VMs and those on their way there have ${mib(used)}${when}`)
        memory.before[host] = used
      }
    })
    return memory
  }
})

type Memory = { readonly isAsked: boolean; readonly before: number[] }

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`
