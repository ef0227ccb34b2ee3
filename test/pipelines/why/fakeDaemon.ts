import type { Data } from '../../../lib/protocol/data'
import type { Outcome, Pipeline } from '../../../lib/protocol/pipeline'
import type { ProcessView } from '../../../lib/protocol/process'
import { type Asking, reactor } from '../../../lib/protocol/reactor'
import { DAEMON_PORT, type DaemonReply, type DaemonRequest } from '../../../pipelines/manycore/daemonMessage'

/** What the daemon of a cluster says that has no kernel: its processes, and its reply to all else, after so long. */
export type FakeDaemon = {
  readonly cluster: string
  readonly processes: (done: readonly string[]) => readonly ProcessView[]
  readonly reply?: (request: DaemonRequest) => DaemonReply | undefined
  readonly afterNs?: number
}

type State = {
  readonly done: readonly string[]
  readonly due: readonly DaemonReply[]
  readonly toSay: readonly DaemonReply[]
  readonly saying: boolean
}

/** Such a daemon: it answers the manager on io0 by one mail after the other. */
export const fakeDaemon = ({ cluster, processes, reply = () => undefined, afterNs = 1000 }: FakeDaemon): Pipeline => {
  const say = (state: State, ask: readonly Asking[] = []) => {
    const [next, ...later] = state.toSay
    if (state.saying || next === undefined) return { state: state as unknown as Data, ask }
    const mail: Asking = { order: { type: 'mail', end: 'out', message: next as unknown as Data }, label: 'said' }
    return { state: { ...state, toSay: later, saying: true } as unknown as Data, ask: [...ask, mail] }
  }
  const receive: Asking = { order: { type: 'receive', end: 'in' }, label: 'in' }
  return () =>
    reactor<Data, Outcome>({
      name: 'daemon',
      start: {
        state: { done: [], due: [], toSay: [], saying: false },
        ask: [
          { order: { type: 'create', end: 'in', kind: 'mailbox', port: DAEMON_PORT }, label: 'created' },
          { order: { type: 'attach', end: 'out', kind: 'mailbox', remote: 'io0' } }
        ]
      },
      hear: (held, { label = '', signal }) => {
        const state = held as unknown as State
        if (label === 'created') return { state: held, ask: [receive] }
        if (label === 'said') return say({ ...state, saying: false })
        if (label === 'due') return say({ ...state, due: state.due.slice(1), toSay: [...state.toSay, state.due[0]] })
        if (label !== 'in' || signal.type !== 'received') return undefined
        const request = signal.message as unknown as DaemonRequest
        const { id } = request
        if (request.type === 'observe') {
          const views = processes(state.done)
          const running = views.reduce((sum, { threads }) => sum + threads, 0)
          const observed = {
            type: 'observed',
            id,
            cluster,
            running: Math.min(1, running),
            ready: Math.max(0, running - 1),
            cores: 1,
            freeFrames: 90,
            freeKernelPages: 30,
            busyNs: 0
          } as const
          const said: readonly DaemonReply[] = [
            { ...observed, processes: views.map(({ process }) => process) },
            ...views.map((view) => ({ type: 'view', id, cluster, view }) as const)
          ]
          return say({ ...state, toSay: [...state.toSay, ...said] }, [receive])
        }
        const answer = reply(request)
        const next = {
          ...state,
          done: [...state.done, `${request.type} ${request.process}`],
          due: answer === undefined ? state.due : [...state.due, answer]
        }
        return {
          state: next as unknown as Data,
          ask: [receive, ...(answer === undefined ? [] : [{ order: { type: 'wake', afterNs } as const, label: 'due' }])]
        }
      },
      ended: () => undefined
    })
}
