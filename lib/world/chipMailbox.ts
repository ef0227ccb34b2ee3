import { carry, notify } from './chipBook'
import type { CallOf, ChipContext, EndOf, Mail, Owner, Station } from './chipSite'
import { finish, portKey, refuse, tellSlots } from './chipSite'
import { giveChannel, takeChannel } from './chipSlots'
import { nodeFor } from './chipWhere'
import { step, whenGoing } from './chipWork'

/** A message to a mailbox: it leaves as soon as the sender has none outstanding there. @internal */
export const mail = (context: ChipContext, owner: Owner, end: EndOf<'mailboxOut'>, call: CallOf<'mail'>): void => {
  const { station, remote, port } = end
  const reason = context.lost(station, remote)
  if (reason !== undefined) refuse(context, owner, call, reason)
  else if (end.mail !== undefined) refuse(context, owner, call, 'another message waits at this end')
  else if (!station.outstanding.has(portKey(remote, port))) send(context, owner, end, call)
  else if (call.order.atOnce === true) refuse(context, owner, call, `a message to ${remote} is outstanding: it has not been received`)
  else end.mail = call
}

/** It takes a channel while it is copied, unless it is for this cluster. */
const send = (context: ChipContext, owner: Owner, end: EndOf<'mailboxOut'>, call: CallOf<'mail'>): void => {
  const { station, remote, port } = end
  const { node } = station
  const isFar = nodeFor(context, owner.site, remote).site !== owner.site
  const channel = isFar ? takeChannel(node.slots, 'mailbox', 'dTx') : undefined
  if (typeof channel === 'string') {
    refuse(context, owner, call, channel)
    return
  }
  if (channel !== undefined) tellSlots(context, node, 'mailbox')
  station.outstanding.add(portKey(remote, port))
  end.sending++
  const to = context.stations.get(remote)!
  const bytes = context.chip.messageBytes
  step(context, owner, 'mail', () => {
    if (channel !== undefined) {
      giveChannel(node.slots, 'mailbox', 'dTx', channel)
      tellSlots(context, node, 'mailbox')
    }
    end.sending--
    sent(owner, to, bytes)
    carry(context, {
      by: 'mailbox',
      from: station,
      to,
      bytes,
      wire: bytes,
      there: () => {
        inboxOf(to, port).push({ from: station.name, message: call.order.message })
        for (const other of to.owner.ends.values())
          if (other.kind === 'mailboxIn' && other.station === to && other.port === port) take(context, to.owner, other)
      },
      gone: () => acknowledged(context, station, remote, port)
    })
    finish(context, owner, call, { type: 'done' })
  })
}

/** Counts what an owner has sent, by whose the other end is. @internal */
export const sent = ({ bytesTo }: Owner, { owner: { name } }: Station, bytes: number): void => {
  bytesTo.set(name, (bytesTo.get(name) ?? 0) + bytes)
}

/** Messages that nobody has received, at a port of somebody. @internal */
export const inboxOf = ({ inboxes }: Station, port: number): Mail[] => {
  const known = inboxes.get(port) ?? []
  inboxes.set(port, known)
  return known
}

/** The next message of a mailbox. @internal */
export const receive = (context: ChipContext, owner: Owner, end: EndOf<'mailboxIn'>, call: CallOf<'receive'>): void => {
  if (end.receive !== undefined) {
    refuse(context, owner, call, 'another call receives at this end')
    return
  }
  end.receive = call
  end.isReady = false
  step(context, owner, 'receive', () => {
    if (end.receive !== call) return
    end.isReady = true
    take(context, owner, end)
  })
}

/** Hands the oldest message over, and acknowledges it. */
const take = (context: ChipContext, owner: Owner, end: EndOf<'mailboxIn'>): void => {
  const { station, port, receive: call } = end
  const inbox = inboxOf(station, port)
  if (call === undefined || !end.isReady || inbox.length === 0) return
  end.isReady = false
  step(context, owner, 'takeMail', () => {
    if (end.receive !== call) return
    const { from, message } = inbox.shift()!
    end.receive = undefined
    const sender = context.stations.get(from)!
    notify(context, 'mailbox', station, sender, () => acknowledged(context, sender, station.name, port))
    finish(context, owner, call, { type: 'received', from, message, cycles: 0 })
  })
}

const acknowledged = (context: ChipContext, sender: Station, by: string, port: number): void => {
  const { owner } = sender
  if (owner.site.isDown) return
  sender.outstanding.delete(portKey(by, port))
  for (const end of owner.ends.values()) {
    if (end.kind !== 'mailboxOut' || end.station !== sender || end.remote !== by || end.port !== port || end.mail === undefined) continue
    whenGoing(owner, () => {
      const call = end.mail
      if (call === undefined || sender.outstanding.has(portKey(by, port))) return
      end.mail = undefined
      send(context, owner, end, call)
    })
  }
}
