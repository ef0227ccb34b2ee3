import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as pageSequence from '../../../lib/memory/pageSequence'
import * as pageSet from '../../../lib/memory/pageSet'
import * as hosts from '../../../lib/world/hosts'
import type { Choice } from '../../../properties/explore/choices'
import { dataKey } from '../../../properties/explore/dataKey'
import { firstState } from '../../../properties/explore/firstState'
import { numbering } from '../../../properties/explore/numbering'
import type { Walk } from '../../../properties/explore/walk'
import { walk } from '../../../properties/explore/walk'
import { broken, nonsense, scopes, shipped, walked } from './walks'

/** Pipelines whose walks are compared; `RUNS` asks for more. */
const RUNS = Number(process.env.RUNS ?? 25)

describe('keys of states', () => {
  it('are equal only where the same may happen next, and then again leads to equal keys, by whatever ways the states were reached', () => {
    let pairs = 0
    fc.assert(
      fc.property(
        fc.oneof({ weight: 3, arbitrary: shipped }, { weight: 1, arbitrary: broken }),
        scopes,
        fc.array(fc.array(fc.nat({ max: 1000 }), { minLength: 10, maxLength: 40, size: 'max' }), { minLength: 20, maxLength: 20 }),
        ({ pipeline }, scope, walks) => {
          const numbered = numbering()
          const reached = (path: readonly Choice[]): Walk => {
            const along = walk(pipeline, scope, { numbered })
            for (const choice of path) along.take(choice)
            return along
          }
          const first = new Map<string, string>()
          let compared = 0
          for (const taken of walks) {
            const { path } = walked(pipeline, scope, taken)
            const along = walk(pipeline, scope, { numbered })
            for (let i = 0; i < path.length && compared < 25; i++) {
              along.take(path[i])
              const way = JSON.stringify(path.slice(0, i + 1))
              const known = first.get(along.key())
              if (known === undefined) first.set(along.key(), way)
              if (known === undefined || known === way || along.wrong() !== undefined) continue
              compared++
              pairs++
              const [one, other] = [known, way].map((text) => JSON.parse(text) as readonly Choice[])
              const possible = reached(one).choices()
              expect(reached(other).choices()).toEqual(possible)
              for (const choice of possible)
                for (const said of [[], [true]]) {
                  const next = { ...choice, said }
                  expect(reached([...other, next]).key()).toBe(reached([...one, next]).key())
                }
            }
          }
        }
      ),
      { numRuns: RUNS }
    )
    expect(pairs).toBeGreaterThan(5 * RUNS)
  })
})

describe('saving', () => {
  it('gives back what it put away: the same number, and hosts with the same key', () => {
    fc.assert(
      fc.property(
        fc.oneof(shipped, nonsense),
        scopes,
        fc.array(fc.nat({ max: 1000 }), { maxLength: 80, size: 'max' }),
        ({ pipeline }, scope, taken) => {
          const numbered = numbering()
          const along = walk(pipeline, scope, { numbered })
          const [state, saving] = firstState(scope, numbered)
          for (const turn of taken) {
            const possible = along.choices()
            if (possible.length === 0 || along.wrong() !== undefined) break
            along.take(possible[turn % possible.length])
            saving.load(along.state.saved)
            expect(saving.save().number).toBe(along.state.saved.number)
            expect(hosts.key(state.conduct.hosts)).toBe(hosts.key(along.state.conduct.hosts))
            const { hosts: _, settlement: __, guest: ___, ...rest } = along.state.conduct
            expect(state.conduct).toMatchObject(rest)
          }
        }
      ),
      { numRuns: 4 * RUNS }
    )
  })
})

describe('dataKey', () => {
  const names = fc.constantFrom('a', 'b', 'type', 'a=t,b', '"a"', '')
  const leaf = fc.oneof(
    fc.constantFrom(null, undefined, true, false, 0, -0, 1, 'u', 't', '', 'P2:', '1', ',', '}', 'a=t'),
    fc.integer({ min: -2, max: 2 }),
    fc.array(fc.nat({ max: 2 }), { maxLength: 2 }).map((pages) => pageSet.fromPages(3, pages)),
    fc.array(fc.nat({ max: 2 }), { maxLength: 2 }).map((pages) => pageSequence.sequence(pages))
  )
  const { data } = fc.letrec<{ data: unknown }>((tie) => ({
    data: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('data'), { maxLength: 2 }), fc.dictionary(names, tie('data'), { maxKeys: 2 }))
  }))

  it('is equal for equal data and for no other', () => {
    let equal = 0
    fc.assert(
      fc.property(data, data, fc.boolean(), (a, drawn, again) => {
        const b = again ? copied(a) : drawn
        const same = isDeepStrictEqual(plain(a), plain(b))
        if (same) equal++
        expect(dataKey(a) === dataKey(b)).toBe(same)
      }),
      { numRuns: 10_000 }
    )
    expect(equal).toBeGreaterThan(4_000)
  })

  it('refuses what cannot be told apart', () => {
    expect(() => dataKey({ next: () => 1 })).toThrow(new RangeError('dataKey: data must be plain values and page sets (got a function)'))
    const refused = (name: string) => new RangeError(`dataKey: data must be plain values and page sets (got an object of ${name})`)
    expect(() => dataKey(new Map())).toThrow(refused('Map'))
    expect(() => dataKey({ at: new Date(0) })).toThrow(refused('Date'))
    expect(() => dataKey([new DataView(new ArrayBuffer(1))])).toThrow(refused('DataView'))
    expect(dataKey(Object.create(null))).toBe('{}')
  })

  it('leaves out the number of a request from its whole address, and from nothing else', () => {
    const address = { migration: 'm', lane: '', tag: 0, n: 1 }
    expect(dataKey({ to: address })).toBe(dataKey({ to: { ...address, n: 2 } }))
    for (const other of [
      { lane: '', n: 1 },
      { lane: '', tag: 0, n: 1 },
      { ...address, at: 0 }
    ])
      expect(dataKey(other)).not.toBe(dataKey({ ...other, n: 2 }))
  })
})

/** Data as plain values, page sets by their pages and without fields that are undefined. */
const plain = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (pageSet.isPageSet(value)) return { set: value.size, pages: pageSet.toArray(value) }
  if (pageSequence.isPageSequence(value)) return { sequence: pageSequence.toArray(value) }
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).flatMap(([name, of]) => (of === undefined ? [] : [[name, plain(of)]])))
}

/** The same data made anew, the fields of records in another order. */
const copied = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (pageSet.isPageSet(value)) return pageSet.fromPages(value.size, pageSet.toArray(value))
  if (pageSequence.isPageSequence(value)) return pageSequence.sequence(pageSequence.toArray(value))
  if (Array.isArray(value)) return value.map(copied)
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, of]) => [name, copied(of)])
  )
}
