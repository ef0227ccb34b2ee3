import { type Either, left, right } from 'fp-ts/lib/Either'

/** What a network interface has a fixed number of: slots that receive, channels that transmit, microthreads that feed a channel without a core. */
export type DmaResource = 'receive' | 'transmit' | 'microthread'

/**
 * A network interface as a value: how many there are of each resource, and which are taken (numbers in rising order).
 *
 * What is asked of it answers a new value, or says why not: nothing is changed.
 */
export type DmaResources = {
  readonly name: string
  readonly limits: Readonly<Record<DmaResource, number>>
  readonly taken: Readonly<Record<DmaResource, readonly number[]>>
}

/**
 * Why a resource is not given: all from `first` to `last` are taken (`exhausted`), the one asked for is (`taken`), the interface has none of that number (`absent`), or what is
 * to be given back is not taken (`free`).
 */
export type DmaRefusal = {
  readonly reason: 'exhausted' | 'taken' | 'absent' | 'free'
  readonly interface: string
  readonly resource: DmaResource
  readonly first: number
  readonly last: number
}

/** A resource that was given: its number, and the interface without it. */
export type DmaGrant = { readonly number: number; readonly resources: DmaResources }

/** An interface of which nothing is taken. Errors: `RangeError` when a limit is not an integer from 0 to 65536. */
export const dmaResources = (name: string, limits: Readonly<Record<DmaResource, number>>): DmaResources => {
  for (const [resource, limit] of Object.entries(limits))
    if (!(Number.isSafeInteger(limit) && limit >= 0 && limit <= 1 << 16))
      throw new RangeError(`dmaResources: ${resource} must be an integer from 0 to 65536 (got ${limit})`)
  return Object.freeze({ name, limits: Object.freeze({ ...limits }), taken: nothing })
}

/** An interface of the MPPA-256's data network: 256 receive slots, 8 transmit channels, 8 microthreads (J. V. Souto, UFSC, 2020). */
export const mppaDataDma = (): DmaResources => dmaResources('D-NoC', { receive: 256, transmit: 8, microthread: 8 })

/** An interface of the MPPA-256's control network: 128 receive slots, 4 transmit channels, no microthreads (J. V. Souto, UFSC, 2020). */
export const mppaControlDma = (): DmaResources => dmaResources('C-NoC', { receive: 128, transmit: 4, microthread: 0 })

/**
 * Takes the lowest free one of a resource, from number `first` to `last` (all of them unless said): a partition asks within its own range.
 *
 *     claimDma('transmit', { first: 4, last: 7 })(mppaDataDma())      // right({ number: 4, resources })
 */
export const claimDma =
  (resource: DmaResource, { first = 0, last }: { readonly first?: number; readonly last?: number } = {}) =>
  (resources: DmaResources): Either<DmaRefusal, DmaGrant> => {
    const end = last ?? resources.limits[resource] - 1
    const refused = refusal(resources, resource, first, end)
    if (last !== undefined && !(isOf(resources, resource, first) && isOf(resources, resource, end))) return left(refused('absent'))
    const taken = new Set(resources.taken[resource])
    for (let number = first; number <= end; number++)
      if (!taken.has(number)) return right({ number, resources: withTaken(resources, resource, number) })
    return left(refused('exhausted'))
  }

/** Takes one of a resource by its number. */
export const takeDma =
  (resource: DmaResource, number: number) =>
  (resources: DmaResources): Either<DmaRefusal, DmaResources> => {
    const refused = refusal(resources, resource, number, number)
    if (!isOf(resources, resource, number)) return left(refused('absent'))
    return resources.taken[resource].includes(number) ? left(refused('taken')) : right(withTaken(resources, resource, number))
  }

/** Gives one of a resource back: `releaseDma(r, n)` after `takeDma(r, n)` is what was before. */
export const releaseDma =
  (resource: DmaResource, number: number) =>
  (resources: DmaResources): Either<DmaRefusal, DmaResources> => {
    const refused = refusal(resources, resource, number, number)
    if (!isOf(resources, resource, number)) return left(refused('absent'))
    const rest = resources.taken[resource].filter((one) => one !== number)
    return rest.length === resources.taken[resource].length ? left(refused('free')) : right(replaced(resources, resource, rest))
  }

/** How many of a resource are free. */
export const freeDma = ({ limits, taken }: DmaResources, resource: DmaResource): number => limits[resource] - taken[resource].length

/** A refusal in words: `D-NoC: all transmit channels from 4 to 7 are taken`. */
export const dmaRefusalText = ({ reason, interface: name, resource, first, last }: DmaRefusal): string => {
  const word = words[resource]
  if (reason === 'exhausted')
    return last < first ? `${name}: there is no ${word}` : `${name}: all ${word}s from ${first} to ${last} are taken`
  const which = first === last ? `${word} ${first}` : `${word}s from ${first} to ${last}`
  return `${name}: ${which} ${first === last ? 'is' : 'are'} ${reason === 'absent' ? 'not there' : reason}`
}

const words: Readonly<Record<DmaResource, string>> = { receive: 'receive slot', transmit: 'transmit channel', microthread: 'microthread' }

const nothing: DmaResources['taken'] = Object.freeze({
  receive: Object.freeze([]),
  transmit: Object.freeze([]),
  microthread: Object.freeze([])
})

const isOf = ({ limits }: DmaResources, resource: DmaResource, number: number): boolean =>
  Number.isSafeInteger(number) && number >= 0 && number < limits[resource]

const refusal =
  ({ name }: DmaResources, resource: DmaResource, first: number, last: number) =>
  (reason: DmaRefusal['reason']): DmaRefusal => ({ reason, interface: name, resource, first, last })

const withTaken = (resources: DmaResources, resource: DmaResource, number: number): DmaResources =>
  replaced(
    resources,
    resource,
    [...resources.taken[resource], number].sort((a, b) => a - b)
  )

const replaced = (resources: DmaResources, resource: DmaResource, numbers: readonly number[]): DmaResources =>
  Object.freeze({ ...resources, taken: Object.freeze({ ...resources.taken, [resource]: Object.freeze(numbers) }) })
