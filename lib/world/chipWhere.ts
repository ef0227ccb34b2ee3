import type { ChipContext, End, Interface, Site } from './chipSite'

/** The interface where a cluster's kernel finds somebody: nodes stay, of processes it keeps a book. @internal */
export const nodeFor = ({ stations }: ChipContext, site: Site, name: string): Interface => {
  const { node, owner } = stations.get(name)!
  if (owner.kind === 'cluster') return node
  return (site.book.get(name) ?? owner.site).interfaces[0]
}

/** Whether a process is on a cluster with its ends: what arrives for it can be handed to it there. @internal */
export const isAt = ({ stations }: ChipContext, site: Site, name: string): boolean => {
  const { owner } = stations.get(name)!
  return owner.kind === 'cluster' || (owner.site === site && !owner.isAway && !owner.isHandedOver)
}

/** Who is at the other side of an end: whom it sends to or hears from, as far as it names them. @internal */
export const othersOf = (end: End): readonly string[] => {
  switch (end.kind) {
    case 'mailboxIn':
      return []
    case 'mailboxOut':
    case 'portalOut':
      return [end.remote]
    case 'portalIn':
      return end.from === undefined ? [] : [end.from]
    case 'syncIn':
      return end.expected
    case 'syncOut':
      return end.targets
  }
}

/** What an end sends to, and must be known to where that is a process. @internal */
export const targetsOf = (end: End): readonly string[] => (end.kind === 'portalIn' || end.kind === 'syncIn' ? [] : othersOf(end))
