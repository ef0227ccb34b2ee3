import type { PageContent } from '../../lib/memory/content'
import { patched } from '../../lib/memory/delta'
import type { Coding, Packet, PageToSend, Placing } from '../../lib/world/engine'

/** A page encoding as a state of plain data and what its two ends do with it. What has been dropped at the target begins from an empty state. */
export type CodingKernel<S> = {
  readonly name: string
  readonly empty: (pages: number) => S
  readonly encode?: (state: S, page: PageToSend) => Packet | undefined
  readonly ended?: (state: S, pages: number) => Packet | undefined
  readonly decode?: (state: S, packet: Packet, present: (page: number) => PageContent) => readonly Placing[]
}

/** The kind of encoding that a kernel is; by default every page leaves by itself, whole or as a mark of zeros, and is placed where it says. */
export const codingOf = <S>(kernel: CodingKernel<S>): Coding => {
  const { name, empty, encode = (_, page) => plain(page), ended, decode = (_, packet, present) => asSent(packet, present) } = kernel
  const at = (start: S, pages: number): ReturnType<Coding['open']> => {
    let state = start
    return {
      encode: (page) => encode(state, page),
      ended: () => ended?.(state, pages),
      decode: (packet, present) => decode(state, packet, present),
      forgotten: () => {
        state = empty(pages)
      },
      copy: () => at(structuredClone(state), pages),
      key: () => JSON.stringify(state)
    }
  }
  return { name, open: ({ pages }) => at(empty(pages), pages) }
}

/** A page as it is: a mark when it is all zeros, its content otherwise. */
export const plain = ({ page, content, isZero, sizes }: PageToSend): Packet =>
  isZero ? { page, form: 'zero', content, bytes: sizes.zero } : { page, form: 'whole', content, bytes: sizes.whole }

/** Several pages in one packet; none: no packet. */
export const together = (packets: readonly Packet[]): Packet | undefined =>
  packets.length === 0 ? undefined : { ...packets[0], bytes: packets.reduce((sum, { bytes }) => sum + bytes, 0), more: packets.slice(1) }

/** The pages of a packet, one by one. */
export const apart = ({ more = [], ...first }: Packet): readonly Packet[] => [first, ...more]

/** A packet placed where it says, differences applied to what is there. */
export const asSent = (packet: Packet, present: (page: number) => PageContent): readonly Placing[] =>
  apart(packet).map(({ page, form, content }) => ({ page, content: form === 'delta' ? patched(present(page), content) : content }))
