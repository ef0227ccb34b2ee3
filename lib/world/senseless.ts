import type { Order } from '../protocol/command'

/** Why an order that asks for a guest's time, or for a timer, makes no sense in any world; `undefined` for every other order, and where it does. @internal */
export const senseless = (order: Order): string | undefined => {
  if (order.type === 'throttle' && !(order.fraction >= 0 && order.fraction < 1))
    return `a throttle must be from 0 to below 1 (got ${order.fraction})`
  if (order.type === 'dirtyLimit') return senselessLimit(order)
  if (order.type === 'pin' && order.cores !== null && !(order.cores > 0 && order.cores < Number.POSITIVE_INFINITY))
    return `cores must be above 0 and finite (got ${order.cores})`
  if (order.type === 'wake' && !(Number.isSafeInteger(order.afterNs) && order.afterNs >= 0))
    return `a wake must be after a whole number of nanoseconds (got ${order.afterNs})`
  return undefined
}

const senselessLimit = ({ bytesPerSecond, ringPages, periodNs }: Extract<Order, { readonly type: 'dirtyLimit' }>): string | undefined => {
  if (!(bytesPerSecond >= 2 ** 20 && bytesPerSecond < Number.POSITIVE_INFINITY))
    return `a dirty limit must be at least 1 MiB per second, and finite (got ${bytesPerSecond})`
  if (!(ringPages >= 1024 && ringPages <= 65_536 && (ringPages & (ringPages - 1)) === 0))
    return `a dirty ring must have a power of two of pages, from 1024 to 65536 (got ${ringPages})`
  return Number.isSafeInteger(periodNs) && periodNs > 0
    ? undefined
    : `a dirty limit's period must be a whole number of nanoseconds above 0 (got ${periodNs})`
}
