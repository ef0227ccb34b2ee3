import type { Timeline } from '../time/timeline'
import { chipNetwork } from './chipNetwork'
import type { CheckedChip } from './chipOptions'
import { CONTROL_BYTES } from './chipSite'
import { type Core, work } from './chipWork'
import type { IsoCarrier, IsoParcel } from './isoNetwork'

/** What a network of iso-address nodes on a chip tells besides: a message or a chunk is there, as `arrived` of `ChipFact` has it; and packets wait for each other for ever. @internal */
export type IsoChipHeard = {
  readonly arrived: (by: 'mailbox' | 'portal', from: string, node: string, number: number, bytes: number) => void
  readonly deadlocked: () => void
}

/** A cluster: its core, its place in the network, bulk that has been announced to it and what it reads of that now; bulk that it puts, and that waits for a channel. */
type Tile = Core & {
  readonly at: number
  readonly announced: Bulk[]
  reading: Bulk | undefined
  readonly putting: Set<IsoParcel>
  readonly waiting: IsoParcel[]
}

/** What goes from one cluster to another: one thing at a time. */
type Channel = { readonly queue: IsoParcel[]; busy: IsoParcel | undefined }

/** A parcel over a portal: bytes of it that have not left, that have not been taken, that are copied and may leave, and whether a chunk has been asked for. */
type Bulk = { readonly parcel: IsoParcel; unsent: number; unread: number; ready: number; isAsked: boolean }

/**
 * Messages of iso-address nodes between the compute clusters of a chip, as Nanvix would send them, with `chip`'s packets, clocks and costs: what fits goes in one message of a mailbox; anything longer is announced
 * by one, and its reader takes it from a portal, chunk by chunk, each asked for over the control network. A cluster's software runs on one core, one thing after the other. It reads one portal at a time and
 * writes as many as its interface has channels for; what one cluster sends another waits until what it sent before has been taken. Cost: some five events a message or chunk, besides packets.
 * @internal
 */
export const isoChip = (
  chip: CheckedChip,
  nodes: number,
  born: ReturnType<CheckedChip['born']>,
  timeline: Timeline,
  { arrived, deadlocked }: IsoChipHeard
): IsoCarrier => {
  const { wiring, messageBytes, headerBytes, chunkBytes } = chip
  const network = chipNetwork(wiring, born, chip.clock, chip.packets, timeline, deadlocked)
  const tiles = Array.from({ length: nodes }, (_, rank): Tile => {
    const spec = chip.sites.find(({ name }) => name === `cc${rank}`)!
    return {
      spec,
      at: wiring.nodeOf(spec.name),
      isDown: false,
      free: 0,
      announced: [],
      reading: undefined,
      putting: new Set(),
      waiting: []
    }
  })
  const channels = Array.from({ length: nodes * nodes }, (): Channel => ({ queue: [], busy: undefined }))
  const { attached, dTx } = chip.partition.portal
  const puttingAtMost = Math.min(attached, dTx.count)
  const sent = new Map<string, number>()
  const underWay = new Set<IsoParcel>()
  const dead = new Set<number>()

  const bulkOf = ({ bytes, headBytes }: IsoParcel): number => (bytes + headerBytes <= messageBytes ? 0 : bytes - headBytes)
  /** Work for a parcel on a cluster's core; nothing comes of it when the parcel has been dropped meanwhile. */
  const does = (rank: number, cycles: number, parcel: IsoParcel, then: () => void): void =>
    work(
      { timeline },
      { site: tiles[rank] },
      () => cycles,
      () => {
        if (underWay.has(parcel)) then()
      }
    )
  const carry = (by: 'mailbox' | 'portal', parcel: IsoParcel, bytes: number, wire: number, there: () => void): void => {
    const [from, to] = [tiles[parcel.from], tiles[parcel.to]]
    const name = `${by} ${parcel.from} ${parcel.to}`
    const number = sent.get(name) ?? 0
    sent.set(name, number + 1)
    network.send('data', from.at, to.at, wire, () => {
      if (!underWay.has(parcel)) return
      arrived(by, from.spec.name, to.spec.name, number, bytes)
      there()
    })
  }

  const advance = (channel: Channel): void => {
    if (channel.busy !== undefined) return
    const parcel = channel.queue.shift()
    channel.busy = parcel
    if (parcel === undefined) return
    if (bulkOf(parcel) === 0) mail(parcel)
    else {
      tiles[parcel.from].waiting.push(parcel)
      announce(tiles[parcel.from])
    }
  }
  const announce = ({ putting, waiting }: Tile): void => {
    while (putting.size < puttingAtMost && waiting.length > 0) {
      const parcel = waiting.shift()!
      putting.add(parcel)
      mail(parcel)
    }
  }
  /** All of a parcel has left. */
  const gone = (parcel: IsoParcel): void => {
    tiles[parcel.from].putting.delete(parcel)
    parcel.left()
    announce(tiles[parcel.from])
  }
  const mail = (parcel: IsoParcel): void => {
    const { from, to } = parcel
    const [sender, reader] = [tiles[from].spec.costs, tiles[to].spec.costs]
    const unsent = bulkOf(parcel)
    const bulk: Bulk = { parcel, unsent, unread: unsent, ready: 0, isAsked: false }
    does(from, sender.mail, parcel, () => {
      if (unsent === 0) gone(parcel)
      else does(from, sender.put, parcel, () => copy(bulk))
      carry('mailbox', parcel, messageBytes, messageBytes, () =>
        does(to, reader.takeMail, parcel, () => {
          // The next call that receives begins when this one has been answered.
          work({ timeline }, { site: tiles[to] }, 'receive', () => undefined)
          if (unsent === 0) taken(parcel)
          else {
            tiles[to].announced.push(bulk)
            read(tiles[to])
          }
        })
      )
    })
  }
  const read = (tile: Tile): void => {
    if (tile.reading !== undefined) return
    tile.reading = tile.announced.shift()
    const bulk = tile.reading
    if (bulk === undefined) return
    const { call, get } = tile.spec.costs
    does(bulk.parcel.to, call + get, bulk.parcel, () => ask(bulk))
  }
  const ask = (bulk: Bulk): void => {
    const { from, to } = bulk.parcel
    does(to, tiles[to].spec.costs.permit, bulk.parcel, () =>
      network.send('control', tiles[to].at, tiles[from].at, CONTROL_BYTES, () => {
        bulk.isAsked = true
        sendOn(bulk)
      })
    )
  }
  /** Copies the next chunk, while the reader may still be at the one before. */
  const copy = (bulk: Bulk): void => {
    const { from } = bulk.parcel
    const bytes = Math.min(chunkBytes, bulk.unsent)
    does(from, tiles[from].spec.costs.copyPerByte * bytes, bulk.parcel, () => {
      bulk.ready = bytes
      sendOn(bulk)
    })
  }
  const sendOn = (bulk: Bulk): void => {
    const { parcel, ready: bytes } = bulk
    if (bytes === 0 || !bulk.isAsked) return
    bulk.ready = 0
    bulk.isAsked = false
    does(parcel.from, tiles[parcel.from].spec.costs.send, parcel, () => {
      bulk.unsent -= bytes
      if (bulk.unsent === 0) gone(parcel)
      else copy(bulk)
      carry('portal', parcel, bytes, bytes + headerBytes, () => take(bulk, bytes))
    })
  }
  const take = (bulk: Bulk, bytes: number): void => {
    const { parcel } = bulk
    const tile = tiles[parcel.to]
    const { take: taking, copyPerByte } = tile.spec.costs
    does(parcel.to, taking + copyPerByte * bytes, parcel, () => {
      bulk.unread -= bytes
      if (bulk.unread > 0) {
        ask(bulk)
        return
      }
      tile.reading = undefined
      taken(parcel)
      read(tile)
    })
  }
  const taken = (parcel: IsoParcel): void => {
    const { from, to } = parcel
    const channel = channels[from * nodes + to]
    underWay.delete(parcel)
    network.send('control', tiles[to].at, tiles[from].at, CONTROL_BYTES, () => {
      channel.busy = undefined
      advance(channel)
    })
    parcel.came()
  }

  return {
    send: (parcel) => {
      const { from, to } = parcel
      if (dead.has(from) || dead.has(to)) {
        parcel.dropped()
        return
      }
      underWay.add(parcel)
      const channel = channels[from * nodes + to]
      channel.queue.push(parcel)
      advance(channel)
    },
    cut: (rank, crashed) => {
      dead.add(rank)
      if (crashed) tiles[rank].isDown = true
      const isCut = ({ from, to }: IsoParcel): boolean => from === rank || to === rank
      const lost = [...underWay].filter(isCut)
      for (const parcel of lost) underWay.delete(parcel)
      for (const tile of tiles) {
        tile.announced.splice(0, tile.announced.length, ...tile.announced.filter(({ parcel }) => !isCut(parcel)))
        if (tile.reading !== undefined && isCut(tile.reading.parcel)) tile.reading = undefined
        for (const parcel of lost) tile.putting.delete(parcel)
        tile.waiting.splice(0, tile.waiting.length, ...tile.waiting.filter((parcel) => !isCut(parcel)))
        read(tile)
        announce(tile)
      }
      for (const parcel of lost) parcel.dropped()
    },
    stop: () => {
      underWay.clear()
      network.stop()
    }
  }
}
