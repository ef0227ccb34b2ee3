import type { Order, Request } from '../../lib/protocol/command'
import type { Phase, Step } from '../../lib/protocol/phase'
import type { Answer, Fact, Signal } from '../../lib/protocol/signal'

/** A phase under test: what it has asked for, by number in order, and a way to answer each and to tell facts. */
export class Asking<A> {
  readonly commands: Request[] = []
  private readonly answered = new Set<number>()
  private phase: Phase<A>

  constructor(step: Step<A>) {
    this.phase = step.phase
    this.commands.push(...step.requests)
  }

  orders(): readonly Order[] {
    return this.commands.map(({ order }) => order)
  }

  isAnswered(n: number): boolean {
    return this.answered.has(n)
  }

  /** What it has ended with, or `undefined`. */
  value(): A | undefined {
    return this.phase.type === 'done' ? this.phase.value : undefined
  }

  state(): Phase<A> {
    return this.phase
  }

  answer(n: number, answer: Answer, at = 0): boolean {
    const { lane, tag } = this.commands[n]
    this.answered.add(n)
    return this.hear({ ...answer, at, to: { migration: 'm', lane, tag, n } } as Signal)
  }

  /** The dirty-log sync that command `n` asked for. */
  synced(n: number, dirty: Extract<Fact, { type: 'synced' }>['dirty'], at = 0): boolean {
    const { lane, tag } = this.commands[n]
    this.answered.add(n)
    return this.hear({ type: 'synced', dirty, at, migration: 'm', to: { migration: 'm', lane, tag, n } })
  }

  fact(fact: Exclude<Fact, { type: 'synced' }>, at = 0): boolean {
    return this.hear({ ...fact, at, migration: 'm' })
  }

  /** Whether it was its affair. */
  hear(signal: Signal): boolean {
    const step = this.phase.type === 'done' ? undefined : this.phase.on(signal)
    if (step === undefined) return false
    this.phase = step.phase
    this.commands.push(...step.requests)
    return true
  }
}
