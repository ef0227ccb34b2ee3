import { Subject } from 'rxjs'
import type { Command, Order } from '../../lib/protocol/command'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'
import type { Time } from '../../lib/time/time'
import { timeline } from '../../lib/time/timeline'

/** A world under test, driven by hand: orders go in at the time the test has run it to, and all that it says is kept. */
export class Driving {
  readonly signals: Signal[] = []
  private readonly commands = new Subject<Command>()
  private readonly line = timeline()
  private n = 0

  constructor(
    world: World,
    private readonly migration = Object.keys(world.guests)[0],
    seed = 1
  ) {
    world.signals({ commands: this.commands, timeline: this.line, seed }).subscribe((signal) => this.signals.push(signal))
  }

  order(order: Order, { tag = 0, lane = 'a', migration = this.migration } = {}): this {
    this.commands.next({ order, to: { migration, lane, tag, n: this.n++ } })
    return this
  }

  run(until: Time): this {
    this.line.run(until)
    return this
  }

  /** Gives an order and runs until it is answered (a nanosecond at a time would be exact and slow: each step is to the next event). */
  ask(order: Order, at: Parameters<Driving['order']>[1] = {}): Signal {
    const n = this.n
    this.order(order, at)
    const answer = () => this.signals.find((s) => 'to' in s && s.to.n === n)
    while (answer() === undefined && this.line.nextAt() < Infinity) this.line.run(this.line.nextAt())
    const found = answer()
    if (found === undefined) throw new Error(`${order.type} was not answered`)
    return found
  }

  heard<K extends Signal['type']>(type: K): readonly Extract<Signal, { readonly type: K }>[] {
    return this.signals.filter((s) => s.type === type) as unknown as readonly Extract<Signal, { readonly type: K }>[]
  }

  now(): Time {
    return this.line.now()
  }

  /** When something happens next; Infinity when nothing does. */
  nextAt(): Time {
    return this.line.nextAt()
  }
}
