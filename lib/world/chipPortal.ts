import type { CallOf, ChipContext, Chunk, EndOf, Owner, Station } from './chipSite'
import { CONTROL_BYTES, carry, finish, refuse, tellSlots, work } from './chipSite'
import { giveChannel, giveSlot, takeChannel, takeSlot } from './chipSlots'

/** Permission for one sender to a portal. @internal */
export const allow = (context: ChipContext, owner: Owner, end: EndOf<'portalIn'>, call: CallOf<'allow'>): void => {
  const { from, bytes } = call.order
  const { node } = end.station
  const sender = context.nodes.get(from)
  if (sender === undefined || sender.site === owner.site) {
    refuse(context, owner, call, `there is no other cluster with a node called ${from}`)
    return
  }
  if (end.allow !== undefined || end.get !== undefined || available(end) > 0) {
    refuse(context, owner, call, `a permission stands already, for ${available(end)} bytes of ${end.from ?? from}`)
    return
  }
  if (end.from !== from) {
    if (end.from !== undefined) giveSlot(node.slots, 'portal', 'dRx', context.nodes.get(end.from)!.number)
    end.from = undefined
    const reason = takeSlot(node.slots, 'portal', 'dRx', sender.number)
    if (reason === undefined) end.from = from
    tellSlots(context, node, 'portal')
    if (reason !== undefined) {
      refuse(context, owner, call, reason)
      return
    }
  }
  end.allow = call
  work(context, owner, 'call', () => {
    if (end.allow !== call) return
    end.allow = undefined
    end.allowed = bytes
    finish(context, owner, call, { type: 'done' })
  })
}

/** Bytes out of a portal, of who is allowed. @internal */
export const get = (context: ChipContext, owner: Owner, end: EndOf<'portalIn'>, call: CallOf<'get'>): void => {
  const { bytes } = call.order
  if (end.get !== undefined) refuse(context, owner, call, 'another call gets at this end')
  else if (end.from === undefined || bytes > available(end))
    refuse(context, owner, call, `no permission was given for ${bytes} bytes: ${available(end)} are allowed`)
  else {
    const reason = context.lost(end.station, end.from)
    if (reason !== undefined) {
      refuse(context, owner, call, reason)
      return
    }
    end.get = call
    end.left = bytes
    end.got = []
    work(context, owner, 'get', () => {
      if (end.get === call) ask(context, owner, end, call)
    })
  }
}

/** Bytes that may be got: allowed and not there yet, or there and not got. */
const available = ({ allowed, early }: EndOf<'portalIn'>): number => early.reduce((sum, { bytes }) => sum + bytes, allowed)

/** Takes a chunk that has come early, or asks for the next. */
const ask = (context: ChipContext, owner: Owner, end: EndOf<'portalIn'>, call: CallOf<'get'>): void => {
  const chunk = end.early.shift()
  if (chunk !== undefined) {
    take(context, owner, end, call, chunk)
    return
  }
  if (end.asked > 0) return
  const { station } = end
  const sender = context.stations.get(end.from!)!
  const bytes = Math.min(context.chip.chunkBytes, end.left)
  end.asked = bytes
  work(context, owner, 'permit', () =>
    context.network.send('control', station.node.at, sender.node.at, CONTROL_BYTES, () => {
      if (sender.owner.site.isDown) return
      sender.asked.set(station.name, bytes)
      for (const other of sender.owner.ends.values())
        if (other.kind === 'portalOut' && other.station === sender && other.remote === station.name) sendOn(context, sender.owner, other)
    })
  )
}

const arrive = (context: ChipContext, reader: Station, from: string, chunk: Chunk): void => {
  for (const end of reader.owner.ends.values()) {
    if (end.kind !== 'portalIn' || end.station !== reader || end.from !== from) continue
    end.asked = 0
    end.allowed -= chunk.bytes
    if (end.get === undefined) end.early.push(chunk)
    else take(context, reader.owner, end, end.get, chunk)
    return
  }
}

const take = (context: ChipContext, owner: Owner, end: EndOf<'portalIn'>, call: CallOf<'get'>, chunk: Chunk): void => {
  // More than is wanted: asked for by a call that was cancelled.
  const bytes = Math.min(chunk.bytes, end.left)
  const contents = bytes < chunk.bytes ? [] : chunk.contents
  if (bytes < chunk.bytes) end.early.unshift({ bytes: chunk.bytes - bytes, contents: chunk.contents })
  work(
    context,
    owner,
    ({ take: taking, copyPerByte }) => taking + copyPerByte * bytes,
    () => {
      if (end.get !== call) return
      end.left -= bytes
      end.got.push(...contents)
      if (end.left > 0) {
        ask(context, owner, end, call)
        return
      }
      end.get = undefined
      finish(context, owner, call, { type: 'got', bytes: call.order.bytes, contents: end.got, cycles: 0 })
    }
  )
}

/** Bytes into a portal, a chunk for each time that its reader asks. @internal */
export const put = (context: ChipContext, owner: Owner, end: EndOf<'portalOut'>, call: CallOf<'put'>): void => {
  const { station, remote } = end
  const { node } = station
  const { bytes, atOnce } = call.order
  const reason = context.lost(station, remote)
  if (reason !== undefined) refuse(context, owner, call, reason)
  else if (end.put !== undefined) refuse(context, owner, call, 'another call puts at this end')
  else if (atOnce === true && !station.asked.has(remote)) refuse(context, owner, call, `${remote} has given no permission`)
  else {
    const channel = takeChannel(node.slots, 'portal', 'dTx')
    if (typeof channel === 'string') {
      refuse(context, owner, call, channel)
      return
    }
    tellSlots(context, node, 'portal')
    end.put = call
    end.channel = channel
    end.left = bytes
    end.ready = 0
    end.isSending = false
    work(context, owner, 'put', () => prepare(context, owner, end, call))
  }
}

/** Copies the next chunk, while the reader may still be at the one before. */
const prepare = (context: ChipContext, owner: Owner, end: EndOf<'portalOut'>, call: CallOf<'put'>): void => {
  if (end.put !== call) return
  const bytes = Math.min(context.chip.chunkBytes, end.left)
  work(
    context,
    owner,
    ({ copyPerByte }) => copyPerByte * bytes,
    () => {
      if (end.put !== call) return
      end.ready = bytes
      sendOn(context, owner, end)
    }
  )
}

/** Sends what is ready, as far as it has been asked for. */
const sendOn = (context: ChipContext, owner: Owner, end: EndOf<'portalOut'>): void => {
  const { station, remote, put: call, ready } = end
  const asked = station.asked.get(remote)
  if (call === undefined || end.isSending || ready === 0 || asked === undefined) return
  station.asked.delete(remote)
  const bytes = Math.min(asked, ready)
  end.isSending = true
  const reader = context.stations.get(remote)!
  work(context, owner, 'send', () => {
    if (end.put !== call) {
      // Given up before it was sent: the reader still wants it, of the next.
      station.asked.set(remote, asked)
      sendOn(context, owner, end)
      return
    }
    const isLast = bytes === end.left
    const chunk: Chunk = { bytes, contents: isLast ? [call.order.content] : [] }
    carry(context, 'portal', station, reader, bytes, bytes + context.chip.headerBytes, () => arrive(context, reader, station.name, chunk))
    end.isSending = false
    end.left -= bytes
    end.ready -= bytes
    if (isLast) {
      leave(context, end)
      finish(context, owner, call, { type: 'done' })
    } else if (end.ready > 0) sendOn(context, owner, end)
    else prepare(context, owner, end, call)
  })
}

/** A put is over: its channel goes back. @internal */
export const leave = (context: ChipContext, end: EndOf<'portalOut'>): void => {
  end.put = undefined
  giveChannel(end.station.node.slots, 'portal', 'dTx', end.channel)
  tellSlots(context, end.station.node, 'portal')
}
