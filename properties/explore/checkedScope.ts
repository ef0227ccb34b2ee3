import type { Scope } from './scope'

/** Throws `RangeError` in the name of `who` for a scope of which nothing can be made. */
export const checkedScope = (who: string, { pages = 3, writes = 4, faults = 0, looks = 0, lookNs = 0, fail = [], guest }: Scope): void => {
  if (!(Number.isInteger(pages) && pages >= 1)) throw new RangeError(`${who}: pages must be a positive integer (got ${pages})`)
  for (const [name, value] of Object.entries({ writes, faults, looks, lookNs }))
    if (!(Number.isInteger(value) && value >= 0)) throw new RangeError(`${who}: ${name} must be a non-negative integer (got ${value})`)
  if (guest !== undefined && 'disk' in guest && guest.disk !== undefined)
    throw new RangeError(
      `${who}: guest must have no disk, because an exploration follows pages of memory alone (got one); check it with worlds of disks`
    )
  const writer = guest?.devices?.find(({ dma }) => dma !== undefined)
  if (writer !== undefined)
    throw new RangeError(
      `${who}: devices must not write to memory, because an exploration takes the guest's writes alone (got ${writer.name})`
    )
  if (guest?.hugePages?.splitNs !== undefined)
    throw new RangeError(
      `${who}: hugePages must be placed as wholes: to split them costs time alone (got splitNs ${guest.hugePages.splitNs})`
    )
  for (const what of fail)
    if (!PARTS.has(what)) throw new RangeError(`${who}: fail must be some of ${[...PARTS].join(', ')} (got ${JSON.stringify(what)})`)
}

const PARTS: ReadonlySet<string> = new Set(['link', 'source', 'target'])
