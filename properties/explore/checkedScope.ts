import type { Scope } from './scope'

/** Throws `RangeError` in the name of `who` for a scope of which nothing can be made. */
export const checkedScope = (who: string, { pages = 3, writes = 4, faults = 0, fail = [] }: Scope): void => {
  if (!(Number.isInteger(pages) && pages >= 1)) throw new RangeError(`${who}: pages must be a positive integer (got ${pages})`)
  for (const [name, value] of Object.entries({ writes, faults }))
    if (!(Number.isInteger(value) && value >= 0)) throw new RangeError(`${who}: ${name} must be a non-negative integer (got ${value})`)
  for (const what of fail)
    if (!PARTS.has(what)) throw new RangeError(`${who}: fail must be some of ${[...PARTS].join(', ')} (got ${JSON.stringify(what)})`)
}

const PARTS: ReadonlySet<string> = new Set(['link', 'source', 'target'])
