import type { Order } from '../protocol/command'
import { hold, repoint } from './chipBook'
import { dependencies } from './chipOwners'
import { resumePuts } from './chipPortal'
import type { Call, ChipContext, EndsOrder, Owner } from './chipSite'
import { finish, refuse } from './chipSite'
import { work } from './chipWork'

/** Whether an order is one of a kernel about ends of processes. @internal */
export const isEndsOrder = (order: Order): order is EndsOrder =>
  order.type === 'depend' || order.type === 'hold' || order.type === 'repoint'

/** What a cluster's program asks its kernel about ends of processes: what depends on one, to hold back what goes to it, and where it is now. @internal */
export const endsOrder = (context: ChipContext, program: Owner, call: Call<EndsOrder>): void => {
  const { order } = call
  const { site } = program
  const owner = context.owners.get(order.process)
  const to = order.type === 'repoint' ? context.owners.get(order.to) : undefined
  const reason =
    owner?.kind !== 'process'
      ? `no process of the chip is called ${order.process}`
      : order.type === 'depend' && (owner.site !== site || owner.isAway)
        ? `no process called ${order.process} is here`
        : order.type === 'repoint' && to?.kind !== 'cluster'
          ? `there is no cluster called ${order.to}`
          : undefined
  if (reason !== undefined || owner === undefined) {
    refuse(context, program, call, reason ?? '')
    return
  }
  work(
    context,
    program,
    () => context.chip.processes.kernel.call,
    () => {
      if (order.type === 'depend') finish(context, program, call, { type: 'depends', ...dependencies(context, owner), cycles: 0 })
      else if (order.type === 'hold') hold(context, site, order.process, () => finish(context, program, call, { type: 'done' }))
      else {
        const noRoom = repoint(context, site, owner, to!.site)
        if (noRoom === undefined) {
          resumePuts(context, site)
          finish(context, program, call, { type: 'done' })
        } else refuse(context, program, call, noRoom)
      }
    }
  )
}
