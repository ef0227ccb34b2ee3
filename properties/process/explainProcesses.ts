import { formatTime } from '../../lib/time/time'
import type { ProcessCounterexample } from './checkProcesses'
import { plannedOpening } from './plannedOrders'
import type { ProcessPlan } from './processPlan'

/** A counterexample as text: what is broken and where, the plan in words, the orders of its programs besides those that open their ends, and how to make the run again. */
export const explainProcesses = ({ breach, plan, seed, path, runs, shrinks }: ProcessCounterexample): string => {
  const { invariant, sentence, violation } = breach
  return [
    `${invariant} is broken after ${runs} ${runs === 1 ? 'run' : 'runs'}, made smaller ${shrinks} times`,
    `  expected  ${sentence}`,
    `  seen      ${violation.problem}`,
    `            at entry ${violation.entry} of the journal, ${formatTime(violation.at)}, ${violation.migration}`,
    ...planInWords(plan).map((line, i) => `  ${i === 0 ? 'plan      ' : '          '}${line}`),
    `  again     checkProcesses({ seed: ${seed}, path: '${path}' })`
  ].join('\n')
}

const planInWords = ({
  processes,
  orders,
  moves,
  faults,
  fidelity,
  frames,
  kernelPages,
  seed,
  isQuick,
  serverHasDaemon
}: ProcessPlan): readonly string[] => [
  `network by ${fidelity}, seed ${seed}, ${frames} frames and ${kernelPages} kernel pages a cluster${isQuick ? ', kernels quicker than those of Nanvix' : ''}${serverHasDaemon ? '' : ', a server without a daemon'}`,
  ...Object.entries(processes).map(
    ([name, { cluster, user, threads, pages, writesPerSecond, cpuMs }]) =>
      `${name} of ${user} on ${cluster}: ${threads} threads, ${pages} pages, ${writesPerSecond} writes/s, ${cpuMs === undefined ? 'without end' : `${cpuMs} ms of work`}`
  ),
  ...moves.map(({ atMs, process, to, technique }) => `${atMs} ms: ${process} shall go to ${to} (${technique})`),
  ...faults.map(({ at, cluster, link }) => `${formatTime(at)}: ${cluster ?? `the link from ${link?.[0]} to ${link?.[1]}`} breaks`),
  ...Object.entries(orders).flatMap(([name, all]) =>
    all.slice(plannedOpening(name).length).map(([at, order]) => `${formatTime(at)}: ${name} ${JSON.stringify(order)}`)
  )
]
