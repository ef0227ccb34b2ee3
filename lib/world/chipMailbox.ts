import type { CallOf, ChipContext, EndOf, Interface, Site } from './chipSite'
import { CONTROL_BYTES, carry, finish, refuse, tellSlots, work } from './chipSite'
import { giveChannel, takeChannel } from './chipSlots'

/** A message to a mailbox: it leaves as soon as the sender has none outstanding there. @internal */
export const mail = (context: ChipContext, site: Site, end: EndOf<'mailboxOut'>, call: CallOf<'mail'>): void => {
  const { node, remote } = end
  const reason = context.lost(node, remote)
  if (reason !== undefined) refuse(context, site, call, reason)
  else if (end.mail !== undefined) refuse(context, site, call, 'another message waits at this end')
  else if (!node.outstanding.has(remote)) send(context, site, end, call)
  else if (call.order.atOnce === true) refuse(context, site, call, `a message to ${remote} is outstanding: it has not been received`)
  else end.mail = call
}

const send = (context: ChipContext, site: Site, end: EndOf<'mailboxOut'>, call: CallOf<'mail'>): void => {
  const { node, remote } = end
  const channel = takeChannel(node.slots, 'mailbox', 'dTx')
  if (typeof channel === 'string') {
    refuse(context, site, call, channel)
    return
  }
  tellSlots(context, node, 'mailbox')
  node.outstanding.add(remote)
  end.sending++
  const there = context.nodes.get(remote)!
  work(context, site, site.spec.costs.mail, () => {
    giveChannel(node.slots, 'mailbox', 'dTx', channel)
    tellSlots(context, node, 'mailbox')
    end.sending--
    carry(context, 'mailbox', node, there, context.chip.messageBytes, context.chip.messageBytes, () => {
      there.inbox.push({ from: node.name, message: call.order.message })
      for (const other of there.site.ends.values()) if (other.kind === 'mailboxIn' && other.node === there) take(context, there.site, other)
    })
    finish(context, site, call, { type: 'done' })
  })
}

/** The next message of a mailbox. @internal */
export const receive = (context: ChipContext, site: Site, end: EndOf<'mailboxIn'>, call: CallOf<'receive'>): void => {
  if (end.receive !== undefined) {
    refuse(context, site, call, 'another call receives at this end')
    return
  }
  end.receive = call
  end.isReady = false
  work(context, site, site.spec.costs.receive, () => {
    if (end.receive !== call) return
    end.isReady = true
    take(context, site, end)
  })
}

/** Hands the oldest message over, and acknowledges it. */
const take = (context: ChipContext, site: Site, end: EndOf<'mailboxIn'>): void => {
  const { node, receive: call } = end
  if (call === undefined || !end.isReady || node.inbox.length === 0) return
  end.isReady = false
  work(context, site, site.spec.costs.takeMail, () => {
    if (end.receive !== call) return
    const { from, message } = node.inbox.shift()!
    end.receive = undefined
    const sender = context.nodes.get(from)!
    context.network.send('control', node.at, sender.at, CONTROL_BYTES, () => acknowledged(context, sender, node.name))
    finish(context, site, call, { type: 'received', from, message, cycles: 0 })
  })
}

const acknowledged = (context: ChipContext, sender: Interface, by: string): void => {
  const { site } = sender
  if (site.isDown) return
  sender.outstanding.delete(by)
  for (const end of site.ends.values()) {
    if (end.kind !== 'mailboxOut' || end.node !== sender || end.remote !== by || end.mail === undefined) continue
    const call = end.mail
    end.mail = undefined
    send(context, site, end, call)
  }
}
