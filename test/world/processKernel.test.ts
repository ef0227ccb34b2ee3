import { describe, expect, it } from 'vitest'
import { uniform } from '../../lib/guest/uniform'
import { chip } from '../../lib/world/chip'
import { chipOf } from './processes'

const observed = ({ ask }: ReturnType<typeof chipOf>, cluster: string) => {
  const said = ask(cluster, { type: 'observe' })
  if (said.type !== 'observed') throw new RangeError('not observed')
  return said
}
const stands = ({ facts }: ReturnType<typeof chipOf>) =>
  facts('placed').map(({ migration, process, state }) => `${process} ${state} on ${migration}`)
const wrong = ({ facts }: ReturnType<typeof chipOf>) =>
  facts('checked').map(({ when, lost, stale, foreign }) => [when, lost.length, stale.length, foreign.length])

describe('a process that migrates', () => {
  const one = { p1: { cluster: 'cc0', threads: 2, pages: 2 } }

  it('leaves the source, and goes on at the target with its memory', () => {
    const world = chipOf({ processes: one })
    world.until(1000)
    world.ask('p1', { type: 'poke', page: 1, word: 42 })
    expect(world.migrate('p1', 'cc0', 'cc5')).toEqual([])
    expect(world.ask('p1', { type: 'peek', page: 1 })).toMatchObject({ type: 'peeked', word: 42 })
    expect(world.ask('p1', { type: 'peek', page: 0 })).toMatchObject({ type: 'peeked', word: 0 })
    expect(stands(world)).toEqual(['p1 running on cc0', 'p1 frozen on cc0', 'p1 arriving on cc5', 'p1 running on cc5', 'p1 left on cc0'])
    expect(wrong(world)).toEqual([
      ['unfrozen', 0, 0, 0],
      ['left', 0, 0, 0]
    ])
  })

  it('sends what Nanvix sends of it', () => {
    const { until, imageFrom } = chipOf({ processes: one })
    until(1)
    const { pieces } = imageFrom('cc0', 'p1')
    expect(pieces.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(23_008 + 4096 * (2 * 2 + 2 + 1))
    expect([...new Set(pieces.map(({ section }) => section))]).toEqual([
      'user',
      'uArea',
      'systemBoard',
      'pageDirectory',
      'pageTable',
      'kernelPageIds',
      'stacks',
      'frameBitmap',
      'frames'
    ])
  })

  it('stops its threads one after the other, and stands still while it is frozen', () => {
    const world = chipOf({ processes: one })
    world.until(1000)
    world.ask('cc0', { type: 'freeze', process: 'p1' })
    const counts = world.facts('threads').map(({ running, stopped }) => [running, stopped])
    expect(counts).toEqual([
      [2, 0],
      [1, 1],
      [0, 2]
    ])
    const before = observed(world, 'cc0').processes[0]
    world.until(world.now() + 1e6)
    const after = observed(world, 'cc0').processes[0]
    expect([after.state, after.cpuNs - before.cpuNs]).toEqual(['frozen', 0])
    expect(after.ageNs - before.ageNs).toBeGreaterThan(1e6)
  })

  it('stops no thread of the system: programs of clusters talk on while it is being frozen', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 15 } } })
    world.until(1000)
    world.ask('cc1', { type: 'create', end: 'in', kind: 'mailbox' })
    world.ask('cc0', { type: 'attach', end: 'out', kind: 'mailbox', remote: 'cc1' })
    const received = world.give('cc1', { type: 'receive', end: 'in' })
    const freeze = world.give('cc0', { type: 'freeze', process: 'p1' })
    expect(world.ask('cc0', { type: 'mail', end: 'out', message: 'hello' }).type).toBe('done')
    world.until(world.now() + 1e6)
    expect(world.answers.get(freeze)).toMatchObject({ type: 'done' })
    expect(world.answers.get(received)).toMatchObject({ type: 'received', message: 'hello' })
    expect(world.facts('threads').at(-1)).toMatchObject({ running: 0, stopped: 15 })
  })

  it('goes on at the source when its daemon gives up', () => {
    const world = chipOf({ processes: one })
    world.until(1000)
    world.ask('cc0', { type: 'freeze', process: 'p1' })
    world.ask('cc3', { type: 'admit', made: world.imageFrom('cc0', 'p1') })
    expect(world.reasonOf(world.ask('cc3', { type: 'unfreeze', process: 'p1' }))).toBe('user 0 of p1 has not come, nor have 15 others')
    world.ask('cc3', { type: 'forget', process: 'p1' })
    expect(world.ask('cc0', { type: 'unfreeze', process: 'p1' })).toMatchObject({ type: 'done' })
    expect(stands(world).slice(2)).toEqual(['p1 arriving on cc3', 'p1 left on cc3', 'p1 running on cc0'])
    expect(wrong(world)).toEqual([
      ['left', 0, 0, 0],
      ['unfrozen', 0, 0, 0]
    ])
    expect(observed(world, 'cc3').freeFrames).toBe(128)
  })

  it('does not run twice by a second order, nor is it read while it runs, but for its pages', () => {
    const { ask, reasonOf, until } = chipOf({ processes: one })
    until(1000)
    expect(reasonOf(ask('cc0', { type: 'unfreeze', process: 'p1' }))).toBe('p1 is running')
    expect(reasonOf(ask('cc0', { type: 'forget', process: 'p1' }))).toBe('p1 is neither frozen nor arriving')
    expect(reasonOf(ask('cc1', { type: 'freeze', process: 'p1' }))).toBe('no process called p1 is here')
    expect(reasonOf(ask('cc0', { type: 'extract', process: 'p1', piece: { section: 'uArea', index: 0, bytes: 2112 } }))).toBe(
      'p1 is not frozen: only its pages can be read'
    )
    expect(ask('cc0', { type: 'extract', process: 'p1', piece: { section: 'frames', index: 1, bytes: 4096 } }).type).toBe('extracted')
    expect(reasonOf(ask('cc0', { type: 'collect', process: 'p1' }))).toBe('writes of p1 are not noted')
  })

  it('may not order its own kernel about, nor touch pages it has not', () => {
    const world = chipOf({ processes: one })
    const { ask, reasonOf, until } = world
    until(1000)
    expect(reasonOf(ask('p1', { type: 'freeze', process: 'p1' }))).toMatch(/^freeze is .*a process$/)
    expect(reasonOf(ask('p1', { type: 'peek', page: 5 }))).toBe('p1 has no page 5')
    expect(ask('p1', { type: 'poke', page: 4, word: 1 }).type).toBe('done')
    expect(observed(world, 'cc0').processes[0].refusals).toBe(2)
  })

  it('is found with a search where its state is scattered, and has its fields one by one', () => {
    const describedIn = (layout: 'uArea' | 'scattered') => {
      const world = chipOf({ processes: one, layout })
      world.until(1000)
      const said = world.ask('cc0', { type: 'describe', process: 'p1' })
      if (said.type !== 'described') throw new RangeError('not described')
      const fields = said.made.pieces.filter(({ section }) => section === (layout === 'uArea' ? 'uArea' : 'scattered'))
      expect(world.migrate('p1', 'cc0', 'cc1')).toEqual([])
      return { cycles: said.cycles, fields: fields.length, bytes: fields.reduce((sum, { bytes }) => sum + bytes, 0) }
    }
    const together = describedIn('uArea')
    const scattered = describedIn('scattered')
    expect([together.fields, together.bytes]).toEqual([1, 2112])
    expect([scattered.fields, scattered.bytes]).toEqual([11, 2112])
    expect(scattered.cycles).toBeGreaterThan(together.cycles)
  })
})

describe('memory of a cluster', () => {
  it('has 128 frames and 36 kernel pages for users, which come back', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 3, pages: 5 } } })
    world.until(1000)
    const free = (cluster: string) => {
      const { freeFrames, freeKernelPages } = observed(world, cluster)
      return [freeFrames, freeKernelPages]
    }
    expect(free('cc0')).toEqual([128 - 3 - 5, 36 - 6 - 1])
    world.migrate('p1', 'cc0', 'cc1')
    expect([free('cc0'), free('cc1')]).toEqual([
      [128, 36],
      [120, 29]
    ])
  })

  it('refuses who does not fit, with a sentence', () => {
    const world = chipOf({
      processes: {
        p1: { cluster: 'cc0', pages: 100 },
        p2: { cluster: 'cc1', pages: 60 },
        p3: { cluster: 'cc2', threads: 18 },
        p4: { cluster: 'cc3' }
      }
    })
    world.until(1000)
    const admitted = (process: string, from: string, to: string) =>
      world.reasonOf(world.ask(to, { type: 'admit', made: world.imageFrom(from, process) }))
    expect(admitted('p2', 'cc1', 'cc0')).toBe('there is not enough memory: 63 frames are needed, and 25 are free')
    expect(admitted('p4', 'cc3', 'cc2')).toBe('there is not enough memory: 2 kernel pages are needed, and 0 are free')
    expect(admitted('p4', 'cc3', 'cc3')).toBe('p4 is here already')
    expect(admitted('p4', 'cc3', 'cc0')).toBe(undefined)
  })

  it('is refused when the chip is built where that can be seen then', () => {
    const built = (processes: Parameters<typeof chip>[0]) => () => chip(processes)
    expect(built({ processes: { p1: { cluster: 'cc0', threads: 19 } } })).toThrow(
      'chip: processes.p1 must fit into cc0, which has 36 kernelPages (got 38)'
    )
    expect(built({ processes: { p1: { cluster: 'cc0', pages: 100 }, p2: { cluster: 'cc0', pages: 50 } } })).toThrow(
      'chip: processes.p2 must fit into cc0, which has 128 frames (got 53, 156 with those before it)'
    )
    expect(built({ processes: { cc3: { cluster: 'cc0' } } })).toThrow(
      "chip: names of processes must differ from clusters' and nodes' (got cc3)"
    )
    expect(built({ processes: { p1: { cluster: 'cc16' } } })).toThrow('chip: processes.p1.cluster must be a cluster of the chip (got cc16)')
    expect(built({ processes: { p1: { cluster: 'cc0', workload: uniform({ pages: 9, writesPerSecond: 1 }) } } })).toThrow(
      'chip: processes.p1.workload must be of at most its 3 pages (got 9)'
    )
  })

  it('has no place for who comes later than that, which is told', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', pages: 100 }, p2: { cluster: 'cc0', pages: 50, at: 5000 } } })
    world.until(10_000)
    expect(stands(world)).toEqual(['p1 running on cc0', 'p2 lost on cc0'])
    expect(world.reasonOf(world.ask('p2', { type: 'peek', page: 0 }))).toBe(
      'there is not enough memory: 53 frames are needed, and 25 are free'
    )
  })

  it('has room for what the kernel keeps of each process besides, which comes back too', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0' }, p2: { cluster: 'cc1' } }, room: { compute: { structureBytes: 20_000 } } })
    world.until(1000)
    const made = world.imageFrom('cc1', 'p2')
    expect(world.reasonOf(world.ask('cc0', { type: 'admit', made }))).toBe(
      'there is not enough memory: 12400 bytes for structures of the kernel are needed, and 7600 are free'
    )
    world.ask('cc0', { type: 'kill', process: 'p1' })
    expect(world.migrate('p2', 'cc1', 'cc0')).toEqual([])
  })

  it('holds eighteen processes of a thread on a cluster, and twice as many on two', () => {
    const processes = Object.fromEntries(Array.from({ length: 36 }, (_, i) => [`p${i}`, { cluster: `cc${i % 2}` }]))
    const world = chipOf({ processes })
    world.until(1e6)
    expect(
      [observed(world, 'cc0'), observed(world, 'cc1')].map(({ running, ready, freeKernelPages }) => [running, ready, freeKernelPages])
    ).toEqual([
      [15, 3, 0],
      [15, 3, 0]
    ])
    expect(world.migrate('p0', 'cc0', 'cc2')).toEqual([])
    expect(observed(world, 'cc0').ready).toBe(2)
  })
})

describe('a process that ends', () => {
  it('has had its core time on every thread, and gives its memory back', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 2, cpuNs: 1e6 } } })
    world.until(3e6)
    expect(stands(world)).toEqual(['p1 running on cc0', 'p1 exited on cc0'])
    expect(world.facts('placed')[1].at).toBe(1e6)
    expect([observed(world, 'cc0').busyNs, observed(world, 'cc0').freeFrames]).toEqual([2e6, 128])
    expect(world.reasonOf(world.ask('p1', { type: 'peek', page: 0 }))).toBe('the process has ended')
  })

  it('has the rest of its core time where it goes', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', cpuNs: 1e6 } } })
    world.until(400_000)
    expect(world.migrate('p1', 'cc0', 'cc1')).toEqual([])
    world.until(1e8)
    expect(stands(world).at(-1)).toBe('p1 exited on cc1')
    expect(observed(world, 'cc0').busyNs + observed(world, 'cc1').busyNs).toBe(1e6)
  })

  it('leaves nothing that could be lost with the copy it left behind', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', cpuNs: 1e6 } } })
    world.until(900_000)
    world.ask('cc0', { type: 'freeze', process: 'p1' })
    const made = world.imageFrom('cc0', 'p1')
    world.ask('cc1', { type: 'admit', made })
    for (const piece of made.pieces) world.copyOver('p1', 'cc0', 'cc1', piece)
    world.ask('cc1', { type: 'unfreeze', process: 'p1' })
    world.until(1e9)
    world.ask('cc0', { type: 'forget', process: 'p1' })
    expect(stands(world).slice(-2)).toEqual(['p1 exited on cc1', 'p1 left on cc0'])
    expect(world.facts('checked').at(-1)).toMatchObject({ when: 'left', lost: [] })
  })

  it('is killed wherever it stands', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 17 } } })
    world.until(1000)
    world.ask('cc0', { type: 'kill', process: 'p1' })
    expect(stands(world)).toEqual(['p1 running on cc0', 'p1 exited on cc0'])
    expect(observed(world, 'cc0')).toMatchObject({ running: 0, ready: 0, freeKernelPages: 36, processes: [] })
  })

  it('is lost with its cluster, and its program is told', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0' } }, faults: [{ at: 5000, cluster: 'cc0' }] })
    world.until(10_000)
    expect(stands(world)).toEqual(['p1 running on cc0', 'p1 lost on cc0'])
    expect(world.reasonOf(world.ask('p1', { type: 'peek', page: 0 }))).toBe('the process is lost')
  })

  it('goes on from an image that was saved, as it was then', () => {
    const world = chipOf({
      kernel: { unfreeze: 20_000 },
      processes: { p1: { cluster: 'cc0', pages: 1 } },
      faults: [{ at: 25e6, cluster: 'cc0' }]
    })
    world.until(1000)
    world.ask('p1', { type: 'poke', page: 0, word: 7 })
    world.ask('cc0', { type: 'freeze', process: 'p1' })
    const made = world.imageFrom('cc0', 'p1')
    const saved = made.pieces.map((piece) => {
      const said = world.ask('cc0', { type: 'extract', process: 'p1', piece })
      return { piece, content: said.type === 'extracted' ? said.content : null }
    })
    const then = observed(world, 'cc0').processes[0].cpuNs
    world.ask('cc0', { type: 'unfreeze', process: 'p1' })
    world.ask('p1', { type: 'poke', page: 0, word: 8 })
    world.until(26e6)
    world.ask('cc4', { type: 'admit', made })
    for (const { piece, content } of saved) world.ask('cc4', { type: 'install', process: 'p1', piece, content })
    expect(observed(world, 'cc4').processes[0].cpuNs).toBe(0)
    world.ask('cc4', { type: 'unfreeze', process: 'p1' })
    expect(observed(world, 'cc4').processes[0].cpuNs).toBeGreaterThan(then)
    expect(world.ask('p1', { type: 'peek', page: 0 })).toMatchObject({ word: 7 })
    expect(wrong(world).at(-1)).toEqual(['unfrozen', 0, 0, 0])
  })
})
