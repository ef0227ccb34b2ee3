import { andInto, andNotInto, type Bitmap, bitmap, clearAll, clearSet, markAll, orInto, snapshot } from '../../lib/memory/bitmap'
import * as pageSet from '../../lib/memory/pageSet'
import type { Pages } from '../../lib/protocol/command'
import { clearPages, markPages } from './pageMarks'

/**
 * What a pipeline can know of the target's copies from what it ordered and heard, a bit a page in each bitmap. A kernel.
 *
 * - `sent`: the target has a copy. `unflushed`: one that may be on its way yet. `stale`: no copy, or one that is known to be old.
 * - `open`: a copy sent while the guest ran, that it may have written to unheard. `unlogged`: such a copy of a time when no log was kept.
 *
 * @internal
 */
export type Copies = Readonly<Record<'sent' | 'unflushed' | 'stale' | 'open' | 'unlogged', Bitmap>>

/** No copies of a guest's pages yet. @internal */
export const noCopies = (pages: number): Copies => ({
  sent: bitmap(pages),
  unflushed: bitmap(pages),
  stale: bitmap(pages),
  open: bitmap(pages),
  unlogged: bitmap(pages)
})

/** Pages that the guest uses: those without a copy are owed. @internal */
export const used = ({ sent, stale }: Copies, pages: pageSet.PageSet): void => {
  markAll(stale, pageSet.difference(pages, snapshot(sent)))
}

/** Pages that were written: their copies are old. @internal */
export const written = ({ stale }: Copies, pages: pageSet.PageSet): void => {
  markAll(stale, pages)
}

/** Pages that were sent, by an order of a time when the guest ran, or did not, and a log was kept, or was not; `dirty` was written since. @internal */
export const copied = (
  copies: Copies,
  pages: Pages,
  { running, logged, dirty }: { readonly running: boolean; readonly logged: boolean; readonly dirty: pageSet.PageSet | undefined }
): void => {
  const { sent, unflushed, stale, open, unlogged } = copies
  markPages(sent, pages)
  markPages(unflushed, pages)
  if (dirty === undefined) clearPages(stale, pages)
  else {
    const asSet = pages.type === 'PageSet' ? pages : pageSet.fromPages(stale.size, pages)
    clearSet(stale, pageSet.difference(asSet, dirty))
  }
  if (running) markPages(open, pages)
  else if (open.count > 0) clearPages(open, pages)
  if (running && !logged) markPages(unlogged, pages)
  else if (unlogged.count > 0) clearPages(unlogged, pages)
}

/** The log of a guest that stands still has been read: what was sent while it was kept is as the log says. @internal */
export const closed = ({ open, unlogged }: Copies): void => {
  if (unlogged.count > 0) andInto(open, unlogged.words)
  else clearAll(open)
}

/** The guest runs (on), and may write to any page that has a copy; or it does without a log from now on. @internal */
export const opened = ({ sent, open, unlogged }: Copies, logged: boolean): void => {
  orInto(open, sent.words)
  if (!logged) orInto(unlogged, sent.words)
}

/** The target has dropped its copies of pages. @internal */
export const dropped = ({ sent, stale }: Copies, pages: pageSet.PageSet): void => {
  markAll(stale, pageSet.intersection(pages, snapshot(sent)))
  clearSet(sent, pages)
}

/** What was on its way is lost. @internal */
export const broken = ({ sent, unflushed, stale }: Copies): void => {
  orInto(stale, unflushed.words)
  andNotInto(sent, unflushed.words)
  clearAll(unflushed)
}
