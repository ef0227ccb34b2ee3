import type { CallOf, ChipContext, Chunk, EndOf, Interface, Site } from './chipSite'
import { CONTROL_BYTES, carry, finish, refuse, tellSlots, work } from './chipSite'
import { giveChannel, giveSlot, takeChannel, takeSlot } from './chipSlots'

/** Permission for one sender to a portal. @internal */
export const allow = (context: ChipContext, site: Site, end: EndOf<'portalIn'>, call: CallOf<'allow'>): void => {
  const { from, bytes } = call.order
  const { node } = end
  const sender = context.nodes.get(from)
  if (sender === undefined || sender.site === site) {
    refuse(context, site, call, `there is no other cluster with a node called ${from}`)
    return
  }
  if (end.allow !== undefined || end.get !== undefined || available(end) > 0) {
    refuse(context, site, call, `a permission stands already, for ${available(end)} bytes of ${end.from ?? from}`)
    return
  }
  if (end.from !== from) {
    if (end.from !== undefined) giveSlot(node.slots, 'portal', 'dRx', context.nodes.get(end.from)!.number)
    end.from = undefined
    const reason = takeSlot(node.slots, 'portal', 'dRx', sender.number)
    if (reason === undefined) end.from = from
    tellSlots(context, node, 'portal')
    if (reason !== undefined) {
      refuse(context, site, call, reason)
      return
    }
  }
  end.allow = call
  work(context, site, site.spec.costs.call, () => {
    if (end.allow !== call) return
    end.allow = undefined
    end.allowed = bytes
    finish(context, site, call, { type: 'done' })
  })
}

/** Bytes out of a portal, of who is allowed. @internal */
export const get = (context: ChipContext, site: Site, end: EndOf<'portalIn'>, call: CallOf<'get'>): void => {
  const { bytes } = call.order
  if (end.get !== undefined) refuse(context, site, call, 'another call gets at this end')
  else if (end.from === undefined || bytes > available(end))
    refuse(context, site, call, `no permission was given for ${bytes} bytes: ${available(end)} are allowed`)
  else {
    const reason = context.lost(end.node, end.from)
    if (reason !== undefined) {
      refuse(context, site, call, reason)
      return
    }
    end.get = call
    end.left = bytes
    end.got = []
    work(context, site, site.spec.costs.get, () => {
      if (end.get === call) ask(context, site, end, call)
    })
  }
}

/** Bytes that may be got: allowed and not there yet, or there and not got. */
const available = ({ allowed, early }: EndOf<'portalIn'>): number => early.reduce((sum, { bytes }) => sum + bytes, allowed)

/** Takes a chunk that has come early, or asks for the next. */
const ask = (context: ChipContext, site: Site, end: EndOf<'portalIn'>, call: CallOf<'get'>): void => {
  const chunk = end.early.shift()
  if (chunk !== undefined) {
    take(context, site, end, call, chunk)
    return
  }
  if (end.asked > 0) return
  const { node } = end
  const sender = context.nodes.get(end.from!)!
  const bytes = Math.min(context.chip.chunkBytes, end.left)
  end.asked = bytes
  work(context, site, site.spec.costs.permit, () =>
    context.network.send('control', node.at, sender.at, CONTROL_BYTES, () => {
      if (sender.site.isDown) return
      sender.asked.set(node.name, bytes)
      for (const other of sender.site.ends.values())
        if (other.kind === 'portalOut' && other.node === sender && other.remote === node.name) sendOn(context, sender.site, other)
    })
  )
}

const arrive = (context: ChipContext, reader: Interface, from: string, chunk: Chunk): void => {
  for (const end of reader.site.ends.values()) {
    if (end.kind !== 'portalIn' || end.node !== reader || end.from !== from) continue
    end.asked = 0
    end.allowed -= chunk.bytes
    if (end.get === undefined) end.early.push(chunk)
    else take(context, reader.site, end, end.get, chunk)
    return
  }
}

const take = (context: ChipContext, site: Site, end: EndOf<'portalIn'>, call: CallOf<'get'>, chunk: Chunk): void => {
  const { take: taking, copyPerByte } = site.spec.costs
  // More than is wanted: asked for by a call that was cancelled.
  const bytes = Math.min(chunk.bytes, end.left)
  const contents = bytes < chunk.bytes ? [] : chunk.contents
  if (bytes < chunk.bytes) end.early.unshift({ bytes: chunk.bytes - bytes, contents: chunk.contents })
  work(context, site, taking + copyPerByte * bytes, () => {
    if (end.get !== call) return
    end.left -= bytes
    end.got.push(...contents)
    if (end.left > 0) {
      ask(context, site, end, call)
      return
    }
    end.get = undefined
    finish(context, site, call, { type: 'got', bytes: call.order.bytes, contents: end.got, cycles: 0 })
  })
}

/** Bytes into a portal, a chunk for each time that its reader asks. @internal */
export const put = (context: ChipContext, site: Site, end: EndOf<'portalOut'>, call: CallOf<'put'>): void => {
  const { node, remote } = end
  const { bytes, atOnce } = call.order
  const reason = context.lost(node, remote)
  if (reason !== undefined) refuse(context, site, call, reason)
  else if (end.put !== undefined) refuse(context, site, call, 'another call puts at this end')
  else if (atOnce === true && !node.asked.has(remote)) refuse(context, site, call, `${remote} has given no permission`)
  else {
    const channel = takeChannel(node.slots, 'portal', 'dTx')
    if (typeof channel === 'string') {
      refuse(context, site, call, channel)
      return
    }
    tellSlots(context, node, 'portal')
    end.put = call
    end.channel = channel
    end.left = bytes
    end.ready = 0
    end.isSending = false
    work(context, site, site.spec.costs.put, () => prepare(context, site, end, call))
  }
}

/** Copies the next chunk, while the reader may still be at the one before. */
const prepare = (context: ChipContext, site: Site, end: EndOf<'portalOut'>, call: CallOf<'put'>): void => {
  if (end.put !== call) return
  const bytes = Math.min(context.chip.chunkBytes, end.left)
  work(context, site, site.spec.costs.copyPerByte * bytes, () => {
    if (end.put !== call) return
    end.ready = bytes
    sendOn(context, site, end)
  })
}

/** Sends what is ready, as far as it has been asked for. */
const sendOn = (context: ChipContext, site: Site, end: EndOf<'portalOut'>): void => {
  const { node, remote, put: call, ready } = end
  const asked = node.asked.get(remote)
  if (call === undefined || end.isSending || ready === 0 || asked === undefined) return
  node.asked.delete(remote)
  const bytes = Math.min(asked, ready)
  end.isSending = true
  const reader = context.nodes.get(remote)!
  work(context, site, site.spec.costs.send, () => {
    if (end.put !== call) {
      // Given up before it was sent: the reader still wants it, of the next.
      node.asked.set(remote, asked)
      sendOn(context, site, end)
      return
    }
    const isLast = bytes === end.left
    const chunk: Chunk = { bytes, contents: isLast ? [call.order.content] : [] }
    carry(context, 'portal', node, reader, bytes, bytes + context.chip.headerBytes, () => arrive(context, reader, node.name, chunk))
    end.isSending = false
    end.left -= bytes
    end.ready -= bytes
    if (isLast) {
      leave(context, end)
      finish(context, site, call, { type: 'done' })
    } else if (end.ready > 0) sendOn(context, site, end)
    else prepare(context, site, end, call)
  })
}

/** A put is over: its channel goes back. @internal */
export const leave = (context: ChipContext, end: EndOf<'portalOut'>): void => {
  end.put = undefined
  giveChannel(end.node.slots, 'portal', 'dTx', end.channel)
  tellSlots(context, end.node, 'portal')
}
