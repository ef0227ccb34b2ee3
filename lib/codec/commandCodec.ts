import * as t from 'io-ts'
import type { Address, Command, Order } from '../protocol/command'
import { chipOrders } from './chipCodec'
import { closed } from './closed'
import { clusterOrders } from './clusterCodec'
import { kernelOrders } from './kernelCodec'
import { pageSetCodec, pagesCodec } from './pagesCodec'
import { fraction, nonNegativeInteger, positive, positiveInteger, whole } from './quantities'
import { tagged } from './tagged'
import { oneOf, text, texts, yesNo } from './text'
import { threadOrders } from './threadCodec'

/** An end of a migration as JSON. */
export const whereCodec = oneOf('source', 'target')

/** The address of a request as JSON. */
export const addressCodec: t.Type<Address, unknown> = closed({
  migration: text,
  lane: text,
  tag: nonNegativeInteger,
  n: nonNegativeInteger
})

const nothingBeside = closed({})

const section = oneOf('bulk', 'table', 'last')

const imageOrderCodecs = {
  open: closed({ image: text, stores: texts }, { parent: text, copies: positiveInteger, stripePages: positiveInteger }),
  stash: closed({ image: text, pages: pageSetCodec }),
  write: closed({ image: text, section, pages: pageSetCodec }, { unless: oneOf('stashed'), bytesPerSecond: positive }),
  seal: closed({ image: text }),
  drop: closed({ image: text }),
  catalogue: nothingBeside,
  restore: closed({ image: text, section })
}

/** Absent: of the guest's memory. @internal */
export const ofCodec = oneOf('disk')
const perhapsOfDisk = { of: ofCodec }

/** A compression as JSON. */
const compressionCodec = closed(
  { bytesPerSecond: positive },
  {
    ratio: positive,
    cacheRatio: positive,
    freeRatio: positive,
    threads: positive,
    decompressionBytesPerSecond: positive,
    decompressionThreads: positive
  }
)

/** An order as JSON: its type, then its fields. */
export const orderCodec: t.Type<Order, unknown> = tagged<Order>({
  preselect: nothingBeside,
  reserve: nothingBeside,
  select: closed({ level: oneOf('hypervisor', 'guestOs', 'application') }, perhapsOfDisk),
  track: closed({ on: yesNo }, perhapsOfDisk),
  sync: closed({}, perhapsOfDisk),
  send: closed(
    { pages: pagesCodec, place: oneOf('always', 'ifAbsent', 'ifNewer') },
    {
      unless: oneOf('dirtied', 'sent'),
      overtake: yesNo,
      connection: t.string,
      encoding: oneOf('delta'),
      channels: positive,
      compression: compressionCodec,
      from: nonNegativeInteger,
      round: nonNegativeInteger,
      bytesPerSecond: positive,
      ...perhapsOfDisk
    }
  ),
  discard: closed({ pages: pageSetCodec }, perhapsOfDisk),
  flush: nothingBeside,
  plug: closed({ on: yesNo }),
  dump: closed({ pages: pageSetCodec }),
  rebuild: closed({ pages: pageSetCodec }),
  pause: nothingBeside,
  sendContext: nothingBeside,
  redirect: nothingBeside,
  commit: nothingBeside,
  resume: closed({ where: whereCodec }, { missing: pageSetCodec, clockNs: whole }),
  release: nothingBeside,
  inquire: nothingBeside,
  throttle: closed({ fraction }),
  dirtyLimit: closed({ bytesPerSecond: positive, ringPages: positiveInteger, periodNs: positiveInteger }),
  pin: closed({ cores: t.union([positive, t.null]) }),
  wake: closed({ afterNs: nonNegativeInteger }),
  cancel: closed({ tag: nonNegativeInteger }),
  abandon: nothingBeside,
  ...clusterOrders,
  ...chipOrders,
  ...kernelOrders,
  ...threadOrders,
  ...imageOrderCodecs
})

/** A command as JSON. */
export const commandCodec: t.Type<Command, unknown> = closed({ order: orderCodec, to: addressCodec })
