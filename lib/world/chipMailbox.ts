import type { CallOf, ChipContext, EndOf, Owner, Station } from './chipSite'
import { CONTROL_BYTES, carry, finish, refuse, tellSlots, work } from './chipSite'
import { giveChannel, takeChannel } from './chipSlots'

/** A message to a mailbox: it leaves as soon as the sender has none outstanding there. @internal */
export const mail = (context: ChipContext, owner: Owner, end: EndOf<'mailboxOut'>, call: CallOf<'mail'>): void => {
  const { station, remote } = end
  const reason = context.lost(station, remote)
  if (reason !== undefined) refuse(context, owner, call, reason)
  else if (end.mail !== undefined) refuse(context, owner, call, 'another message waits at this end')
  else if (!station.outstanding.has(remote)) send(context, owner, end, call)
  else if (call.order.atOnce === true) refuse(context, owner, call, `a message to ${remote} is outstanding: it has not been received`)
  else end.mail = call
}

const send = (context: ChipContext, owner: Owner, end: EndOf<'mailboxOut'>, call: CallOf<'mail'>): void => {
  const { station, remote } = end
  const { node } = station
  const channel = takeChannel(node.slots, 'mailbox', 'dTx')
  if (typeof channel === 'string') {
    refuse(context, owner, call, channel)
    return
  }
  tellSlots(context, node, 'mailbox')
  station.outstanding.add(remote)
  end.sending++
  const there = context.stations.get(remote)!
  work(context, owner, 'mail', () => {
    giveChannel(node.slots, 'mailbox', 'dTx', channel)
    tellSlots(context, node, 'mailbox')
    end.sending--
    carry(context, 'mailbox', station, there, context.chip.messageBytes, context.chip.messageBytes, () => {
      there.inbox.push({ from: station.name, message: call.order.message })
      for (const other of there.owner.ends.values())
        if (other.kind === 'mailboxIn' && other.station === there) take(context, there.owner, other)
    })
    finish(context, owner, call, { type: 'done' })
  })
}

/** The next message of a mailbox. @internal */
export const receive = (context: ChipContext, owner: Owner, end: EndOf<'mailboxIn'>, call: CallOf<'receive'>): void => {
  if (end.receive !== undefined) {
    refuse(context, owner, call, 'another call receives at this end')
    return
  }
  end.receive = call
  end.isReady = false
  work(context, owner, 'receive', () => {
    if (end.receive !== call) return
    end.isReady = true
    take(context, owner, end)
  })
}

/** Hands the oldest message over, and acknowledges it. */
const take = (context: ChipContext, owner: Owner, end: EndOf<'mailboxIn'>): void => {
  const { station, receive: call } = end
  if (call === undefined || !end.isReady || station.inbox.length === 0) return
  end.isReady = false
  work(context, owner, 'takeMail', () => {
    if (end.receive !== call) return
    const { from, message } = station.inbox.shift()!
    end.receive = undefined
    const sender = context.stations.get(from)!
    context.network.send('control', station.node.at, sender.node.at, CONTROL_BYTES, () => acknowledged(context, sender, station.name))
    finish(context, owner, call, { type: 'received', from, message, cycles: 0 })
  })
}

const acknowledged = (context: ChipContext, sender: Station, by: string): void => {
  const { owner } = sender
  if (owner.site.isDown) return
  sender.outstanding.delete(by)
  for (const end of owner.ends.values()) {
    if (end.kind !== 'mailboxOut' || end.station !== sender || end.remote !== by || end.mail === undefined) continue
    const call = end.mail
    end.mail = undefined
    send(context, owner, end, call)
  }
}
