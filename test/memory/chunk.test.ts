import { describe, expect, it } from 'vitest'
import { type Chunk, chunk, edit, published, turn, zeroChunk } from '../../lib/memory/chunk'

const without = (source: Chunk, page: number): Chunk => {
  const changes = edit(source, 1024)
  turn(changes, page, -1)
  return published(changes)
}

describe('Chunk', () => {
  const first = (): Chunk => chunk(new Int32Array(1024).fill(0x0fffffff), 28 * 1024)

  it('successive versions share words, and an older one read again keeps its own', () => {
    const a = first()
    const words = a.words
    const b = without(a, 0)
    expect(b.words).toBe(words)
    expect([a.words === words, a.words[0], b.words[0]]).toEqual([false, 0x0fffffff, 0x0ffffffe])
  })

  it('a store remembers 256 changes at most', () => {
    let newest = first()
    const words = newest.words
    for (let i = 0; i < 256; i++) newest = without(newest, i * 32)
    expect(newest.words).toBe(words)
    expect(without(newest, 256 * 32).words).not.toBe(words)
    const changes = edit(without(first(), 0), 1024)
    const before = changes.store
    for (let i = 1; i < 400; i++) turn(changes, i * 32, -1)
    expect([before.turned.length, changes.store === before, published(changes).count]).toEqual([256, false, 28 * 1024 - 400])
  })

  it('a chunk without a member is the one zero chunk, which no change writes', () => {
    expect(without(chunk(Int32Array.of(1), 1), 0)).toBe(zeroChunk)
    const changes = edit(zeroChunk, 1)
    turn(changes, 3, 1)
    expect([published(changes).words[0], zeroChunk.words[0]]).toEqual([8, 0])
  })
})
