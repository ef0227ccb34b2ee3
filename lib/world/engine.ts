import type { PageContent } from '../memory/content'
import type { PageSet } from '../memory/pageSet'

/** Who stores: a virtual CPU, or a device that writes memory by itself (several pages in one transfer). */
export type Writer = 'vcpu' | 'device'

/**
 * A dirty log at work: a kernel that a world drives while logging is on. `mapped`: a device has been given these pages to write and has not written yet. `wrote`: a
 * store has happened. `stopped`: the guest and its devices stand still. `sync`: read and clear. `copy` and `key` are for a state explorer: two logs with one key go on
 * alike.
 */
export type Log = {
  readonly mapped: (pages: readonly number[]) => void
  readonly wrote: (pages: readonly number[], by: Writer) => void
  readonly stopped?: () => void
  readonly sync: () => PageSet
  readonly copy: () => Log
  readonly key: () => string
}

/** A kind of dirty log: `open` gives an empty one for a guest of so many pages, at the moment at which logging goes on. */
export type DirtyLog = { readonly name: string; readonly open: (pages: number) => Log }

/**
 * A page on the wire. `zero`: only that it is all zeros. `whole`: its content. `delta`: what changes it from one content to another. `bytes`: on the wire, header
 * included. `more`: further pages that travel in the same packet, their bytes among those of the first. In a world that keeps versions a content is a number, and a
 * delta the difference of two.
 */
export type Packet = {
  /** As the format names it: nobody reads it but the decoder. */
  readonly page: number
  readonly form: 'zero' | 'whole' | 'delta'
  readonly content: PageContent
  readonly bytes: number
  readonly more?: readonly Packet[]
}

/** What the sender knows of a page that it is about to write on the wire; `mayDelta`: the pipeline allows a difference; `sizes` are the wire bytes of its plain forms. */
export type PageToSend = {
  readonly page: number
  readonly content: PageContent
  readonly isZero: boolean
  readonly mayDelta: boolean
  readonly sizes: { readonly zero: number; readonly whole: number; readonly header: number }
}

/** What a packet makes of the target's memory: pages and what they contain then. */
export type Placing = { readonly page: number; readonly content: PageContent }

/**
 * Both ends of a page encoding at work: a kernel. `encode` at the source, when the page is read (`undefined`: nothing leaves for it now). `ended` after the last page of
 * a send: what has been gathered and not left. `decode` at the target, when the packet arrives; `present` is what the target has in a page. `forgotten`: the
 * target has dropped all its copies, or the connection is broken and nobody knows what has arrived. `synced`: the dirty log has been read.
 */
export type Coder = {
  readonly encode: (page: PageToSend) => Packet | undefined
  readonly ended?: () => Packet | undefined
  readonly synced?: () => void
  readonly decode: (packet: Packet, present: (page: number) => PageContent) => readonly Placing[]
  readonly forgotten: () => void
  readonly copy: () => Coder
  readonly key: () => string
}

/** A kind of page encoding for pages of so many bytes. */
export type Coding = { readonly name: string; readonly open: (memory: { readonly pages: number; readonly pageBytes: number }) => Coder }

/**
 * How the target's memory backs a guest's pages. `arrived`: a page has been placed; answers the pages that an access no longer waits for. `dropped`: pages to
 * drop; answers those whose content is really gone.
 */
export type Mapping = {
  readonly arrived: (page: number) => readonly number[]
  readonly dropped: (pages: readonly number[]) => readonly number[]
  readonly copy: () => Mapping
  readonly key: () => string
}

/** A kind of backing; `wanted` are the pages that must come before the guest can use one of them. */
export type Backing = {
  readonly name: string
  readonly open: (pages: number) => Mapping
  readonly wanted: (page: number, pages: number) => readonly number[]
}

/**
 * The data plane of a migration engine, each part of it exchangeable where a world follows every page (`versions` or `bytes`): what is absent is the world's own,
 * faster one. `usedTarget`: the target's memory held something else before (a world's own is all zeros).
 */
export type Engine = {
  readonly log?: DirtyLog
  readonly coding?: Coding
  readonly backing?: Backing
  readonly usedTarget?: boolean
}
