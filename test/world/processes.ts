import { Subject } from 'rxjs'
import type { Command, Order } from '../../lib/protocol/command'
import type { ProcessImage, ProcessPiece } from '../../lib/protocol/process'
import type { Signal } from '../../lib/protocol/signal'
import { timeline as newTimeline } from '../../lib/time/timeline'
import { chip } from '../../lib/world/chip'
import type { ChipOptions } from '../../lib/world/chipOptions'
import { mppaWiring } from '../../lib/world/mppaWiring'

const wiring = mppaWiring()

/** A chip whose clusters and processes are told what to do one by one: `give` an order, `ask` and wait for the answer, `until` a time in ns. */
export const chipOf = (options: ChipOptions) => {
  const timeline = newTimeline()
  const commands = new Subject<Command>()
  const heard: Signal[] = []
  const answers = new Map<number, Signal>()
  chip({ wiring, ...options })
    .signals({ commands, timeline, seed: 1 })
    .subscribe((signal) => {
      heard.push(signal)
      if ('to' in signal) answers.set(signal.to.n, signal)
    })
  let n = 0
  const give = (migration: string, order: Order): number => {
    commands.next({ order, to: { migration, lane: '', tag: n, n } })
    return n++
  }
  const ask = (migration: string, order: Order): Signal => {
    const asked = give(migration, order)
    while (!answers.has(asked)) {
      const next = timeline.nextAt()
      if (next > 1e12) throw new RangeError(`no answer to ${order.type}`)
      timeline.run(next)
    }
    return answers.get(asked)!
  }
  const reasonOf = (signal: Signal | undefined): string | undefined => (signal?.type === 'refused' ? signal.reason : undefined)
  const imageFrom = (cluster: string, process: string): ProcessImage => {
    const described = ask(cluster, { type: 'describe', process })
    if (described.type !== 'described') throw new RangeError(`no image: ${reasonOf(described)}`)
    return described.made
  }
  const copyOver = (process: string, from: string, to: string, piece: ProcessPiece): Signal => {
    const extracted = ask(from, { type: 'extract', process, piece })
    return extracted.type === 'extracted' ? ask(to, { type: 'install', process, piece, content: extracted.content }) : extracted
  }
  /** The whole of a migration that stops the process first. */
  const migrate = (process: string, from: string, to: string): readonly (string | undefined)[] => {
    const steps: Signal[] = [ask(from, { type: 'freeze', process })]
    const made = imageFrom(from, process)
    steps.push(ask(to, { type: 'admit', made }))
    for (const piece of made.pieces) steps.push(copyOver(process, from, to, piece))
    steps.push(ask(to, { type: 'unfreeze', process }), ask(from, { type: 'forget', process }))
    return steps.map(reasonOf).filter((reason) => reason !== undefined)
  }
  return {
    heard,
    answers,
    give,
    ask,
    imageFrom,
    copyOver,
    migrate,
    reasonOf,
    until: (ns: number) => timeline.run(ns),
    now: () => timeline.now(),
    facts: <K extends Signal['type']>(type: K) => heard.filter((one): one is Extract<Signal, { readonly type: K }> => one.type === type)
  }
}
