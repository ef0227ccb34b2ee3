import type { Channel } from './channelDependency'
import type { Wired } from './doubled'
import { portOf, vcsOf } from './routing'

/** The links that a packet takes, in order, under a routing that does not draw. Errors: `RangeError` when it draws, or the packet does not arrive. Cost: the links. */
export const linksBetween = ({ topology, routing }: Wired, source: number, destination: number): readonly Channel[] => {
  if (routing.draws) throw new RangeError(`linksBetween: a routing that draws has no one way (got ${routing.name})`)
  const { ports, target } = topology
  const links: Channel[] = []
  let node = source
  let inPort = ports
  let vc = 0
  while (node !== destination) {
    const onward = routing.next(node, inPort, vc, source, destination, links.length, 0)
    const end = portOf(onward) < ports ? target[node * ports + portOf(onward)] : -1
    if (end < 0 || links.length > target.length)
      throw new RangeError(`linksBetween: ${routing.name} does not lead from ${source} to ${destination}`)
    vc = vcsOf(onward)[0]
    const to = Math.floor(end / ports)
    links.push({ from: node, port: portOf(onward), vc, to })
    node = to
    inPort = end % ports
  }
  return links
}
