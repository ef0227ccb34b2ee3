import { carry, notify } from './chipBook'
import { grasp, letGo, needsOf, release } from './chipGrips'
import { sent } from './chipMailbox'
import type { CallOf, ChipContext, Chunk, EndOf, Owner, Site } from './chipSite'
import { finish, portKey, refuse, tellSlots } from './chipSite'
import { step } from './chipWork'

/** Permission for one sender to a portal: whoever the reader names, of whatever user. @internal */
export const allow = (context: ChipContext, owner: Owner, end: EndOf<'portalIn'>, call: CallOf<'allow'>): void => {
  const { from, bytes } = call.order
  const sender = context.stations.get(from)
  if (sender === undefined || sender.owner === owner) {
    refuse(context, owner, call, `there is no other cluster with a node called ${from}`)
    return
  }
  if (end.allow !== undefined || end.get !== undefined || available(end) > 0) {
    refuse(context, owner, call, `a permission stands already, for ${available(end)} bytes of ${end.from ?? from}`)
    return
  }
  if (end.from !== from) {
    const reason = listenTo(context, end, from)
    if (reason !== undefined) {
      refuse(context, owner, call, reason)
      return
    }
  }
  end.allow = call
  step(context, owner, 'call', () => {
    if (end.allow !== call) return
    end.allow = undefined
    end.allowed = bytes
    finish(context, owner, call, { type: 'done' })
  })
}

/** Takes the slot that stands for the node of a sender instead of the one before. */
const listenTo = (context: ChipContext, end: EndOf<'portalIn'>, from: string): string | undefined => {
  const { node } = end.station
  const before = end.grips.get('from')
  if (before !== undefined) letGo(before)
  end.grips.delete('from')
  end.from = from
  const need = needsOf(context, end, node).get('from')
  const grip = need && grasp(node, need)
  if (typeof grip === 'string') end.from = undefined
  else if (grip !== undefined) end.grips.set('from', grip)
  if (before !== undefined || need !== undefined) tellSlots(context, node, 'portal')
  return typeof grip === 'string' ? grip : undefined
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
    step(context, owner, 'get', () => {
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
  const { station, port } = end
  const sender = context.stations.get(end.from!)!
  const bytes = Math.min(context.chip.chunkBytes, end.left)
  end.asked = bytes
  step(context, owner, 'permit', () => {
    if (end.isClosed) return
    notify(context, 'portal', station, sender, () => {
      sender.asked.set(portKey(station.name, port), { bytes, end })
      for (const other of sender.owner.ends.values())
        if (other.kind === 'portalOut' && other.station === sender && other.remote === station.name && other.port === port)
          sendOn(context, sender.owner, other)
    })
  })
}

const arrive = (context: ChipContext, end: EndOf<'portalIn'>, chunk: Chunk): void => {
  if (end.isClosed) return
  end.asked = 0
  end.allowed -= chunk.bytes
  if (end.get === undefined) end.early.push(chunk)
  else take(context, end.station.owner, end, end.get, chunk)
}

const take = (context: ChipContext, owner: Owner, end: EndOf<'portalIn'>, call: CallOf<'get'>, chunk: Chunk): void => {
  // More than is wanted: asked for by a call that was cancelled.
  const bytes = Math.min(chunk.bytes, end.left)
  const contents = bytes < chunk.bytes ? [] : chunk.contents
  if (bytes < chunk.bytes) end.early.unshift({ bytes: chunk.bytes - bytes, contents: chunk.contents })
  const cost = ({ take: taking, copyPerByte }: { readonly take: number; readonly copyPerByte: number }): number =>
    taking + copyPerByte * bytes
  step(context, owner, cost, () => {
    if (end.get !== call) return
    end.left -= bytes
    end.got.push(...contents)
    if (end.left > 0) {
      ask(context, owner, end, call)
      return
    }
    end.get = undefined
    finish(context, owner, call, { type: 'got', bytes: call.order.bytes, contents: end.got, cycles: 0 })
  })
}

/** A portal is closed: what was asked for is asked for no more, what comes all the same is dropped. @internal */
export const withdraw = (context: ChipContext, end: EndOf<'portalIn'>): void => {
  end.isClosed = true
  if (end.asked === 0 || end.from === undefined) return
  const { station, port } = end
  const sender = context.stations.get(end.from)!
  notify(context, 'portal', station, sender, () => {
    const key = portKey(station.name, port)
    if (sender.asked.get(key)?.end === end) sender.asked.delete(key)
  })
}

/** Bytes into a portal, a chunk for each time that its reader asks. @internal */
export const put = (context: ChipContext, owner: Owner, end: EndOf<'portalOut'>, call: CallOf<'put'>): void => {
  const { station, remote, port } = end
  const { bytes, atOnce } = call.order
  const reason = context.lost(station, remote)
  if (reason !== undefined) refuse(context, owner, call, reason)
  else if (end.put !== undefined) refuse(context, owner, call, 'another call puts at this end')
  else if (atOnce === true && !station.asked.has(portKey(remote, port))) refuse(context, owner, call, `${remote} has given no permission`)
  else {
    end.put = call
    const need = needsOf(context, end, station.node).get('put')
    const grip = need && grasp(station.node, need)
    if (typeof grip === 'string') {
      end.put = undefined
      refuse(context, owner, call, grip)
      return
    }
    if (grip !== undefined) {
      end.grips.set('put', grip)
      tellSlots(context, station.node, 'portal')
    }
    end.left = bytes
    end.ready = 0
    end.isSending = false
    step(context, owner, 'put', () => prepare(context, owner, end, call))
  }
}

/** Copies the next chunk, while the reader may still be at the one before. */
const prepare = (context: ChipContext, owner: Owner, end: EndOf<'portalOut'>, call: CallOf<'put'>): void => {
  if (end.put !== call) return
  const bytes = Math.min(context.chip.chunkBytes, end.left)
  step(
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
  const { station, remote, port, put: call, ready } = end
  const key = portKey(remote, port)
  const asked = station.asked.get(key)
  if (call === undefined || end.isSending || ready === 0 || asked === undefined || !hasChannel(context, end)) return
  station.asked.delete(key)
  const bytes = Math.min(asked.bytes, ready)
  end.isSending = true
  const to = context.stations.get(remote)!
  step(context, owner, 'send', () => {
    if (end.put !== call) {
      // Given up before it was sent: the reader still wants it, of the next.
      if (!asked.end.isClosed) station.asked.set(key, asked)
      sendOn(context, owner, end)
      return
    }
    const isLast = bytes === end.left
    const chunk: Chunk = { bytes, contents: isLast ? [call.order.content] : [] }
    sent(owner, to, bytes)
    const wire = bytes + context.chip.headerBytes
    carry(context, { by: 'portal', from: station, to, bytes, wire, there: () => arrive(context, asked.end, chunk) })
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

/** A put whose reader was on this cluster and is not any more may have found no channel when that became so: it waits for one. */
const hasChannel = (context: ChipContext, end: EndOf<'portalOut'>): boolean => {
  const { node } = end.station
  const need = end.grips.has('put') ? undefined : needsOf(context, end, node).get('put')
  const grip = need && grasp(node, need)
  if (typeof grip === 'string') return false
  if (grip !== undefined) {
    end.grips.set('put', grip)
    tellSlots(context, node, 'portal')
  }
  return true
}

/** A put is over: its channel goes back, to one that waits for it. @internal */
export const leave = (context: ChipContext, end: EndOf<'portalOut'>): void => {
  const { site } = end.station.owner
  end.put = undefined
  release(context, end, 'put')
  resumePuts(context, site)
}

/** Channels of a cluster have come back: puts there that wait for one go on. @internal */
export const resumePuts = (context: ChipContext, site: Site): void => {
  for (const owner of site.owners)
    for (const end of owner.ends.values())
      if (end.kind === 'portalOut' && end.put !== undefined && !end.grips.has('put')) sendOn(context, owner, end)
}
