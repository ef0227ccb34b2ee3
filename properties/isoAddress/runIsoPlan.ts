import { slotOfAddress } from '../../lib/memory/isoArea'
import { runsOfHeap } from '../../lib/memory/isoHeap'
import { faultAddress } from '../../lib/memory/mappedSlots'
import { has } from '../../lib/memory/pageSet'
import { type IsoNode, isoNode } from '../../lib/protocol/isoNode'
import type { ThreadSignal } from '../../lib/protocol/threadOrder'
import { timeline } from '../../lib/time/timeline'
import { isoNodes } from '../../lib/world/isoNodes'
import { checkedIso } from '../../lib/world/isoOptions'
import { rootOf } from '../../lib/world/isoThreads'
import type { ChipWiring } from '../../lib/world/mppaWiring'
import { heldByNobody, heldTwice, holdersOf, type IsoInvariant } from './isoOwnership'
import { type IsoPlan, isoOptionsOf } from './isoPlan'
import { type IsoThreadMirror, isoThreadMirror } from './isoThreadMirror'

/** What a run of a plan came to: the first thing that was wrong, if something was; all signals; and how often what should happen sometimes did. */
export type IsoRan = {
  readonly wrong: { readonly invariant: IsoInvariant; readonly problem: string } | undefined
  readonly signals: readonly ThreadSignal[]
  readonly seen: Readonly<Record<'negotiated' | 'migrated' | 'pingPong' | 'lost' | 'refused' | 'concurrent' | 'ended', number>>
}

/** `machine`: of the nodes (default `isoNode`). `wiring`: of a chip, so that one serves many. `every`: at which moments all is looked at, besides the last (default 1: at each). */
export type IsoRunning = { readonly machine?: IsoNode; readonly wiring?: ChipWiring; readonly every?: number }

/** Runs a plan and looks at everything. Ends at the first thing that is wrong. */
export const runIsoPlan = (plan: IsoPlan, { machine = isoNode, wiring, every = 1 }: IsoRunning = {}): IsoRan => {
  const time = timeline()
  const options = isoOptionsOf(plan, wiring)
  const { area } = checkedIso(options)
  const signals: ThreadSignal[] = []
  const seen = { negotiated: 0, migrated: 0, pingPong: 0, lost: 0, refused: 0, concurrent: 0, ended: 0 }
  let wrong: IsoRan['wrong']
  const tell = (invariant: IsoInvariant, problem: string | undefined): void => {
    if (problem !== undefined && wrong === undefined) wrong = { invariant, problem }
  }

  const watched: IsoNode = (state, event) => {
    const made = machine(state, event)
    if (event.type === 'need' && made.effects.some(({ type }) => type === 'got') && made.effects.some(({ type }) => type === 'send'))
      tell('allocationAlone', `node ${state.rank} gives ${event.thread} a run that it has, and sends messages`)
    if (event.type === 'told' && event.message.type === 'thread' && Object.keys(made.state.arriving).length > 0) seen.pingPong++
    if (made.state.mutex.queue.length > 0 && event.type === 'told') seen.concurrent++
    return made
  }
  const heardBy = (signal: ThreadSignal): void => {
    signals.push(signal)
    if (signal.type in seen) seen[signal.type as keyof typeof seen]++
    if (!('thread' in signal)) return
    const thread = threads.find(({ name }) => name === signal.thread)!
    if (signal.type === 'faulted') tell('pointersValid', `${signal.thread} finds no memory at 0x${signal.address.toString(16)}`)
    if (signal.type === 'exited') checkReleased(thread, signal.node)
    thread.hear(signal)
    if (signal.type === 'migrated') checkWords(thread)
    goOn(thread)
  }
  const nodes = isoNodes({ ...options, node: watched }, time, heardBy)
  const threads: readonly IsoThreadMirror[] = plan.threads.map(({ node, steps }, i) =>
    isoThreadMirror(`t${i}`, node, steps, () => threads[(i + 1) % threads.length].stack())
  )
  const goOn = (thread: IsoThreadMirror): void => {
    const order = thread.next()
    if (order !== undefined) nodes.obey({ thread: thread.name, order })
  }

  const checkWords = (thread: IsoThreadMirror): void => {
    const memory = nodes.memories[thread.node()]
    try {
      for (const [address, word] of thread.words)
        if (memory.read(address) !== word)
          tell('pointersValid', `${thread.name} wrote ${word} at 0x${address.toString(16)}, where ${memory.read(address)} is`)
      const [stack, ...heap] = nodes.states()[thread.node()].held[thread.name] ?? []
      if (stack !== undefined && runsOfHeap({ words: memory, root: rootOf(area, stack) }).length !== heap.length)
        tell('pointersValid', `the heap of ${thread.name} has not the ${heap.length} runs that it holds`)
    } catch (error) {
      const address = faultAddress(error)
      tell('pointersValid', address === undefined ? String(error) : `${thread.name} has nothing mapped at 0x${address.toString(16)}`)
    }
  }
  const checkReleased = (thread: IsoThreadMirror, node: number): void => {
    const { map, slotCache, stackCache, held } = nodes.states()[node]
    // Where a lock has just been opened, another thread may have waited for them behind it.
    const passedOn = Object.entries(held).flatMap(([other, runs]) => (other === thread.name ? [] : runs))
    for (const address of [thread.stack(), ...thread.words.keys()]) {
      const slot = slotOfAddress(area, address)
      if (has(map, slot) || slotCache.includes(slot) || stackCache.some((start) => slot >= start && slot < start + area.stackSlots))
        continue
      if (passedOn.some(({ start, n }) => slot >= start && slot < start + n)) continue
      tell('releasedWhereThreadIs', `${thread.name} ends on node ${node}, which has not got slot ${slot} of it`)
    }
  }
  const checkOwnership = (atEnd: boolean): void => {
    const holders = holdersOf(nodes.states(), nodes.moving(), area.slots)
    tell('disjointOwnership', heldTwice(holders))
    const lasting = plan.breaks.some(({ what, backUs }) => what === 'host' || backUs === undefined)
    if (!lasting) tell('ownershipConserved', heldByNobody(holders, atEnd ? [] : nodes.states()))
  }
  const checkMapped = (): void => {
    for (const { rank, held, slotCache, stackCache, migrationCache, busy, arriving } of nodes.states()) {
      if (nodes.down.has(rank)) continue
      const kept = new Set<number>()
      const keep = ({ start, n }: { readonly start: number; readonly n: number }, needed: boolean, whose: string): void => {
        for (let slot = start; slot < start + n; slot++) {
          kept.add(slot)
          if (needed && !nodes.memories[rank].isMapped(slot))
            tell('mappedWhereHeld', `slot ${slot} of ${whose} is not mapped on node ${rank}`)
        }
      }
      for (const [thread, runs] of Object.entries(held)) for (const run of runs) keep(run, true, thread)
      for (const { runs } of Object.values(arriving)) for (const run of runs) keep(run, true, 'a thread that comes')
      for (const start of slotCache) keep({ start, n: 1 }, true, 'the slot cache')
      for (const start of stackCache) keep({ start, n: area.stackSlots }, true, 'the stack cache')
      for (const run of migrationCache) keep(run, true, 'the migration cache')
      for (const { run } of busy) keep(run, true, 'a thread that leaves')
      let mapped = 0
      for (let slot = 0; slot < area.slots; slot++) {
        if (!nodes.memories[rank].isMapped(slot)) continue
        mapped++
        if (!kept.has(slot)) tell('mappedWhereHeld', `slot ${slot} is still mapped on node ${rank}`)
      }
      if (mapped > (plan.mapped ?? area.slots))
        tell('withinMemory', `node ${rank} has ${mapped} slots mapped, and memory for ${plan.mapped}`)
    }
  }

  for (const thread of threads) goOn(thread)
  for (let events = 0; time.nextAt() < Infinity && wrong === undefined; events++) {
    if (events > MOST_MOMENTS) throw new RangeError(`runIsoPlan: a run must end within ${MOST_MOMENTS} moments (got more)`)
    try {
      time.run(time.nextAt())
    } catch (error) {
      const address = faultAddress(error)
      if (address === undefined) throw error
      tell('mappedWhereHeld', `what a thread takes along or brings is not mapped, at 0x${address.toString(16)}`)
    }
    if (events % every !== 0) continue
    checkOwnership(false)
    checkMapped()
    for (const thread of threads) if (thread.node() >= 0 && thread.isIdle()) checkWords(thread)
  }
  if (wrong === undefined) {
    checkOwnership(true)
    checkMapped()
    for (const thread of threads) if (!thread.isIdle()) tell('ordersAnswered', `${thread.name} waits for ever`)
    seen.ended = threads.filter((thread) => thread.isIdle() && !thread.isLost()).length
  }
  return { wrong, signals, seen }
}

/** On a chip a negotiation alone has some thousands. */
const MOST_MOMENTS = 1_000_000
