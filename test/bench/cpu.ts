/**
 * Processor time of some work in nanoseconds, user and system together: the kernel shares a tick between the two too coarsely for work of a few
 * milliseconds, so that the user time alone of something short may come out as nothing.
 */
export const cpuNs = (work: () => unknown): number => {
  const from = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(from)
  return (user + system) * 1e3
}

/** The least processor time of each piece of work over several turns, in nanoseconds; the pieces take turns, so that a disturbance meets all of them. */
export const best = (turns: number, work: readonly (() => unknown)[]): readonly number[] => {
  const times = work.map(() => Infinity)
  for (let turn = 0; turn < turns; turn++)
    work.forEach((one, i) => {
      times[i] = Math.min(times[i], cpuNs(one))
    })
  return times
}
