import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProcessPiece, ProcessSection } from '../../../lib/protocol/process'
import { packed, packedPlaces, unpacked, unpackedPlaces } from '../../../pipelines/manycore/packedImage'

const piecesOf = (section: ProcessSection, count: number, bytes: number, lastBytes: number): readonly ProcessPiece[] =>
  Array.from({ length: count }, (_, index) => ({ section, index, bytes: index < count - 1 ? bytes : lastBytes }))

const imageOf = (pieces: readonly ProcessPiece[]) => ({ process: 'p1', user: 'u', threads: 2, pages: 3, pieces })

describe('packedImage', () => {
  it('packs pieces that follow each other into one run, whatever the last is long', () => {
    const image = imageOf([...piecesOf('user', 3, 4096, 2416), ...piecesOf('uArea', 1, 2112, 2112), ...piecesOf('frames', 3, 4096, 4096)])
    expect(packed(image).runs).toEqual([
      ['user', 0, 3, 4096, 2416],
      ['uArea', 0, 1, 2112, 2112],
      ['frames', 0, 3, 4096, 4096]
    ])
  })

  it('unpacked(packed(image)) = image', () => {
    const piece = fc.record({
      section: fc.constantFrom<ProcessSection>('user', 'stacks', 'frames', 'scattered'),
      index: fc.nat(5),
      bytes: fc.constantFrom(1, 4, 4096)
    })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const image = imageOf(pieces)
        expect(unpacked(packed(image))).toEqual(image)
      })
    )
  })

  it('unpackedPlaces(packedPlaces(places, size)) = the places, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(199)), (places) => {
        expect(unpackedPlaces(packedPlaces(places, 200))).toEqual([...places].sort((a, b) => a - b))
      })
    )
  })
})
