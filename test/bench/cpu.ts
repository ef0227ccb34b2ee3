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
