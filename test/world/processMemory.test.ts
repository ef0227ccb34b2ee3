import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uniform } from '../../lib/guest/uniform'
import type { ProcessImage, ProcessPiece } from '../../lib/protocol/process'
import { chipOf } from './processes'

/** Little memory, so that frames are used again at once and not all fits everywhere. */
const workload = (pages: number) => uniform({ pages, writesPerSecond: 60_000, readsPerSecond: 30_000 })
const room = { compute: { frames: 16, kernelPages: 10 } }
const processes = {
  a: { cluster: 'cc0', user: 'ada', pages: 3, userBytes: 10_608, threads: 1, workload: workload(6) },
  b: { cluster: 'cc0', user: 'bob', pages: 1, userBytes: 5000, threads: 1 },
  c: { cluster: 'cc1', user: 'ada', pages: 0, userBytes: 10_608, threads: 2 },
  d: { cluster: 'cc2', user: 'bob', pages: 6, userBytes: 1, threads: 1, workload: workload(3) }
} as const
type Name = keyof typeof processes
const names = Object.keys(processes) as Name[]
const clusters = ['cc0', 'cc1', 'cc2']
const framesOf = (name: Name): number => Math.ceil(processes[name].userBytes / 4096) + processes[name].pages
const kernelPagesOf = (name: Name): number => 2 * processes[name].threads + Math.min(1, processes[name].pages)
const isPage = ({ section }: ProcessPiece): boolean => section === 'user' || section === 'stacks' || section === 'frames'

const steps = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant('poke' as const),
      who: fc.constantFrom(...names),
      page: fc.nat(6),
      word: fc.integer({ min: 1, max: 99 })
    }),
    fc.record({ type: fc.constant('peek' as const), who: fc.constantFrom(...names), page: fc.nat(6) }),
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('move' as const),
        who: fc.constantFrom(...names),
        to: fc.constantFrom(...clusters),
        how: fc.constantFrom('stop' as const, 'before' as const, 'after' as const),
        pokes: fc.array(fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 99 })), { maxLength: 3 })
      })
    },
    fc.record({ type: fc.constant('passes' as const), ns: fc.integer({ min: 1, max: 30_000_000 }) })
  ),
  { maxLength: 14 }
)

describe('memory of processes', () => {
  it('holds what its process wrote there last, whatever moves how; nobody reads what is foreign, and all memory comes back', () => {
    let moved = 0
    fc.assert(
      fc.property(steps, (plan) => {
        const world = chipOf({ processes, room })
        world.until(1)
        const at: Record<Name, string> = { a: 'cc0', b: 'cc0', c: 'cc1', d: 'cc2' }
        const words = new Map<string, number>()
        const poke = (who: Name, page: number, word: number): void => {
          const said = world.ask(who, { type: 'poke', page, word })
          expect(said.type).toBe(page < framesOf(who) ? 'done' : 'refused')
          if (said.type === 'done') words.set(`${who} ${page}`, word)
        }
        const peek = (who: Name, page: number): void => {
          const said = world.ask(who, { type: 'peek', page })
          if (page >= framesOf(who)) expect(said.type).toBe('refused')
          else expect(said).toMatchObject({ type: 'peeked', word: words.get(`${who} ${page}`) ?? 0 })
        }
        const copied = (process: Name, from: string, to: string, pieces: readonly ProcessPiece[]): void => {
          for (const piece of pieces) expect(world.copyOver(process, from, to, piece).type).toBe('done')
        }
        for (const step of plan) {
          if (step.type === 'poke') poke(step.who, step.page, step.word)
          else if (step.type === 'peek') peek(step.who, step.page)
          else if (step.type === 'passes') world.until(world.now() + step.ns)
          else {
            const { who, to, how, pokes } = step
            const from = at[who]
            const made: ProcessImage = world.imageFrom(from, who)
            const there = [...names.filter((name) => at[name] === to), who]
            const isRoom =
              to !== from &&
              there.reduce((sum, name) => sum + framesOf(name), 0) <= 16 &&
              there.reduce((sum, name) => sum + kernelPagesOf(name), 0) <= 10
            expect(world.ask(to, { type: 'admit', made }).type).toBe(isRoom ? 'done' : 'refused')
            if (!isRoom) continue
            moved++
            const [pages, others] = [made.pieces.filter(isPage), made.pieces.filter((piece) => !isPage(piece))]
            if (how === 'before') {
              world.ask(from, { type: 'watch', process: who, on: true })
              copied(who, from, to, pages)
              for (const [page, word] of pokes) poke(who, page, word)
            }
            world.ask(from, { type: 'freeze', process: who })
            const late = how === 'before' ? world.ask(from, { type: 'collect', process: who }) : undefined
            if (how === 'stop') copied(who, from, to, pages)
            else if (late?.type === 'collected') copied(who, from, to, late.pieces)
            copied(who, from, to, others)
            expect(world.ask(to, { type: 'unfreeze', process: who, absent: how === 'after' }).type).toBe('done')
            at[who] = to
            if (how === 'after') {
              const given = pokes.map(([page, word]) => [page, word, world.give(who, { type: 'poke', page, word })] as const)
              copied(who, from, to, [...pages].reverse())
              world.until(world.now() + 100_000)
              for (const [page, word, n] of given) {
                expect(world.answers.get(n)?.type).toBe(page < framesOf(who) ? 'done' : 'refused')
                if (page < framesOf(who)) words.set(`${who} ${page}`, word)
              }
            }
            expect(world.ask(from, { type: 'forget', process: who }).type).toBe('done')
          }
        }
        for (const who of names) for (let page = 0; page < framesOf(who); page++) peek(who, page)
        for (const { lost, stale, foreign } of world.facts('checked')) expect([lost, stale, foreign]).toEqual([[], [], []])
        for (const cluster of clusters) {
          const said = world.ask(cluster, { type: 'observe' })
          const here = names.filter((name) => at[name] === cluster)
          expect(said).toMatchObject({
            freeFrames: 16 - here.reduce((sum, name) => sum + framesOf(name), 0),
            freeKernelPages: 10 - here.reduce((sum, name) => sum + kernelPagesOf(name), 0)
          })
        }
      }),
      { numRuns: 100 }
    )
    expect(moved).toBeGreaterThan(50)
  })
})
