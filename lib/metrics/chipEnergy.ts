import { assumedFlitEnergy, type FlitEnergy, packetPicojoules } from '../noc/nocEnergy'
import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'

/** `hops`: links from one node to another, as the chip's routes go. `energy` of a flit (default `assumedFlitEnergy`). */
export type ChipEnergyOptions = { readonly hops: (from: string, to: string) => number; readonly energy?: FlitEnergy }

/**
 * What went over a chip's networks: messages, chunks and signals (packets' headers and their control messages counted), flits times links, and energy; `byProcess` the energy of what processes sent to each other or to programs, `system` of
 * what passed between programs of clusters alone, as migrations do.
 */
export type ChipEnergy = {
  readonly transfers: number
  readonly bytes: number
  readonly flitHops: number
  readonly picojoules: number
  readonly byProcess: Readonly<Record<string, number>>
  readonly systemPicojoules: number
}

/**
 * The traffic of a chip's journal, by its oracle's facts of what has arrived, where processes were then, and the packets of its description. A chunk was asked for, and a message is acknowledged, by a control message of 8 bytes the other way.
 * What passes between ends on one cluster uses no network. Retries of what missed a process that had moved are not in a journal, nor here. Cost: one step an entry.
 */
export const chipEnergy = ({ hops, energy = assumedFlitEnergy }: ChipEnergyOptions): Fold<Entry, ChipEnergy> =>
  fold<Entry, ChipEnergy, State>({
    init: () => ({
      packets: usual,
      places: new Map(),
      transfers: 0,
      bytes: 0,
      flitHops: 0,
      picojoules: 0,
      byProcess: new Map(),
      system: 0
    }),
    step: (state, entry) => {
      if (entry.type === 'began') state.packets = { ...usual, ...packetsOf(entry.world as Described) }
      if (entry.type !== 'signalled') return state
      const { signal } = entry
      if (signal.type === 'placed' && signal.state === 'running') state.places.set(signal.process, signal.migration)
      if (signal.type !== 'arrived') return state
      const from = state.places.get(signal.from) ?? signal.from
      if (clusterOf(from) === clusterOf(signal.node)) return state
      const { flits, controlFlits, headerBytes } = packing(state.packets)
      const there = flits(signal.by === 'sync' ? CONTROL_BYTES : signal.by === 'portal' ? signal.bytes + headerBytes : signal.bytes)
      const back = signal.by === 'sync' ? 0 : controlFlits
      const [way, wayBack] = [hops(from, signal.node), hops(signal.node, from)]
      const spent = packetPicojoules({ flits: there, hops: way }, energy) + packetPicojoules({ flits: back, hops: wayBack }, energy)
      state.transfers++
      state.bytes += signal.bytes
      state.flitHops += there * way + back * wayBack
      state.picojoules += spent
      const process = state.places.has(signal.from) ? signal.from : signal.process
      if (process === undefined) state.system += spent
      else state.byProcess.set(process, (state.byProcess.get(process) ?? 0) + spent)
      return state
    },
    done: ({ transfers, bytes, flitHops, picojoules, byProcess, system }) => ({
      transfers,
      bytes,
      flitHops,
      picojoules,
      byProcess: Object.fromEntries(byProcess),
      systemPicojoules: system
    })
  })

type Packets = { readonly flitBytes: number; readonly payloadBytes: number; readonly headerFlits: number; readonly headerBytes: number }

type Described = { readonly packets?: Partial<Packets>; readonly headerBytes?: number }

type State = {
  packets: Packets
  readonly places: Map<string, string>
  transfers: number
  bytes: number
  flitHops: number
  picojoules: number
  readonly byProcess: Map<string, number>
  system: number
}

const usual: Packets = { flitBytes: 4, payloadBytes: 256, headerFlits: 1, headerBytes: 16 }
const CONTROL_BYTES = 8

const packetsOf = ({ packets = {}, headerBytes }: Described): Partial<Packets> => ({
  ...packets,
  ...(headerBytes === undefined ? {} : { headerBytes })
})

const packing = ({ flitBytes, payloadBytes, headerFlits, headerBytes }: Packets) => {
  const flits = (bytes: number): number => {
    const whole = Math.floor(bytes / payloadBytes)
    const rest = bytes - whole * payloadBytes
    return whole * (headerFlits + Math.ceil(payloadBytes / flitBytes)) + (rest === 0 ? 0 : headerFlits + Math.ceil(rest / flitBytes))
  }
  return { flits, controlFlits: flits(CONTROL_BYTES), headerBytes }
}

const clusterOf = (node: string): string => node.split('.')[0]
