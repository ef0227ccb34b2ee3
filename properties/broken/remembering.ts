import type { Pipeline } from '../../lib/protocol/pipeline'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'

/** A pipeline that remembers how often it has been started and takes another technique every other time. Breaks `sameSeedSameJournal`. */
export const remembering = (): Pipeline => {
  let starts = 0
  return (guest) => (starts++ % 2 === 0 ? stopAndCopy() : precopy())(guest)
}
