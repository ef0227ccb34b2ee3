import { type PageTrace, pageTrace } from '../../lib/guest/pageTrace'

/** A trace of two quanta of 100 instructions over two pages: page 0 read at 0 and last written at 50; then page 1 written at 130. */
export const smallTrace: PageTrace = pageTrace({
  instructionsPerQuantum: 100,
  instructions: 200,
  regions: [{ firstPage: 0, virtualPage: 16, pages: 2 }],
  columns: {
    starts: Int32Array.of(0, 1, 2),
    page: Int32Array.of(0, 1),
    firstPosition: Int32Array.of(0, 30),
    firstIsWrite: Uint8Array.of(0, 1),
    lastWritePosition: Int32Array.of(50, 30)
  }
})
