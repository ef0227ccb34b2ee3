import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Failure, Step } from '../protocol/phase'

/** Where an image goes: its stores, how many of them have each page (default 1), and the pages of a stripe (default 256). */
export type Destination = { readonly stores: readonly string[]; readonly copies?: number; readonly stripePages?: number }

/** An image about to be written. `pages`: those it must have besides what is written from now on; `view`: how many pages the guest has. */
export type Imaging = { readonly image: string; readonly pages: PageSet; readonly view: number }

/** What an attempt at an image came to: the refusal that stopped it, and the pages that the log named meanwhile: who does not get an image out of it still owes them. */
export type Imaged = { readonly failure: Failure | null; readonly seen: PageSet }

/** How an image is made, from the moment on at which it is open and the log is on until all of it is at its stores; the guest runs at the end. */
export type ImagingMethod = (of: Imaging) => Step<Imaged>

/** An attempt that went well, or was stopped by a refusal. @internal */
export const imaged = (seen: PageSet, failure: Failure | null = null): Imaged => ({ failure, seen })

/** The pages of nobody. @internal */
export const noPages = (view: number): PageSet => pageSet.empty(view)
