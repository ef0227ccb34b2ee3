import { bitmapPieces } from './bitmapPieces'
import { deltaPieces } from './deltaPieces'
import { devicePieces } from './devicePieces'
import { dumpPieces } from './dumpPieces'
import { hugePagePieces } from './hugePagePieces'
import { imagePieces } from './imagePieces'
import { orderPieces } from './orderPieces'
import type { Piece } from './piece'
import { pullPieces } from './pullPieces'
import { retryPieces } from './retryPieces'
import { ringPieces } from './ringPieces'
import { writePathPieces } from './writePathPieces'
import { zeroPagePieces } from './zeroPagePieces'

/**
 * The museum: errors that lost pages, or would have, in engines that are in use and in papers, each as a wrong brick beside the right one. In the order of their
 * numbers. Law: `visit` catches every wrong version within its budget by the invariant that it names, and no right one.
 */
export const museum = (): readonly Piece[] =>
  [
    ...deltaPieces,
    ...zeroPagePieces,
    ...imagePieces,
    ...dumpPieces,
    ...writePathPieces,
    ...ringPieces,
    ...devicePieces,
    ...bitmapPieces,
    ...hugePagePieces,
    ...orderPieces,
    ...pullPieces,
    ...retryPieces
  ].sort((a, b) => numberOf(a) - numberOf(b) || (a.id < b.id ? -1 : 1))

const numberOf = ({ id }: Piece): number => Number.parseInt(id.slice(1), 10)
