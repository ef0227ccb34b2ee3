import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Step } from '../../lib/protocol/phase'
import { chain, done, request } from '../../lib/protocol/phase'
import type { DaemonReply, DaemonRequest } from './daemonMessage'

/** What a cluster runs and has free, as replies: of the cluster, and of each process. @internal */
export const observed = (own: string, id: number): Step<readonly DaemonReply[]> =>
  pipe(
    request({ type: 'observe' }),
    chain('seen', (result): Step<readonly DaemonReply[]> => {
      if (E.isLeft(result)) return done([{ type: 'failed', id, process: '', reason: result.left.reason }])
      const { processes, running, ready, cores, freeFrames, freeKernelPages, busyNs } = result.right
      return done([
        {
          type: 'observed',
          id,
          cluster: own,
          running,
          ready,
          cores,
          freeFrames,
          freeKernelPages,
          busyNs,
          processes: processes.map(({ process }) => process)
        },
        ...processes.map((view): DaemonReply => ({ type: 'view', id, cluster: own, view }))
      ])
    })
  )

/** Ends a process, and says so. @internal */
export const killed = ({ id, process }: Extract<DaemonRequest, { readonly type: 'kill' }>): Step<DaemonReply> =>
  pipe(
    request({ type: 'kill', process }),
    chain(
      'killed',
      (result): Step<DaemonReply> =>
        done(E.isLeft(result) ? { type: 'failed', id, process, reason: result.left.reason } : { type: 'killed', id, process })
    )
  )
