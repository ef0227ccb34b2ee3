import type { ProcessView } from '../protocol/process'
import type { Time } from '../time/time'

/** How long a process is expected to stand still when it is migrated, in nanoseconds. */
export type MoveCost = (process: Pick<ProcessView, 'threads' | 'pages'>) => Time

/**
 * What a manager may expect of Nanvix's cold migration: 18.78 ms, 1.058 ms a thread and 0.518 ms an allocated page up to 15 threads (least squares over the downtimes that N. Vanz measured, TCC, UFSC 2023,
 * ch. 6; off by at most 0.54 ms there), and 50 ms more from 16 threads on, which do not fit on 15 cores. An estimate for decisions: what a migration really takes is the world's affair.
 */
export const nanvixMoveNs: MoveCost = ({ threads, pages }) =>
  Math.round(18.78e6 + 1.058e6 * threads + 0.518e6 * pages + (threads > 15 ? 50e6 : 0))
