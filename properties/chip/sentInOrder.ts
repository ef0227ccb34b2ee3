import type { Data } from '../../lib/protocol/data'

/**
 * Something that was to be sent: `asked`: by an order that has no answer yet; `left`: it has; `refused`: it may have left all the same, where what it waited for broke behind it. A process hears late what its orders
 * came to, so that `asked` may have left too; a cluster's program hears at once.
 */
export type Sending = { readonly content: Data; stands: 'asked' | 'left' | 'refused' }

/** What one has sent to another by one channel and has not been read, in order, and how much has been read. It changes its own. */
export type Sent = { readonly unread: Sending[]; readonly hearsLate: boolean; read: number }

/** Nothing has been sent yet. */
export const noneSent = (hearsLate: boolean): Sent => ({ unread: [], hearsLate, read: 0 })

/** Something is to be sent. */
export const sending = (sent: Sent, content: Data): Sending => {
  const one: Sending = { content, stands: 'asked' }
  sent.unread.push(one)
  return one
}

/** How much has left, for sure or possibly. */
export const mostSent = ({ unread, hearsLate, read }: Sent): number =>
  read + unread.filter(({ stands }) => stands !== 'asked' || hearsLate).length

/** How much has left for sure and has not been read. */
export const outstanding = ({ unread }: Sent): number => unread.filter(({ stands }) => stands === 'left').length

/** Takes a content for read: whether it may be what comes next. What may not have left is skipped where it does not fit. */
export const readNext = (sent: Sent, content: Data): boolean => {
  const { unread, hearsLate } = sent
  for (let i = 0; i < unread.length; i++) {
    const { stands } = unread[i]
    if ((stands !== 'asked' || hearsLate) && same(unread[i].content, content)) {
      unread.splice(0, i + 1)
      sent.read += i + 1
      return true
    }
    if (stands === 'left') break
  }
  if (unread[0]?.stands === 'left') unread.shift()
  sent.read++
  return false
}

/** What stands between may be dropped by who closes the other end. */
export const mayBeDropped = ({ unread }: Sent): void => {
  for (const one of unread) if (one.stands === 'left') one.stands = 'refused'
}

const same = (one: Data, other: Data): boolean => JSON.stringify(one) === JSON.stringify(other)
