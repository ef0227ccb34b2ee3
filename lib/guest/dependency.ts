/**
 * What becomes of a residual dependency when its guest moves.
 *
 * - `moved`: `bytes` of it travel with the execution context. `rebound`: the target has its own; finding it takes `ns` before the guest
 *   runs there.
 * - `forwarded`: it stays; each use goes to the source and back: a link round trip and `nsPerUse` of work there, `usesPerSecond` times in a
 *   second of guest time. The source stays needed.
 * - `refused`: the guest cannot move, for a reason that is a sentence.
 */
export type Policy =
  | { readonly type: 'moved'; readonly bytes: number }
  | { readonly type: 'forwarded'; readonly usesPerSecond: number; readonly nsPerUse: number }
  | { readonly type: 'rebound'; readonly ns: number }
  | { readonly type: 'refused'; readonly reason: string }

/**
 * The kinds: open files; communicators (sockets, pipes, mailboxes, portals); shared memory and other shared resources; state in the kernel.
 */
export type DependencyKind = 'file' | 'communicator' | 'shared' | 'kernel'

/**
 * Something outside of a guest's memory that it needs to go on (Milojicic et al., Process migration, ACM Computing Surveys 32(3), 2000).
 */
export interface Dependency {
  readonly kind: DependencyKind
  readonly name: string
  readonly policy: Policy
}

/** A dependency that stays at the source. */
export interface Forwarded {
  readonly name: string
  readonly usesPerSecond: number
  readonly nsPerUse: number
}

/** What a guest's dependencies mean for its move. */
export interface Settlement {
  /** Why it cannot move: `name: reason`; empty when it can. */
  readonly refusals: readonly string[]
  /** Bytes that travel with the execution context. */
  readonly movedBytes: number
  /** Nanoseconds of rebinding, one dependency after the other, before the guest runs at the target. */
  readonly reboundNs: number
  readonly forwarded: readonly Forwarded[]
  /** For what the source stays needed afterwards: the names of the forwarded. */
  readonly needs: readonly string[]
}

/**
 * A dependency, checked. Errors: `RangeError` for an empty name or reason, bytes or nanoseconds that are no integers of at least 0, a rate
 * below 0.
 */
export const dependency = (of: Dependency): Dependency => {
  const { name, policy } = of
  if (name === '') throw new RangeError('dependency: name must not be empty (got "")')
  const whole = (what: string, value: number): void => {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`dependency: ${what} of ${name} must be an integer of at least 0 (got ${value})`)
  }
  if (policy.type === 'moved') whole('bytes', policy.bytes)
  else if (policy.type === 'rebound') whole('ns', policy.ns)
  else if (policy.type === 'forwarded') {
    whole('nsPerUse', policy.nsPerUse)
    if (!(policy.usesPerSecond >= 0 && policy.usesPerSecond < Number.POSITIVE_INFINITY))
      throw new RangeError(`dependency: usesPerSecond of ${name} must be at least 0 and finite (got ${policy.usesPerSecond})`)
  } else if (policy.reason === '') throw new RangeError(`dependency: reason of ${name} must not be empty (got "")`)
  return of
}

/**
 * What all of them come to. Laws: `settle([...a, ...b])` joins `settle(a)` and `settle(b)` field by field; moved and rebound dependencies
 * leave `needs` empty; the needs are the names of the forwarded; a refused one is in `refusals`.
 */
export const settle = (dependencies: readonly Dependency[]): Settlement => {
  const refusals: string[] = []
  const forwarded: Forwarded[] = []
  let movedBytes = 0
  let reboundNs = 0
  for (const { name, policy } of dependencies) {
    if (policy.type === 'refused') refusals.push(`${name}: ${policy.reason}`)
    else if (policy.type === 'moved') movedBytes += policy.bytes
    else if (policy.type === 'rebound') reboundNs += policy.ns
    else forwarded.push({ name, usesPerSecond: policy.usesPerSecond, nsPerUse: policy.nsPerUse })
  }
  return { refusals, movedBytes, reboundNs, forwarded, needs: forwarded.map(({ name }) => name) }
}

/**
 * The share of time (0 to below 1) that a guest with these forwarded dependencies spends waiting for the source, over a link whose round
 * trip is `roundTripNs`.
 *
 * A second of guest work with u uses costs u (roundTripNs + nsPerUse) of waiting, so the share is w / (1 + w), w being the waiting per
 * second of work: the guest runs at `1 - slowdown`. Law `slowdown grows with the round trip, the uses and the work per use, and stays below
 * 1`.
 */
export const slowdown = ({
  forwarded,
  roundTripNs
}: {
  readonly forwarded: readonly Forwarded[]
  readonly roundTripNs: number
}): number => {
  const waiting = forwarded.reduce((ns, { usesPerSecond, nsPerUse }) => ns + usesPerSecond * (roundTripNs + nsPerUse), 0)
  return waiting / (1e9 + waiting)
}
