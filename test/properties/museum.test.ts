import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { explain } from '../../properties/explain'
import { found } from '../../properties/museum/found'
import { museum } from '../../properties/museum/museum'
import { checkVersion, visit } from '../../properties/museum/visit'

const pieces = museum()

/** What was found of each piece now, in the form of `found.ts`. `npx vitest run test/properties/museum.test.ts -u` writes it there. */
const now = new Map<string, { readonly seed: number; readonly runs: number; readonly path: string; readonly entries: number }>()

describe('the museum', () => {
  it.each(pieces.map((piece) => [piece.id, piece.name, piece] as const))(
    '%s, %s: is caught within its budget, and the right version is not',
    (id, _name, piece) => {
      const { wrong, right, holds } = visit(piece, { seed: found[id]?.seed ?? 1, rightRuns: 50 })
      if (E.isLeft(right)) throw new Error(explain(right.left))
      if (E.isRight(wrong)) throw new Error(`${id} was not caught in ${wrong.right.runs} worlds`)
      const { seed, runs, path, entries, invariant } = wrong.left
      expect(holds).toBe(true)
      expect(invariant).toBe(piece.invariant)
      expect(runs).toBeLessThanOrEqual(piece.budget)
      expect(entries.length).toBeLessThan(100)
      now.set(id, { seed, runs, path, entries: entries.length })
      const again = checkVersion(piece, 'wrong', { seed, path })
      if (E.isRight(again)) throw new Error(`${path} leads nowhere`)
      expect(again.left.journal).toBe(wrong.left.journal)
      expect(again.left.violation).toEqual(wrong.left.violation)
    }
  )

  it('has every error of the first ten, and more than fifteen of the others', () => {
    const numbers = new Set(pieces.map(({ id }) => Number.parseInt(id.slice(1), 10)))
    expect(Array.from({ length: 10 }, (_, i) => i + 1).filter((n) => !numbers.has(n))).toEqual([])
    expect([...numbers].filter((n) => n > 10).length).toBeGreaterThanOrEqual(15)
    expect(new Set(pieces.map(({ id }) => id)).size).toBe(pieces.length)
  })

  it('both versions of a piece have a rule, and something that differs', () => {
    for (const { wrong, right, reference, story } of pieces) {
      expect(wrong.rule).not.toBe(right.rule)
      expect(wrong.pipeline !== right.pipeline || wrong.engine !== right.engine).toBe(true)
      expect(reference.of.length).toBeGreaterThan(0)
      expect(story).toMatch(/[.)]$/)
    }
  })

  it('logs and coders that are copied go their own ways', () => {
    for (const version of pieces.flatMap(({ wrong, right }) => [wrong, right])) {
      const { log, coding } = version.engine?.() ?? {}
      if (log !== undefined) {
        const one = log.open(4)
        one.wrote([1], 'vcpu')
        const key = one.key()
        const other = one.copy()
        expect(other.key()).toBe(key)
        other.wrote([2], 'device')
        other.mapped([3])
        other.sync()
        expect(one.key()).toBe(key)
        expect(other.key()).not.toBe(key)
      }
      if (coding !== undefined) {
        const one = coding.open({ pages: 4, pageBytes: 64 })
        const sizes = { zero: 9, whole: 72, header: 8 }
        const key = one.key()
        const other = one.copy()
        for (const isZero of [false, true]) {
          const packet = other.encode({ page: 3, content: 1, isZero, mayDelta: true, sizes }) ?? other.ended?.()
          if (packet !== undefined) other.decode(packet, () => 0)
        }
        expect(one.key()).toBe(key)
      }
    }
  })

  it('what is told of each piece is what is found', async () => {
    if (now.size < pieces.length) return
    const rows = pieces.map(({ id }) => {
      const { seed, runs, path, entries } = now.get(id)!
      return `  ${id}: {\n    seed: ${seed},\n    runs: ${runs},\n    path: '${path}',\n    entries: ${entries}\n  }`
    })
    await expect(`${head}{\n${rows.join(',\n')}\n}\n`).toMatchFileSnapshot('../../properties/museum/found.ts')
  })
})

const head = `/** The counterexample of a wrong version as it was found: the seed of the worlds, in which run, the path to the smallest, and how many entries its journal has. */
export type Found = { readonly seed: number; readonly runs: number; readonly path: string; readonly entries: number }

/** What was found of each piece, by its number. Law: the same is found again, and the path leads to it. */
export const found: Readonly<Record<string, Found>> = `
