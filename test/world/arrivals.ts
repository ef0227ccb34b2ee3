import type { Backing, Engine } from '../../lib/world/engine'

/** An engine that notes each page when it is placed at the target, in the order in which that happens, and changes nothing. */
export const noting = (): { readonly engine: Engine; readonly placed: number[] } => {
  const placed: number[] = []
  const mapping = {
    arrived: (page: number) => {
      placed.push(page)
      return [page]
    },
    dropped: (pages: readonly number[]) => pages,
    copy: () => mapping,
    key: () => ''
  }
  const backing: Backing = { name: 'noting', open: () => mapping, wanted: (page) => [page] }
  return { engine: { backing }, placed }
}
