import type { Order } from '../../lib/protocol/command'
import type { AnswerKind } from '../../lib/protocol/signal'
import type { Time } from '../../lib/time/time'
import { type Began, type Invariant, invariant } from './invariant'

/**
 * Every command is answered exactly once, with its own kind of answer or `refused`, before its migration ends. When a limit ends it, what was pending is
 * forgiven, except an order that neither waits for the link nor for a timer and has been waiting for more than half of the run. What a process on a chip has asked waits for a core to be heard, however long.
 *
 * Commands are numbered upwards, so that what was answered before is known by its number alone.
 */
export const answered: Invariant = invariant<Memory>({
  name: 'answered',
  sentence: 'Every command is answered exactly once, by an answer of its kind or a refusal, before the migration ends.',
  init: (began, migration) => ({ highest: -1, since: undefined, isProcess: isProcess(began, migration) }),
  step: (memory, entry, tell, { pending, answered: order }) => {
    memory.since ??= entry.at
    const { highest } = memory
    if (entry.type === 'commanded') {
      const { n } = entry.command.to
      if (n > highest) memory.highest = n
      else tell(`command ${n}, ${entry.command.order.type}, has the number of an earlier one, or a lower`)
    } else if (entry.type === 'signalled') {
      const { signal } = entry
      if (!('to' in signal)) return memory
      const { type, to } = signal
      if (order === undefined) tell(`${type} answers command ${to.n}, which was ${to.n > highest ? 'not given' : 'answered before'}`)
      else if (type !== 'refused' && type !== kinds[order.command.order.type])
        tell(`${type} answers command ${to.n}, ${order.command.order.type}`)
    } else if (entry.type === 'ended') {
      const limited = entry.outcome.type === 'limited'
      for (const [n, { command, at }] of pending)
        if (!limited || !(memory.isProcess || mayTakeLong.has(command.order.type) || entry.at - at <= (entry.at - memory.since) / 2))
          tell(`command ${n}, ${command.order.type} at ${at}, has no answer when the migration ends`)
    }
    return memory
  }
})

type Memory = { highest: number; since: Time | undefined; readonly isProcess: boolean }

const isProcess = (began: Began | undefined, migration: string): boolean => {
  const { processes } = (began?.world ?? {}) as { readonly processes?: object }
  return processes !== undefined && migration in processes
}

const mayTakeLong: ReadonlySet<Order['type']> = new Set([
  'send',
  'sendContext',
  'flush',
  'wake',
  'cancel',
  'plug',
  'dump',
  'rebuild',
  'write',
  'stash',
  'seal',
  'load',
  'mail',
  'receive',
  'put',
  'get',
  'await',
  'hold',
  'peek',
  'poke',
  'act'
])

const kinds: AnswerKind = {
  preselect: 'preselected',
  reserve: 'reserved',
  select: 'selected',
  track: 'done',
  sync: 'synced',
  send: 'sent',
  discard: 'done',
  flush: 'done',
  plug: 'done',
  dump: 'done',
  rebuild: 'done',
  pause: 'suspended',
  sendContext: 'done',
  redirect: 'redirected',
  commit: 'committed',
  resume: 'activated',
  release: 'released',
  inquire: 'standing',
  throttle: 'done',
  dirtyLimit: 'done',
  pin: 'done',
  wake: 'done',
  cancel: 'cancelled',
  abandon: 'done',
  tell: 'done',
  keep: 'kept',
  settle: 'done',
  list: 'listed',
  load: 'kept',
  insertQueue: 'done',
  create: 'done',
  attach: 'done',
  close: 'done',
  mail: 'done',
  receive: 'received',
  allow: 'done',
  put: 'done',
  get: 'got',
  signal: 'done',
  await: 'awaited',
  freeze: 'done',
  unfreeze: 'done',
  describe: 'described',
  extract: 'extracted',
  admit: 'done',
  install: 'done',
  forget: 'done',
  kill: 'done',
  watch: 'done',
  collect: 'collected',
  depend: 'depends',
  hold: 'done',
  repoint: 'done',
  observe: 'observed',
  peek: 'peeked',
  poke: 'done',
  act: 'acted',
  open: 'done',
  stash: 'stashed',
  write: 'sent',
  seal: 'sealed',
  drop: 'done',
  catalogue: 'catalogued',
  restore: 'loaded'
}
