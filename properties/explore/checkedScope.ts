import type { Scope } from './scope'

/** Throws `RangeError` in the name of `who` for a scope of which nothing can be made. */
export const checkedScope = (who: string, { pages = 3, writes = 4, faults = 0, fail = [], guest }: Scope): void => {
  if (!(Number.isInteger(pages) && pages >= 1)) throw new RangeError(`${who}: pages must be a positive integer (got ${pages})`)
  for (const [name, value] of Object.entries({ writes, faults }))
    if (!(Number.isInteger(value) && value >= 0)) throw new RangeError(`${who}: ${name} must be a non-negative integer (got ${value})`)
  if (guest !== undefined && 'disk' in guest && guest.disk !== undefined)
    throw new RangeError(
      `${who}: guest must have no disk, because an exploration follows pages of memory alone (got one); check it with worlds of disks`
    )
  for (const what of fail)
    if (!PARTS.has(what)) throw new RangeError(`${who}: fail must be some of ${[...PARTS].join(', ')} (got ${JSON.stringify(what)})`)
}

const PARTS: ReadonlySet<string> = new Set(['link', 'source', 'target'])
