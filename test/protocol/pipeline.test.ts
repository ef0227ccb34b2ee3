import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../lib/protocol/command'
import { asked, awaiting, chain, done, request, type Step } from '../../lib/protocol/phase'
import { begin, carried, carry, type Outcome } from '../../lib/protocol/pipeline'
import { migrationOf, type Signal } from '../../lib/protocol/signal'

const over = (reason: string): Step<Outcome> => done({ type: 'lost', reason })

/** Two orders at once, a third after the first answer, then the end. */
const step = (): Step<Outcome> =>
  awaiting([asked({ type: 'preselect' }), asked({ type: 'reserve' }, 1)], 'both', null, (signal) =>
    signal.type === 'reserved'
      ? pipe(
          request({ type: 'flush' }),
          chain('end', (answer) => over(E.isRight(answer) ? 'right' : 'left'))
        )
      : undefined
  )

const answer = (n: number, type: 'done' | 'reserved', tag = 0): Signal =>
  ({ type, bytes: 1, at: 0, to: { migration: 'm', lane: '', tag, n } }) as Signal

describe('a carrier', () => {
  it('numbers orders through all steps of its migration', () => {
    const [first, commands] = begin('m', step())
    expect(commands.map(({ to }) => to)).toEqual([
      { migration: 'm', lane: '', tag: 0, n: 0 },
      { migration: 'm', lane: '', tag: 1, n: 1 }
    ])
    expect(first.n).toBe(2)
    const [second, more] = carry('m', first, answer(1, 'reserved', 1))
    expect(more).toEqual([{ order: { type: 'flush' }, to: { migration: 'm', lane: '', tag: 0, n: 2 } }])
    expect(second.n).toBe(3)
    const [third, none] = carry('m', second, answer(2, 'done'))
    expect([third.phase, none]).toEqual([{ type: 'done', value: { type: 'lost', reason: 'right' } }, []])
  })

  it('stays itself at a signal that is not its own, and once it has ended', () => {
    const [first] = begin('m', step())
    expect(carry('m', first, answer(0, 'done'))).toEqual([first, []])
    expect(carry('m', first, answer(0, 'done'))[0]).toBe(first)
    const [ended] = begin('m', over('x'))
    const [same, none] = carry('m', ended, answer(0, 'done'))
    expect(same).toBe(ended)
    expect(none).toEqual([])
  })
})

describe('a pipeline as an operator', () => {
  it('gives its first orders, those of each step, and completes when it ends', () => {
    const signals = new Subject<Signal>()
    const heard: (string | number)[] = []
    signals.pipe(carried('m', step())).subscribe({
      next: ({ order, to }) => heard.push(order.type, to.n),
      complete: () => heard.push('complete')
    })
    expect(heard).toEqual(['preselect', 0, 'reserve', 1])
    signals.next(answer(1, 'reserved', 1))
    signals.next(answer(7, 'reserved', 1))
    expect(heard.slice(4)).toEqual(['flush', 2])
    signals.next(answer(2, 'done'))
    expect(heard.slice(6)).toEqual(['complete'])
  })

  it('hears a world that answers at once', () => {
    const signals = new Subject<Signal>()
    const commands: Command[] = []
    let completed = false
    signals.pipe(carried('m', step())).subscribe({
      next: (command) => {
        commands.push(command)
        if (command.order.type === 'reserve') signals.next(answer(1, 'reserved', 1))
        if (command.order.type === 'flush') signals.next(answer(2, 'done'))
      },
      complete: () => {
        completed = true
      }
    })
    expect(commands.map(({ order }) => order.type)).toEqual(['preselect', 'reserve', 'flush'])
    expect(completed).toBe(true)
  })

  it('is born anew with each subscription', () => {
    const signals = new Subject<Signal>()
    const commands = signals.pipe(carried('m', step()))
    const seen: number[][] = [[], []]
    for (const list of seen) commands.subscribe(({ to }) => list.push(to.n))
    expect(seen).toEqual([
      [0, 1],
      [0, 1]
    ])
  })

  it('that ends with its first orders gives them, and completes', () => {
    const heard: string[] = []
    const once: Step<Outcome> = { requests: [asked({ type: 'flush' })], phase: over('x').phase }
    new Subject<Signal>().pipe(carried('m', once)).subscribe({
      next: ({ order }) => heard.push(order.type),
      complete: () => heard.push('complete')
    })
    expect(heard).toEqual(['flush', 'complete'])
  })
})

describe('the migration of a signal', () => {
  it('is that of the answer`s address, or the fact`s own', () => {
    expect(migrationOf(answer(0, 'done'))).toBe('m')
    expect(migrationOf({ type: 'exited', at: 0, migration: 'other' })).toBe('other')
  })
})
