import type { Topology } from './topology'

/** The turns of a wiring: from a link into a router onto one out of it, all but those straight back. Links are numbered `node * ports + port`; `links` counts the numbers. @internal */
export type Turns = { readonly from: readonly number[]; readonly onto: readonly number[]; readonly links: number }

/** All turns of a wiring, by router. @internal */
export const turnsOf = ({ nodes, ports, target }: Topology): Turns => {
  const into: number[][] = Array.from({ length: nodes }, () => [])
  target.forEach((end, link) => {
    if (end >= 0) into[Math.floor(end / ports)].push(link)
  })
  const from: number[] = []
  const onto: number[] = []
  into.forEach((links, node) => {
    for (const link of links)
      for (let port = 0; port < ports; port++) {
        const next = node * ports + port
        // What leads straight back to where it came from is no turn; a second link to that router is.
        if (target[next] < 0 || target[link] === next) continue
        from.push(link)
        onto.push(next)
      }
  })
  return { from, onto, links: nodes * ports }
}
