import type { Guest } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import type { Link } from '../network/link'
import type { Signal } from '../protocol/signal'
import type { Key } from '../random/random'
import type { Clock } from '../time/clock'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import type { Engine } from './engine'
import type { Fidelity } from './hosts'
import type { Held } from './stalls'
import type { Times } from './timetable'
import type { Transport } from './transport'
import type { Sender } from './windows'

/** What one guest's migration is played with. @internal */
export type MachineOptions = {
  readonly migration: string
  readonly guest: Guest
  readonly link: Link
  readonly costs: { readonly source: HostCosts; readonly target: HostCosts }
  readonly clocks: { readonly source: Clock; readonly target: Clock }
  readonly fidelity: Fidelity
  readonly engine: Engine
  readonly batchAccesses: number
  readonly batchPages: number
  readonly redirectNs: Time
  readonly progressNs: Time
  readonly sender: Sender | undefined
  readonly key: Key
  readonly agenda: Agenda
  readonly transport: Transport
  readonly held: Held
  /** When everything comes, where that is given one by one. */
  readonly times: Times | undefined
  /** Takes memory of the target of a guest's first, second, ... hop; the reason when there is not enough. */
  readonly admit: (hop: number, bytes: number) => string | undefined
  readonly dismiss: (hop: number, bytes: number) => void
  readonly emit: (signal: Signal) => void
}
