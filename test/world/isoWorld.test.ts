import { describe, expect, it } from 'vitest'
import { negotiationMessages } from '../../lib/protocol/isoMessage'
import type { ThreadOrder, ThreadSignal } from '../../lib/protocol/threadOrder'
import { timeline } from '../../lib/time/timeline'
import { isoNodes } from '../../lib/world/isoNodes'
import type { IsoOptions } from '../../lib/world/isoOptions'
import { ranThreads, scripted } from '../../pipelines/isoThreads'

const small = { slots: 64, slotBytes: 256, stackSlots: 2, topAddress: 2 ** 20 }

/** Gives each order when the one before is answered; `next` makes it of the answer. */
const driven = (options: IsoOptions, script: (order: (order: ThreadOrder) => Promise<ThreadSignal>) => Promise<void>, thread = 't') => {
  const time = timeline()
  const signals: ThreadSignal[] = []
  let heard: ((signal: ThreadSignal) => void) | undefined
  const nodes = isoNodes(options, time, (signal) => {
    signals.push(signal)
    if ('thread' in signal && signal.thread === thread) heard?.(signal)
  })
  const order = (one: ThreadOrder): Promise<ThreadSignal> =>
    new Promise((done) => {
      heard = done
      nodes.obey({ thread, order: one })
      time.run()
    })
  return { nodes, signals, time, ran: script(order) }
}

describe('isoWorld', () => {
  it('a thread gets slots of its node without a message, and moves to the same addresses', async () => {
    const { nodes, signals, ran } = driven({ nodes: 2, area: small, distribution: { type: 'cyclic', chunk: 2 } }, async (order) => {
      await order({ type: 'spawn', node: 0 })
      const first = await order({ type: 'allocate', bytes: 16 })
      const second = await order({ type: 'allocate', bytes: 16 })
      if (!('address' in first && 'address' in second)) throw new Error('no memory')
      await order({ type: 'write', address: first.address, word: BigInt(second.address) })
      await order({ type: 'write', address: second.address, word: 42n })
      await order({ type: 'push', word: BigInt(first.address) })
      expect(Object.values(nodes.traffic()).every(({ messages }) => messages === 0)).toBe(true)
      for (const to of [1, 0, 1]) {
        expect(await order({ type: 'migrate', to })).toMatchObject({ type: 'migrated', to })
        expect(await order({ type: 'read', address: first.address })).toMatchObject({ word: BigInt(second.address) })
        expect(await order({ type: 'read', address: second.address })).toMatchObject({ word: 42n })
      }
      expect(await order({ type: 'pop' })).toMatchObject({ word: BigInt(first.address) })
    })
    await ran
    expect(nodes.traffic().thread.messages).toBe(3)
    expect(signals.flatMap((one) => (one.type === 'migrated' ? [one.mapped] : []))).toEqual([3, 0, 0])
  })

  it('slots go to the node where the thread is when it ends, whoever owned them', async () => {
    const { nodes, ran } = driven({ nodes: 2, area: small, distribution: { type: 'block' } }, async (order) => {
      await order({ type: 'spawn', node: 0 })
      await order({ type: 'allocate', bytes: 600 })
      await order({ type: 'migrate', to: 1 })
      expect(await order({ type: 'exit' })).toMatchObject({ type: 'exited', node: 1 })
    })
    await ran
    const owned = nodes.states().map(({ map, stackCache }) => [map.count, stackCache.length])
    expect(owned).toEqual([
      [32 - 2 - 3, 0],
      [32 + 3, 1]
    ])
  })

  it('a run that no node has alone is negotiated for, with the messages that the protocol takes', async () => {
    for (const [rank, nodesOf] of [
      [0, 2],
      [1, 2],
      [2, 4]
    ]) {
      const { nodes, signals, ran } = driven({ nodes: nodesOf, area: small, distribution: { type: 'cyclic', chunk: 2 } }, async (order) => {
        await order({ type: 'spawn', node: rank })
        expect(await order({ type: 'allocate', bytes: 1000 })).toMatchObject({ type: 'allocated' })
      })
      await ran
      const { thread, ...rest } = nodes.traffic()
      expect(thread.messages).toBe(0)
      expect(Object.values(rest).reduce((sum, { messages }) => sum + messages, 0)).toBe(negotiationMessages(nodesOf, rank === 0))
      expect(signals.filter(({ type }) => type === 'negotiated')).toHaveLength(1)
      expect(
        nodes.states().every(({ part, locked, forbidden, syncs }) => !part && !locked && !forbidden && Object.keys(syncs).length === 0)
      ).toBe(true)
    }
  })

  it('a run that all nodes together have not is refused, and everything goes on', () => {
    const orders: readonly ThreadOrder[] = [
      { type: 'spawn', node: 1 },
      { type: 'allocate', bytes: 64 * 256 },
      { type: 'allocate', bytes: 8 },
      { type: 'exit' }
    ]
    const heard = ranThreads({ nodes: 3, area: small }, [scripted('a', orders)]).signals
    expect(heard.map(({ type }) => type)).toEqual(['spawned', 'negotiated', 'refused', 'allocated', 'exited'])
    expect(heard[2]).toMatchObject({ reason: 'no node has, nor have all together, 65 free slots in a row' })
  })

  it("refuses a thread another's memory, memory outside of the area, a file and a connection", async () => {
    const time = timeline()
    const heard: ThreadSignal[] = []
    const nodes = isoNodes({ nodes: 2, area: small }, time, (signal) => heard.push(signal))
    const give = (thread: string, order: ThreadOrder): ThreadSignal => {
      nodes.obey({ thread, order })
      time.run()
      return heard.at(-1)!
    }
    give('a', { type: 'spawn', node: 0 })
    give('b', { type: 'spawn', node: 0 })
    const its = give('b', { type: 'allocate', bytes: 8 })
    if (its.type !== 'allocated') throw new Error('no memory')
    const reasons = [
      give('a', { type: 'read', address: its.address }),
      give('a', { type: 'write', address: its.address, word: 1n }),
      give('a', { type: 'read', address: 8 }),
      give('a', { type: 'read', address: its.address + 1 }),
      give('a', { type: 'read', address: 2 ** 20 - 40 * 256 }),
      give('a', { type: 'open', what: 'file' }),
      give('a', { type: 'open', what: 'connection' }),
      give('a', { type: 'free', address: its.address }),
      give('c', { type: 'read', address: its.address })
    ].map((signal) => (signal.type === 'refused' ? signal.reason : signal.type))
    const hex = `0x${its.address.toString(16)}`
    expect(reasons).toEqual([
      `${hex} is b's`,
      `${hex} is b's`,
      "0x8 is outside of the area, in memory that the node's threads share",
      `0x${(its.address + 1).toString(16)} is no address of a word`,
      "0xfd800 is no thread's",
      'a thread that may move holds no file: it would stay behind',
      'a thread that may move holds no connection: it would stay behind',
      `no block of the thread's heap is at ${hex}`,
      'there is no such thread'
    ])
    expect(give('b', { type: 'read', address: its.address })).toMatchObject({ type: 'read', word: 0n })
  })
})
