import type { TraceRegion } from '../../lib/guest/pageTrace'

/** Page numbers in address order for pages numbered by first touch. Cost: a sort of the distinct pages. */
export const pageMap = (virtualPages: Float64Array): { readonly regions: readonly TraceRegion[]; readonly numberOfId: Int32Array } => {
  const ids = Int32Array.from(virtualPages, (_, id) => id).sort((one, other) => virtualPages[one] - virtualPages[other])
  const numberOfId = new Int32Array(ids.length)
  const regions: TraceRegion[] = []
  let firstPage = 0
  for (let number = 0; number < ids.length; number++) {
    numberOfId[ids[number]] = number
    const virtualPage = virtualPages[ids[number]]
    if (number + 1 < ids.length && virtualPages[ids[number + 1]] === virtualPage + 1) continue
    const pages = number + 1 - firstPage
    regions.push({ firstPage, virtualPage: virtualPage - pages + 1, pages })
    firstPage = number + 1
  }
  return { regions, numberOfId }
}
