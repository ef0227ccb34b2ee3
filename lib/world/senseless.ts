import type { Order } from '../protocol/command'

/** Why an order that asks for a guest's time or for a timer makes no sense in any world; `undefined` for every other order, and where it does. @internal */
export const senseless = (order: Order): string | undefined => {
  if (order.type === 'throttle' && !(order.fraction >= 0 && order.fraction < 1))
    return `a throttle must be from 0 to below 1 (got ${order.fraction})`
  if (order.type === 'pin' && order.cores !== null && !(order.cores > 0 && order.cores < Number.POSITIVE_INFINITY))
    return `cores must be above 0 and finite (got ${order.cores})`
  if (order.type === 'wake' && !(Number.isSafeInteger(order.afterNs) && order.afterNs >= 0))
    return `a wake must be after a whole number of nanoseconds (got ${order.afterNs})`
  return undefined
}
