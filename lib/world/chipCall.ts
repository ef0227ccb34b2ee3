import type { ChipOrder } from '../protocol/chip'
import type { Address } from '../protocol/command'
import { attach, close, create } from './chipEnds'
import { mail, receive } from './chipMailbox'
import { allow, get, put } from './chipPortal'
import type { Call, CallOf, ChipContext, End, EndOf, Owner } from './chipSite'
import { refuse, ticksAt } from './chipSite'
import { awaitAll, signal } from './chipSync'

/** A call of a program begins: it is refused, or answered when it is done. @internal */
export const begin = (context: ChipContext, owner: Owner, order: ChipOrder, to: Address): void => {
  const call: Call<ChipOrder> = { order, to, since: ticksAt(owner.site, context), over: false }
  owner.calls.add(call)
  if (order.type === 'create') create(context, owner, call as CallOf<'create'>)
  else if (order.type === 'attach') attach(context, owner, call as CallOf<'attach'>)
  else atEnd(context, owner, call, owner.ends.get(order.end))
}

const atEnd = (context: ChipContext, owner: Owner, call: Call<ChipOrder>, end: End | undefined): void => {
  const { order } = call
  if (end === undefined || !('end' in order)) refuse(context, owner, call, `there is no end called ${order.end}`)
  else if (order.type === 'close') close(context, owner, call as CallOf<'close'>, end)
  else if (kinds[order.type as keyof typeof kinds] !== end.kind) refuse(context, owner, call, `${order.end} is no end for ${order.type}`)
  else if ('bytes' in order && !(Number.isSafeInteger(order.bytes) && order.bytes > 0))
    refuse(context, owner, call, `bytes must be a whole number above 0 (got ${order.bytes})`)
  else if (order.type === 'mail') mail(context, owner, end as EndOf<'mailboxOut'>, call as CallOf<'mail'>)
  else if (order.type === 'receive') receive(context, owner, end as EndOf<'mailboxIn'>, call as CallOf<'receive'>)
  else if (order.type === 'allow') allow(context, owner, end as EndOf<'portalIn'>, call as CallOf<'allow'>)
  else if (order.type === 'get') get(context, owner, end as EndOf<'portalIn'>, call as CallOf<'get'>)
  else if (order.type === 'put') put(context, owner, end as EndOf<'portalOut'>, call as CallOf<'put'>)
  else if (order.type === 'signal') signal(context, owner, end as EndOf<'syncOut'>, call as CallOf<'signal'>)
  else awaitAll(context, owner, end as EndOf<'syncIn'>, call as CallOf<'await'>)
}

/** The kind of end that each order is for. */
const kinds = {
  mail: 'mailboxOut',
  receive: 'mailboxIn',
  allow: 'portalIn',
  get: 'portalIn',
  put: 'portalOut',
  signal: 'syncOut',
  await: 'syncIn'
} as const
