import { mitigation } from '../../lib/hotspot/mitigation'
import type { Placement } from '../../lib/hotspot/placement'
import { best } from './cpu'
import { hashOfCounts, rounded } from './figures'
import type { BenchResult } from './timeline'

/**
 * Planning for a whole data centre: `mitigation` of 10,000 VMs on 1,000 hosts with a fifth of them overloaded, hosts alike; beside a plain loop over typed arrays that only moves: the VM of the highest ratio to the host of the lowest volume with
 * room, the volumes of all hosts looked through for each move. And where the others are so full too that it takes swaps. Target: less than a second of processor time.
 */
export const benchPlanning = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const hosts = smoke ? 60 : 1000
  const placement = overloadedFleet(hosts, hosts * 10, 300)
  const hot = hotHosts(placement)
  const full = overloadedFleet(hosts, hosts * 10, 460)
  const fullHot = hotHosts(full)
  let decided: ReturnType<typeof mitigation> = []
  let swapped: ReturnType<typeof mitigation> = []
  let moved = 0
  const [planNs, fullNs, loopNs] = best(smoke ? 1 : 5, [
    () => {
      decided = mitigation(placement, hot)
    },
    () => {
      swapped = mitigation(full, fullHot)
    },
    () => {
      moved = plainLoop(placement, hot)
    }
  ])
  const [moves, swapMoves] = [decided, swapped].map((all) => all.flatMap((one) => (one.type === 'unresolved' ? [] : one.moves)))
  const count = (all: ReturnType<typeof mitigation>, what: string): number => all.filter(({ type }) => type === what).length
  return {
    name: 'planning',
    figures: {
      hosts,
      vms: placement.vms.length,
      overloaded: hot.length,
      moves: moves.length,
      unresolved: count(decided, 'unresolved'),
      'mitigation, ms (target below 1000)': rounded(planNs / 1e6),
      'plain loop, moves only, ms': rounded(loopNs / 1e6),
      'moves of the plain loop': moved,
      'ratio to the plain loop': rounded(planNs / loopNs),
      'full fleet: overloaded': fullHot.length,
      'full fleet: swaps': count(swapped, 'swap'),
      'full fleet: unresolved': count(swapped, 'unresolved'),
      'full fleet: mitigation, ms (target below 1000)': rounded(fullNs / 1e6)
    },
    hash: hashOfCounts([...moves, ...swapMoves].flatMap(({ vm, from, to }) => [vm, from, to]))
  }
}

const MIB = 2 ** 20

/** Ten VMs a host, those of every fifth host too much for it by a little, and those of the others from so much CPU on; needs in whole numbers. */
const overloadedFleet = (hostCount: number, vmCount: number, others: number): Placement => {
  let word = 11
  const draw = (below: number): number => {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((word / 2 ** 32) * below)
  }
  const hosts = Array.from({ length: hostCount }, (_, i) => ({
    name: `h${i}`,
    capacity: { cpu: 10_000, network: 1000, memory: 64 * 1024 * MIB }
  }))
  const vms = Array.from({ length: vmCount }, (_, i) => {
    const isHot = (i % hostCount) % 5 === 0
    const memory = (1 + draw(8)) * 512 * MIB
    return {
      name: `v${i}`,
      needs: { cpu: isHot ? 600 + draw(500) : others + draw(500), network: 20 + draw(60), memory },
      sizeBytes: memory
    }
  })
  return { hosts, vms, at: vms.map((_, i) => i % hostCount) }
}

const hotHosts = ({ hosts, vms, at }: Placement): readonly number[] => {
  const [cpu, network] = [new Float64Array(hosts.length), new Float64Array(hosts.length)]
  vms.forEach(({ needs }, i) => {
    cpu[at[i]] += needs.cpu
    network[at[i]] += needs.network
  })
  return [...hosts.keys()].filter((host) => cpu[host] > 7500 || network[host] > 750)
}

/** Moves alone, in one loop over columns: how many there are. */
const plainLoop = ({ hosts, vms, at }: Placement, hot: readonly number[]): number => {
  const [n, m] = [hosts.length, vms.length]
  const [cpus, nets, mems] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)]
  const [cpu, net, mem, volume] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  const on: number[][] = hosts.map(() => [])
  const ratio = new Float64Array(m)
  for (let i = 0; i < m; i++) {
    const { needs, sizeBytes } = vms[i]
    const { capacity } = hosts[at[i]]
    cpus[i] = needs.cpu / capacity.cpu
    nets[i] = needs.network / capacity.network
    mems[i] = needs.memory / capacity.memory
    ratio[i] = 1 / ((1 - cpus[i]) * (1 - nets[i]) * (1 - mems[i]) * sizeBytes)
    cpu[at[i]] += cpus[i]
    net[at[i]] += nets[i]
    mem[at[i]] += mems[i]
    on[at[i]].push(i)
  }
  const left = (used: number): number => (used < 0.999 ? 1 - used : 0.001 / (used + 0.001))
  const weigh = (host: number): void => {
    volume[host] = 1 / (left(cpu[host]) * left(net[host]) * left(mem[host]))
  }
  for (let host = 0; host < n; host++) weigh(host)
  let moves = 0
  for (const from of [...hot].sort((a, b) => volume[b] - volume[a] || a - b))
    for (const vm of [...on[from]].sort((a, b) => ratio[b] - ratio[a])) {
      if (cpu[from] <= 0.75 && net[from] <= 0.75) break
      let to = -1
      for (let host = 0; host < n; host++) {
        if (host === from || (to >= 0 && volume[host] >= volume[to])) continue
        if (cpu[host] + cpus[vm] <= 0.75 && net[host] + nets[vm] <= 0.75 && mem[host] + mems[vm] <= 1) to = host
      }
      if (to < 0) continue
      for (const [host, sign] of [
        [from, -1],
        [to, 1]
      ]) {
        cpu[host] += sign * cpus[vm]
        net[host] += sign * nets[vm]
        mem[host] += sign * mems[vm]
        weigh(host)
      }
      moves++
    }
  return moves
}
