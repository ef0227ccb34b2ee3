import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MovedRange, type PointerFinding, rewrittenPointer, rewrittenWords } from '../../lib/memory/pointerRewriting'

const from = 0x10000
const to = 0x80000
const words = 16
const moved: readonly MovedRange[] = [{ from, to, bytes: 8 * words }]

/** What a program keeps in a word: a pointer into its memory, one with a mark in its lowest bit, or an integer of its own. */
type Kept = { readonly kind: 'pointer' | 'marked' | 'integer'; readonly value: number }

const kept: fc.Arbitrary<Kept> = fc.oneof(
  fc.record({ kind: fc.constantFrom('pointer' as const, 'marked' as const), value: fc.nat(words - 1).map((i) => from + 8 * i) }),
  fc.record({
    kind: fc.constant('integer' as const),
    value: fc.oneof(fc.nat(from - 1), fc.integer({ min: from, max: from + 8 * words - 1 }))
  })
)

const wordOf = ({ kind, value }: Kept): bigint => BigInt(value) + (kind === 'marked' ? 1n : 0n)

/** The word as the program must find it after the move. */
const rightly = (one: Kept): bigint => (one.kind === 'integer' ? wordOf(one) : wordOf(one) - BigInt(from) + BigInt(to))

const wordsAfter = (all: readonly Kept[], finding: PointerFinding): readonly bigint[] => [
  ...rewrittenWords(BigUint64Array.from(all.map(wordOf)), from, moved, finding)
]

describe('rewrittenWords', () => {
  it('conservative: wrong exactly where an integer looks like a pointer', () => {
    fc.assert(
      fc.property(fc.array(kept, { minLength: 1, maxLength: words }), (all) => {
        const found = wordsAfter(all, 'conservative')
        all.forEach((one, i) => {
          const looksLikeOne = one.kind === 'integer' && one.value >= from
          expect(found[i] === rightly(one)).toBe(!looksLikeOne)
        })
      })
    )
    const lookalike: Kept = { kind: 'integer', value: from + 8 }
    expect(wordsAfter([lookalike], 'conservative')).toEqual([BigInt(to + 8)])
  })

  it('registered: wrong exactly where a pointer is not registered', () => {
    fc.assert(
      fc.property(fc.array(kept, { minLength: 1, maxLength: words }), (all) => {
        const registered = new Set(all.flatMap(({ kind }, i) => (kind === 'pointer' ? [from + 8 * i] : [])))
        const found = wordsAfter(all, { registered })
        for (const [i, one] of all.entries()) expect(found[i] === rightly(one)).toBe(one.kind !== 'marked')
      })
    )
  })

  it('none: wrong exactly where there is a pointer; at the same addresses never', () => {
    fc.assert(
      fc.property(fc.array(kept, { minLength: 1, maxLength: words }), (all) => {
        const found = wordsAfter(all, 'none')
        for (const [i, one] of all.entries()) expect(found[i] === rightly(one)).toBe(one.kind === 'integer')
        expect([
          ...rewrittenWords(BigUint64Array.from(all.map(wordOf)), from, [{ from, to: from, bytes: 8 * words }], 'conservative')
        ]).toEqual(all.map(wordOf))
      })
    )
    expect(rewrittenPointer(BigInt(from + 8 * words), moved)).toBe(BigInt(from + 8 * words))
  })
})
