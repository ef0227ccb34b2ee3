/** A flow through several things that carry only so much: their numbers, and the most it wants (`Infinity`: all it is given). */
export type Flowing = { readonly through: readonly number[]; readonly demand: number }

/**
 * The max-min fair rates of flows that go each through several of `capacities` (a host's card, a switch, a store): nobody can get more except from somebody who has no more
 * than he. `fairShares` is the case of one capacity.
 *
 *     maxMinRates({ capacities: [10, 4], flows: [{ through: [0], demand: Infinity }, { through: [0, 1], demand: Infinity }] })   // [6, 4]
 *
 * Laws, sums up to the rounding of floating-point addition: `capped` rate <= demand; `feasible` the rates through each capacity sum to at most it; `max-min` a flow below its
 * demand goes through a capacity that is full and in which nobody has more; `alike` flows of one way and demand have one rate, exactly. Found by raising all rates together and
 * leaving out who has come to a limit (Bertsekas and Gallager, «Data Networks», 2nd ed. 1992, §6.5.2).
 *
 * Errors: `RangeError` for a negative or NaN capacity or demand. A flow through nothing gets its demand. Cost: O((flows + capacities) * limits met).
 */
export const maxMinRates = ({
  capacities,
  flows
}: {
  readonly capacities: readonly number[]
  readonly flows: readonly Flowing[]
}): readonly number[] => {
  for (const capacity of capacities)
    if (!(capacity >= 0)) throw new RangeError(`maxMinRates: capacities must not be negative (got ${capacity})`)
  for (const { demand } of flows) if (!(demand >= 0)) throw new RangeError(`maxMinRates: demands must not be negative (got ${demand})`)
  const rates = flows.map(({ through, demand }) => (through.length === 0 ? demand : 0))
  const left = [...capacities]
  const users = capacities.map(() => 0)
  let rising: number[] = []
  flows.forEach(({ through, demand }, i) => {
    if (through.length === 0 || demand === 0) return
    rising.push(i)
    for (const one of through) users[one]++
  })
  let level = 0
  while (rising.length > 0) {
    let step = Infinity
    for (let one = 0; one < left.length; one++) if (users[one] > 0) step = Math.min(step, Math.max(0, left[one]) / users[one])
    for (const i of rising) step = Math.min(step, flows[i].demand - level)
    const full = left.map((free, one) => users[one] > 0 && Math.max(0, free) / users[one] <= step)
    for (let one = 0; one < left.length; one++) left[one] -= step * users[one]
    const before = level
    level += step
    const next: number[] = []
    for (const i of rising) {
      const { through, demand } = flows[i]
      const wantsNoMore = demand - before <= step
      rates[i] = wantsNoMore ? demand : level
      if (!wantsNoMore && step !== Infinity && !through.some((one) => full[one])) next.push(i)
      else for (const one of through) users[one]--
    }
    rising = next
  }
  return rates
}
