import { describe, expect, it } from 'vitest'
import { sweep } from '../../lib/guest/sweep'
import type { ProcessPiece } from '../../lib/protocol/process'
import { chipOf } from './processes'

const isPage = ({ section }: ProcessPiece): boolean => section === 'user' || section === 'stacks' || section === 'frames'
const name = ({ section, index }: ProcessPiece): string => `${section} ${index}`
type World = ReturnType<typeof chipOf>

/** Everything but pages goes over, and the process goes on at the target. */
const switched = (world: World, process: string, from: string, to: string): readonly ProcessPiece[] => {
  world.ask(from, { type: 'freeze', process })
  const made = world.imageFrom(from, process)
  world.ask(to, { type: 'admit', made })
  for (const piece of made.pieces) if (!isPage(piece)) world.copyOver(process, from, to, piece)
  expect(world.ask(to, { type: 'unfreeze', process, absent: true })).toMatchObject({ type: 'done' })
  return made.pieces.filter(isPage)
}
const wanted = ({ facts }: World) => facts('wanted').map(({ migration, piece }) => `${migration} wants ${name(piece)}`)
const lastThreads = ({ facts }: World) => {
  const { running, ready, waiting, stopped } = facts('threads').at(-1)!
  return [running, ready, waiting, stopped]
}

describe('a process that goes on before its pages have come', () => {
  it('stops each thread at what it needs first, and lets it go on when that has come', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', threads: 2, pages: 1 } } })
    world.until(1000)
    switched(world, 'p1', 'cc0', 'cc1')
    world.until(world.now() + 1e6)
    expect(wanted(world)).toEqual(['cc1 wants stacks 0', 'cc1 wants stacks 2'])
    expect(lastThreads(world)).toEqual([0, 0, 2, 0])
    for (const index of [0, 1]) world.copyOver('p1', 'cc0', 'cc1', { section: 'stacks', index, bytes: 4096 })
    world.copyOver('p1', 'cc0', 'cc1', { section: 'user', index: 0, bytes: 4096 })
    world.until(world.now() + 1e6)
    expect(wanted(world)).toEqual(['cc1 wants stacks 0', 'cc1 wants stacks 2', 'cc1 wants stacks 1', 'cc1 wants user 0'])
    expect(lastThreads(world)).toEqual([1, 0, 1, 0])
    expect(world.facts('checked').map(({ lost, stale }) => [lost, stale])).toEqual([[[], []]])
  })

  it('lets its program wait for the page that it touches, by way of the table of pages', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', pages: 2 } } })
    world.until(1000)
    world.ask('p1', { type: 'poke', page: 1, word: 5 })
    const pages = switched(world, 'p1', 'cc0', 'cc1')
    const peek = world.give('p1', { type: 'peek', page: 1 })
    const come = (what: string) => {
      world.copyOver('p1', 'cc0', 'cc1', pages.find((piece) => name(piece) === what)!)
      world.until(world.now() + 100_000)
    }
    for (const what of ['stacks 0', 'stacks 1', 'user 0']) come(what)
    expect(wanted(world).at(-1)).toBe('cc1 wants stacks 2')
    come('stacks 2')
    expect(wanted(world).at(-1)).toBe('cc1 wants frames 1')
    expect(world.answers.has(peek)).toBe(false)
    come('frames 1')
    expect(world.answers.get(peek)).toMatchObject({ type: 'peeked', word: 5 })
    expect(world.reasonOf(world.copyOver('p1', 'cc0', 'cc1', pages.find((piece) => name(piece) === 'frames 1')!))).toBe(
      'frames 1 of p1 has come already'
    )
  })

  it('stops at the first access of its workload to a page that has not come, at its time', () => {
    // A page every 10 us of core time, one after the other.
    const workload = sweep({ pages: 8, writesPerSecond: 100_000 })
    const world = chipOf({ processes: { p1: { cluster: 'cc0', pages: 8, workload } } })
    world.until(35_000)
    const pages = switched(world, 'p1', 'cc0', 'cc1')
    for (const piece of pages) if (piece.section !== 'frames' || piece.index === 4) world.copyOver('p1', 'cc0', 'cc1', piece)
    world.until(world.now() + 1e6)
    expect(wanted(world).at(-1)).toMatch(/^cc1 wants frames/)
    const ran = world.ask('cc1', { type: 'observe' })
    if (ran.type !== 'observed') throw new RangeError('not observed')
    // Access k comes at (k + 1) x 10 us: the core time is one of those moments.
    expect(ran.processes[0].cpuNs % 10_000).toBe(0)
    for (let tries = 0; tries < 8; tries++) {
      const missing = world.facts('wanted').at(-1)!.piece
      world.copyOver('p1', 'cc0', 'cc1', missing)
      world.until(world.now() + 200_000)
    }
    expect(lastThreads(world)).toEqual([1, 0, 0, 0])
    expect(world.ask('cc0', { type: 'forget', process: 'p1' })).toMatchObject({ type: 'done' })
    expect(world.facts('checked').every(({ lost, stale, foreign }) => lost.length + stale.length + foreign.length === 0)).toBe(true)
  })

  it('has lost what it lacks when the source forgets it', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', pages: 1 } } })
    world.until(1000)
    switched(world, 'p1', 'cc0', 'cc1')
    world.ask('cc0', { type: 'forget', process: 'p1' })
    expect(world.facts('checked').at(-1)!.lost.map(name)).toEqual([
      'user 0',
      'user 1',
      'user 2',
      'stacks 0',
      'stacks 1',
      'stacks 2',
      'frames 0'
    ])
  })
})

describe('writes that are noted', () => {
  it('are those since the log was read last, of pages and of the stacks of threads that ran', () => {
    const workload = sweep({ pages: 4, writesPerSecond: 100_000 })
    const world = chipOf({ processes: { p1: { cluster: 'cc0', pages: 4, threads: 2, workload } } })
    const collected = () => {
      const said = world.ask('cc0', { type: 'collect', process: 'p1' })
      return said.type === 'collected' ? said.pieces.map(name) : []
    }
    world.until(1000)
    world.ask('cc0', { type: 'watch', process: 'p1', on: true })
    world.until(25_000)
    expect(collected()).toEqual(['stacks 0', 'stacks 1', 'stacks 2', 'stacks 3', 'frames 0', 'frames 1'])
    world.until(31_000)
    expect(collected()).toEqual(['stacks 0', 'stacks 1', 'stacks 2', 'stacks 3', 'frames 2'])
  })

  it('make a copy stale that was read before them, and not one that was read after', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', pages: 2 } } })
    world.until(1000)
    world.ask('cc0', { type: 'watch', process: 'p1', on: true })
    const made = world.imageFrom('cc0', 'p1')
    world.ask('cc1', { type: 'admit', made })
    for (const piece of made.pieces.filter(isPage)) world.copyOver('p1', 'cc0', 'cc1', piece)
    world.ask('p1', { type: 'poke', page: 0, word: 3 })
    world.ask('cc0', { type: 'freeze', process: 'p1' })
    const log = world.ask('cc0', { type: 'collect', process: 'p1' })
    if (log.type !== 'collected') throw new RangeError('not collected')
    expect(log.pieces.map(name)).toEqual(['stacks 0', 'stacks 1', 'frames 0'])
    for (const piece of made.pieces) if (!isPage(piece) || piece.section === 'stacks') world.copyOver('p1', 'cc0', 'cc1', piece)
    world.ask('cc1', { type: 'unfreeze', process: 'p1' })
    expect(world.facts('checked').at(-1)!.stale.map(name)).toEqual(['frames 0'])
  })

  it('of another process are foreign wherever they are put', () => {
    const world = chipOf({ processes: { p1: { cluster: 'cc0', pages: 1 }, p2: { cluster: 'cc0', pages: 1 } } })
    world.until(1000)
    world.ask('cc0', { type: 'freeze', process: 'p1' })
    const made = world.imageFrom('cc0', 'p1')
    world.ask('cc1', { type: 'admit', made })
    for (const piece of made.pieces) {
      const said = world.ask('cc0', { type: 'extract', process: piece.section === 'frames' ? 'p2' : 'p1', piece })
      if (said.type === 'extracted') world.ask('cc1', { type: 'install', process: 'p1', piece, content: said.content })
    }
    world.ask('cc1', { type: 'unfreeze', process: 'p1' })
    expect(world.facts('checked').at(-1)!.foreign.map(name)).toEqual(['frames 0'])
  })
})
