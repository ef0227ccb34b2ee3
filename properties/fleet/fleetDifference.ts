import type { FleetHistory, LookOfDay } from './fleetHistory'
import type { FleetViolation } from './fleetInvariant'

/** Where two days first differ in what `of` leaves of a look. */
export const fleetDifference = (one: FleetHistory, other: FleetHistory, of: (look: Asked) => unknown): FleetViolation | undefined => {
  for (let i = 0; i < Math.max(one.looks.length, other.looks.length); i++) {
    const [a, b] = [one.looks[i], other.looks[i]].map((look) => (look === undefined ? 'nothing' : textOf(of(askedOf(look)))))
    if (a !== b) return { look: i + 1, problem: `the two days differ: ${differing(a, b)}` }
  }
  return undefined
}

/** What a manager had done at a look, and what came of it. */
type Asked = Pick<LookOfDay, 'commands' | 'found' | 'row'>

const askedOf = ({ commands, found, row }: LookOfDay): Asked => ({ commands, found, row })

const textOf = (of: unknown): string =>
  JSON.stringify(of, (_, value: unknown) =>
    value instanceof Float64Array ? Array.from(value, String) : typeof value === 'number' ? String(value) : value
  )

/** Both texts from a little before they part. */
const differing = (a: string, b: string): string => {
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  const from = Math.max(0, same - 30)
  return `…${a.slice(from, from + 80)}… and …${b.slice(from, from + 80)}…`
}
