import { describe, expect, it } from 'vitest'
import { museum } from '../../../properties/museum/museum'
import { said } from './terminal'

describe('museum', () => {
  it('lists every piece on a line: its number, what went wrong, where, what catches it, in how many runs', async () => {
    const { out, err, code } = await said('museum')
    expect({ err, code }).toEqual({ err: '', code: 0 })
    const lines = out.split('\n')
    for (const { id, name, invariant, reference } of museum()) {
      const line = lines.find((one) => one.startsWith(`${id} `))
      expect(line).toMatch(/ \d+ +\d+$/)
      for (const part of [name, invariant, reference.project]) expect(line).toContain(part)
    }
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(140)
  })

  it('shows one in full, however its number is written: story, both rules, reference, diagram, and how to see it again', async () => {
    const { out, err, code } = await said('museum', 'b23A')
    expect({ err, code }).toEqual({ err: '', code: 0 })
    const piece = museum().find(({ id }) => id === 'B23a')!
    for (const part of [piece.name, piece.reference.of[0], piece.wrong.rule, 'caught   by noPageLost', 'LOST', 'museum B23a'])
      expect(out).toContain(part)
    expect(out.replace(/\s+/g, ' ')).toContain(piece.story)
    expect(out).not.toContain('"type":"began"')
    expect((await said('museum', 'B23a', '--journal')).out).toContain('"type":"began"')
  })

  it('gives the same to programs', async () => {
    const list = JSON.parse((await said('museum', '--json')).out)
    expect(list.map(({ id }: { readonly id: string }) => id)).toEqual(museum().map(({ id }) => id))
    const [one] = JSON.parse((await said('museum', 'B26', '--json')).out)
    expect(one).toMatchObject({ id: 'B26', invariant: 'noPageLost', found: { runs: expect.any(Number) } })
    expect(one.counterexample.journal).toHaveLength(one.found.entries)
    expect(one.counterexample.journal[one.counterexample.violation.entry].signal.type).toBe('compared')
  })

  it('tries again what it is asked to, in other worlds too', async () => {
    const { out, code } = await said('museum', 'B26', 'B5', '--check')
    expect(out).toMatch(/^B5 {4}ok {2}caught by noPageLost in world \d+; the right version passes 100 worlds\nB26 {3}ok {2}.*\n$/)
    expect(code).toBe(0)
    const [one] = JSON.parse((await said('museum', 'B26', '--check', '--seed', 'tuesday', '--json')).out)
    expect(one).toMatchObject({ id: 'B26', holds: true, caught: { invariant: 'noPageLost' }, right: { runs: 100 } })
  })

  it('refuses a number that it has not, and a seed for nothing', async () => {
    const unknown = await said('museum', 'B99')
    expect(unknown.code).toBe(2)
    expect(unknown.err).toContain('B23a')
    expect((await said('museum', 'B5', '--seed', '3')).code).toBe(2)
  })
})
