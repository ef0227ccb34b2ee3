import type { ServerPower } from '../guest/serverPower'

/** Watts of servers, by their index, at a utilisation: `wattsAt` on one column, to the bit. A kernel. Cost: O(1) a time. @internal */
export const powerColumns = (servers: readonly ServerPower[]): ((server: number, utilisation: number) => number) => {
  const starts = new Int32Array(servers.length)
  const steps = new Int32Array(servers.length)
  let length = 0
  servers.forEach((power, server) => {
    starts[server] = length
    steps[server] = power.length - 1
    length += power.length
  })
  const watts = Float64Array.from(servers.flat())
  return (server, utilisation) => {
    const last = steps[server]
    const at = Math.min(1, Math.max(0, utilisation)) * last
    const low = Math.min(last - 1, Math.floor(at))
    const here = starts[server] + low
    return watts[here] + (watts[here + 1] - watts[here]) * (at - low)
  }
}
