import type { ProcessImage, ProcessPiece, ProcessSection } from '../../lib/protocol/process'

/** Pieces of one section that follow each other: the index of the first, how many, the bytes of each and of the last of them. */
export type PieceRun = readonly [section: ProcessSection, first: number, count: number, bytes: number, lastBytes: number]

/** An image as it fits into a message: its pieces as runs. */
export type PackedImage = Omit<ProcessImage, 'pieces'> & { readonly runs: readonly PieceRun[] }

/** Packs an image. Law: `unpacked(packed(image)) = image`. */
export const packed = ({ pieces, ...image }: ProcessImage): PackedImage => {
  const runs: PieceRun[] = []
  for (const { section, index, bytes } of pieces) {
    const run = runs.at(-1)
    if (run !== undefined && run[0] === section && run[1] + run[2] === index && run[3] === run[4])
      runs[runs.length - 1] = [section, run[1], run[2] + 1, run[3], bytes]
    else runs.push([section, index, 1, bytes, bytes])
  }
  return { ...image, runs }
}

/** The image that was packed. */
export const unpacked = ({ runs, ...image }: PackedImage): ProcessImage => ({
  ...image,
  pieces: runs.flatMap(([section, first, count, bytes, lastBytes]) =>
    Array.from({ length: count }, (_, i): ProcessPiece => ({ section, index: first + i, bytes: i < count - 1 ? bytes : lastBytes }))
  )
})

/** Places as hexadecimal digits of four bits each, the lowest place in the lowest bit of the first digit. */
export const packedPlaces = (places: readonly number[], size: number): string => {
  const digits = new Array<number>(Math.ceil(size / 4)).fill(0)
  for (const place of places) digits[place >> 2] |= 1 << (place & 3)
  return digits.map((digit) => digit.toString(16)).join('')
}

/** The places that were packed, ascending. Law: `unpackedPlaces(packedPlaces(places, size))` = the places, in order. */
export const unpackedPlaces = (digits: string): readonly number[] =>
  [...digits].flatMap((digit, i) => [0, 1, 2, 3].flatMap((bit) => ((Number.parseInt(digit, 16) >> bit) & 1 ? [4 * i + bit] : [])))
