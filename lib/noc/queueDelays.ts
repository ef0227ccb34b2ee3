import type { FlitRouter } from './flitRouter'
import type { Flow } from './ingress'
import { sizesOf } from './tokenBucket'
import type { Topology } from './topology'

/** An input queue that a flow goes through (node * (ports + 1) + port), and the output that it takes there. @internal */
export type Crossing = { readonly queue: number; readonly output: number }

/** Bounds for `delayBound`: by queue, from a head's coming in to its tail's leaving; by flow and hop the sigma with which it comes there; by flow the wait at its source. @internal */
export type QueueDelays = {
  readonly delays: ReadonlyMap<number, number>
  readonly sigmas: readonly (readonly number[])[]
  readonly injections: readonly number[]
}

/**
 * The bounds of all queues: from infinity on, improved in sweeps over queues until nothing changes; each sweep uses bounds that hold, so what it finds holds.
 *
 * Work is counted in cycles in which the queue itself, or a set of queues, can be said to do something for a packet of L flits: L for the switch, 1 for the output channel, `routingDelay`.
 * A flow of (sigma, rho) in flits asks for at most k * (sigma + rho * t) of it, k the work for a flit of its smallest packets. @internal
 */
export const queueDelays = (
  flows: readonly Flow[],
  crossings: readonly (readonly Crossing[])[],
  { ports }: Topology,
  router: FlitRouter
): QueueDelays => {
  const P = ports + 1
  const own = router.routingDelay + 1
  const soonest = router.routingDelay + (router.speculative ? 0 : 1)
  const injections = flows.map(({ source }) => {
    const beside = flows.filter((flow) => flow.source === source)
    return sumOf(beside, ({ limit }) => limit.rho) > 1 ? Infinity : sumOf(beside, ({ limit }) => limit.sigma)
  })
  const sigmas = crossings.map((way) => way.map(() => Infinity))
  const visits = new Map<number, Visit[]>()
  crossings.forEach((way, f) => {
    way.forEach(({ queue, output }, hop) => {
      const visit: Visit = { ...sizesOf(flows[f].limit), rho: flows[f].limit.rho, queue, output, sigma: () => sigmas[f][hop] }
      visits.set(queue, [...(visits.get(queue) ?? []), visit])
    })
  })
  const servers = [...visits.keys()].map((queue) => serverOf(queue, visits, P))
  const delays = new Map([...visits.keys()].map((queue) => [queue, Infinity]))
  const spread = (): void =>
    crossings.forEach((way, f) => {
      const { least } = sizesOf(flows[f].limit)
      const { sigma, rho } = flows[f].limit
      let jitter = injections[f] - least
      way.forEach(({ queue }, hop) => {
        sigmas[f][hop] = sigma + rho * jitter
        jitter += (delays.get(queue) as number) - least - soonest
      })
    })
  for (let sweep = 0, better = true; better && sweep < 100; sweep++) {
    better = false
    spread()
    for (const server of servers) {
      const before = delays.get(server.queue) as number
      const gap = server.queue % P === ports || router.speculative ? 0 : 1
      const bound = Math.min(roundRobin(server, own, gap), together(server, own), held(server, own, delays))
      const delay = Math.floor(bound + 1e-6)
      if (!(delay < before)) continue
      delays.set(server.queue, delay)
      better = true
    }
  }
  spread()
  return { delays, sigmas, injections }
}

/** A flow at a queue. */
type Visit = {
  readonly queue: number
  readonly output: number
  readonly rho: number
  readonly least: number
  readonly most: number
  readonly sigma: () => number
}

/** A queue with its flows; those of the router's other queues that take the same outputs; and those of all queues with which it shares outputs, through others too. */
type Server = {
  readonly queue: number
  readonly flows: readonly Visit[]
  readonly rivals: readonly Visit[]
  readonly others: readonly Visit[]
}

const serverOf = (queue: number, visits: ReadonlyMap<number, readonly Visit[]>, P: number): Server => {
  const flows = visits.get(queue) ?? []
  const node = Math.floor(queue / P)
  const beside = [...visits].filter(([one]) => one !== queue && Math.floor(one / P) === node).flatMap(([, there]) => there)
  const outputs = new Set(flows.map(({ output }) => output))
  const queues = new Set([queue])
  for (let before = 0; before < outputs.size + queues.size; ) {
    before = outputs.size + queues.size
    for (const one of beside) {
      if (outputs.has(one.output)) queues.add(one.queue)
      if (queues.has(one.queue)) outputs.add(one.output)
    }
  }
  const taken = new Set(flows.map(({ output }) => output))
  return {
    queue,
    flows,
    rivals: beside.filter(({ output }) => taken.has(output)),
    others: beside.filter((one) => queues.has(one.queue))
  }
}

/**
 * (a) One packet of each other queue passes before a packet, for its output; and the link lets packets come one after the other, `gap` cycles between them.
 *
 * The work of packets k to n is at most S + R * t where t lies between their heads, and at most that of n and `heaviest` a cycle for the ones before it.
 */
const roundRobin = ({ flows, rivals }: Server, own: number, gap: number): number => {
  const wait = (output: number): number => {
    const longest = new Map<number, number>()
    for (const one of rivals) if (one.output === output) longest.set(one.queue, Math.max(longest.get(one.queue) ?? 0, one.most + 1))
    return sumOf([...longest.values()], (cycles) => cycles)
  }
  const extra = flows.map(({ output }) => own + wait(output))
  const perFlit = flows.map(({ least }, i) => 1 + extra[i] / least)
  const S = sumOf(flows, (flow, i) => perFlit[i] * flow.sigma())
  const R = sumOf(flows, ({ rho }, i) => perFlit[i] * rho)
  const largest = Math.max(...flows.map(({ most }, i) => most + extra[i]))
  const heaviest = Math.max(...flows.map(({ least }, i) => (least + extra[i]) / (least + gap)))
  if (heaviest <= 1) return largest
  return R > 1 ? Infinity : S <= largest ? S : largest + ((heaviest - 1) * (S - largest)) / (heaviest - R)
}

/** (b) The queues that share outputs work for some packet in every cycle in which they have one; those of other queues that come later may all go first. */
const together = ({ flows, others }: Server, own: number): number => {
  const perFlit = ({ least }: Visit): number => 1 + own / least
  const S = sumOf([...flows, ...others], (flow) => perFlit(flow) * flow.sigma())
  const mine = sumOf(flows, (flow) => perFlit(flow) * flow.rho)
  const theirs = sumOf(others, (flow) => perFlit(flow) * flow.rho)
  return mine + theirs > 1 || theirs >= 1 ? Infinity : S / (1 - theirs)
}

/** (c) The queue works, or waits while a packet of another queue has the output: one that came there within that queue's own bound. */
const held = ({ flows, rivals }: Server, own: number, delays: ReadonlyMap<number, number>): number => {
  const S =
    sumOf(flows, (flow) => (1 + own / flow.least) * flow.sigma()) +
    sumOf(rivals, (flow) => (1 + 1 / flow.least) * (flow.sigma() + flow.rho * ((delays.get(flow.queue) as number) - 3)))
  const mine = sumOf(flows, (flow) => (1 + own / flow.least) * flow.rho)
  const theirs = sumOf(rivals, (flow) => (1 + 1 / flow.least) * flow.rho)
  return mine + theirs > 1 || theirs >= 1 ? Infinity : S / (1 - theirs)
}

const sumOf = <A>(all: readonly A[], of: (one: A, i: number) => number): number => all.reduce((sum, one, i) => sum + of(one, i), 0)
