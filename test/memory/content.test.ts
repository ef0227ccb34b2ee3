import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Content,
  content,
  copyPages,
  differing,
  isZero,
  place,
  read,
  versionOf,
  write,
  writeAll,
  writePages
} from '../../lib/memory/content'
import { sequence } from '../../lib/memory/pageSequence'
import { fromPages, full, isEmpty, toArray } from '../../lib/memory/pageSet'

const size = 12
const pageBytes = 16
const page = fc.nat({ max: size - 1 })
type Step = { readonly type: 'write' | 'copy' | 'copyBack'; readonly page: number }
const steps: fc.Arbitrary<readonly Step[]> = fc.array(fc.record({ type: fc.constantFrom('write', 'copy', 'copyBack'), page }), {
  maxLength: 60
})

const ran = (fidelity: 'versions' | 'bytes', program: readonly Step[]): readonly [Content, Content] => {
  const [source, target] = [content({ fidelity, size, pageBytes }), content({ fidelity, size, pageBytes })]
  for (const step of program) {
    if (step.type === 'write') write(source, step.page)
    else if (step.type === 'copy') copyPages(source, target, fromPages(size, [step.page]))
    else copyPages(target, source, sequence([step.page]))
  }
  return [source, target]
}

describe('content', () => {
  it('versions and bytes agree on what differs, on what is zero and on versions', () => {
    fc.assert(
      fc.property(steps, (program) => {
        const [a, b] = ran('versions', program)
        const [x, y] = ran('bytes', program)
        expect(toArray(differing(a, b))).toEqual(toArray(differing(x, y)))
        for (let p = 0; p < size; p++) {
          expect([isZero(a, p), isZero(b, p)]).toEqual([isZero(x, p), isZero(y, p)])
          expect([versionOf(a, p), versionOf(b, p)]).toEqual([versionOf(x, p), versionOf(y, p)])
        }
      })
    )
  })

  it('copyPages(a, b, differing(a, b)) leaves no difference', () => {
    fc.assert(
      fc.property(fc.constantFrom('versions' as const, 'bytes' as const), steps, (fidelity, program) => {
        const [source, target] = ran(fidelity, program)
        copyPages(source, target, differing(source, target))
        return isEmpty(differing(source, target)) && isEmpty(differing(target, source))
      })
    )
  })

  it('a page read when it is transmitted keeps its content while the source writes on', () => {
    for (const fidelity of ['versions', 'bytes'] as const) {
      const [source, target] = [content({ fidelity, size, pageBytes }), content({ fidelity, size, pageBytes })]
      write(source, 3)
      const transmitted = read(source, 3)
      place(target, 3, transmitted)
      expect(toArray(differing(source, target))).toEqual([])
      write(source, 3)
      expect(read(target, 3)).toEqual(transmitted)
      expect([versionOf(source, 3), versionOf(target, 3), toArray(differing(source, target))]).toEqual([2, 1, [3]])
    }
  })

  it('a page torn in transmission differs although its version does not', () => {
    const [source, target] = [content({ fidelity: 'bytes', size, pageBytes }), content({ fidelity: 'bytes', size, pageBytes })]
    write(source, 3)
    const torn = (read(source, 3) as Int32Array).slice()
    torn[2] ^= 1
    place(target, 3, torn)
    expect([versionOf(target, 3) === versionOf(source, 3), toArray(differing(source, target))]).toEqual([true, [3]])
  })

  it('writes change the version and one other word of a page only', () => {
    const memory = content({ fidelity: 'bytes', size, pageBytes: 64 })
    const before = read(memory, 5) as Int32Array
    write(memory, 5)
    const after = read(memory, 5) as Int32Array
    expect([...after].filter((word, i) => word !== before[i]).length).toBe(2)
    expect([isZero(memory, 4), isZero(memory, 5), isZero(memory, 6)]).toEqual([true, false, true])
  })

  it('writeAll and writePages write what they name', () => {
    const memory = content({ fidelity: 'versions', size })
    writeAll(memory, Int32Array.of((2 << 1) | 1, 3 << 1, (2 << 1) | 1, (4 << 1) | 1), 3)
    writePages(memory, fromPages(size, [2, 11]))
    expect([2, 3, 4, 11].map((p) => versionOf(memory, p))).toEqual([3, 0, 0, 1])
  })

  it('refuses shapes that make no sense or do not fit', () => {
    expect(() => content({ fidelity: 'bytes', size, pageBytes: 6 })).toThrow(
      new RangeError('content: pageBytes must be a multiple of 4 and at least 8 (got 6)')
    )
    expect(() => content({ fidelity: 'bytes', size: 9_437_184 })).toThrow(RangeError)
    const [versions, bytes] = [content({ fidelity: 'versions', size }), content({ fidelity: 'bytes', size })]
    expect(() => differing(versions, bytes)).toThrow(
      new RangeError(
        'differing: both memories must have one fidelity, size and page size (got versions of 12 pages of 4096 bytes and bytes of 12 pages of 4096 bytes)'
      )
    )
    expect(() => copyPages(versions, bytes, full(size))).toThrow(RangeError)
    expect(() => copyPages(versions, versions, full(13))).toThrow(RangeError)
    expect(() => place(versions, 0, read(bytes, 0))).toThrow(RangeError)
    expect(() => place(bytes, 0, 4)).toThrow(new RangeError('place: content must be bytes of 1024 words (got 1)'))
    expect(() => writePages(versions, full(13))).toThrow(RangeError)
  })
})
