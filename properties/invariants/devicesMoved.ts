import type { Entry } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
import { described } from './described'
import { type Invariant, invariant, type Tell } from './invariant'

/**
 * The devices move with their guest: the state of each is saved while the guest stands still, loaded at the target after it has left the source, and in before the guest runs there;
 * and a guest runs at the target with no device that cannot move. What a world's description does not say of devices is not judged.
 */
export const devicesMoved: Invariant = invariant<Memory>({
  name: 'devicesMoved',
  sentence:
    'The state of each device is saved while the guest stands still, and loaded, after it has left, before the guest runs at the target.',
  hears: ['device', 'hosts', 'sendContext', 'done'],
  init: (began, migration) => {
    const { inOrder, devicesOf } = described(began)
    const devices = devicesOf(migration)
    return {
      inOrder,
      fixed: named(devices, ({ movable }) => !movable),
      stateful: named(devices, ({ stateful }) => stateful),
      there: named(devices, () => true),
      ...standing()
    }
  },
  again: (memory) => ({ ...memory, ...standing() }),
  step: (memory, entry, tell, { answered }) => {
    if (memory.there.length + memory.fixed.length === 0) return memory
    if (entry.type === 'commanded') memory.left = false
    else if (entry.type === 'signalled') {
      if (entry.signal.type === 'done') memory.left = memory.left || answered?.command.order.type === 'sendContext'
      else heard(memory, entry, entry.signal, tell)
    }
    return memory
  }
})

type Memory = {
  readonly inOrder: boolean
  /** The devices that cannot move, those that have a state, and all that the guest has now. */
  readonly fixed: readonly string[]
  readonly stateful: readonly string[]
  there: readonly string[]
  /** Whether the guest runs at the source; where state has come to; whether the context of the last order has left. */
  runs: boolean
  saved: readonly string[]
  stale: readonly string[]
  loaded: readonly string[]
  left: boolean
  arrived: boolean
}

const named = <D extends { readonly name: string }>(devices: readonly D[], is: (device: D) => boolean): readonly string[] =>
  devices.filter(is).map(({ name }) => name)

const standing = () => ({ runs: true, saved: [], stale: [], loaded: [], left: false, arrived: false })

const heard = (memory: Memory, { at }: Entry, signal: Signal, tell: Tell): void => {
  if (signal.type === 'device') {
    const { device, done } = signal
    if (done === 'unplugged') memory.there = memory.there.filter((name) => name !== device)
    else if (done === 'plugged') memory.there = [...memory.there, device]
    else if (done === 'saved') {
      if (memory.runs) tell(`the state of ${device} is saved at ${at}, while the guest runs`)
      memory.saved = [...memory.saved, device]
      memory.stale = memory.stale.filter((name) => name !== device)
    } else {
      // The guest may go on at the source meanwhile: what is put in then is nobody's.
      if (memory.stale.includes(device)) return
      if (!memory.saved.includes(device)) tell(`the state of ${device} is loaded at ${at}, and has not been saved`)
      else if (memory.inOrder && !memory.left) tell(`the state of ${device} is loaded at ${at}, and has not left the source`)
      memory.loaded = [...memory.loaded, device]
    }
  } else if (signal.type === 'hosts') {
    memory.runs = signal.running.includes('source')
    if (memory.runs) {
      memory.stale = memory.saved
      memory.saved = []
      memory.loaded = []
    }
    if (memory.arrived || !signal.running.includes('target')) return
    memory.arrived = true
    for (const name of memory.there) {
      if (memory.fixed.includes(name)) tell(`the guest runs at the target with ${name}, which cannot move`)
      else if (memory.stateful.includes(name) && !memory.loaded.includes(name))
        tell(`the guest runs at the target without the state of ${name}`)
    }
  }
}
