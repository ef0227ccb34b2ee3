/** Plain values for people, on one line: like JSON, without quotes around names and short words, and without what is undefined. */
export const describe = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`
  if (typeof value === 'string') return /^[\w.-]+$/.test(value) ? value : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return `{ ${Object.entries(value)
    .filter(([, of]) => of !== undefined)
    .map(([name, of]) => `${name}: ${describe(of)}`)
    .join(', ')} }`
}
