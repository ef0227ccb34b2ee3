import type { ProcessPiece } from '../../lib/protocol/process'

/** Pieces of a process as a list, the first ten of them. */
export const piecesInWords = (pieces: readonly ProcessPiece[]): string => {
  const first = pieces.slice(0, 10).map(({ section, index }) => `${section} ${index}`)
  return pieces.length > 10 ? `${first.join(', ')} and ${pieces.length - 10} more` : first.join(', ')
}
